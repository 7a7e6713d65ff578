"""What a batch has looked up at once, where a write by itself asks for each value: who is meant, and what is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.services.rows import Values
from app.services.sql.params import Builder, fixed
from app.services.unit_of_work import UnitOfWork
from schema.inputs import Given
from schema.reference import Reference
from schema.resource import Kind, Resource
from schema.resources import BY_NAME
from schema.values.email import exact


@dataclass(slots=True)
class Known:
    """`ids` are live records by references to them; `free` are references that no live record has."""

    ids: dict[Reference, str] = field(default_factory=dict)
    free: set[Reference] = field(default_factory=set)

    def resolved(self, given: Given) -> Given:
        """What was given, with ids in the place of references to records that were found."""
        return {name: self.ids.get(one, one) if isinstance(one, Reference) else one for name, one in given.items()}

    def forget(self, keys: Iterable[Reference]) -> None:
        """A record was stored that has these."""
        self.free.difference_update(keys)


async def look_up(work: UnitOfWork, references: Iterable[Reference]) -> Known:
    """One statement for each kind of reference."""
    known = Known()
    kinds: dict[tuple[str, str], list[Reference]] = {}
    for one in dict.fromkeys(references):
        kinds.setdefault((one.resource, one.key), []).append(one)
    for (name, key), many in kinds.items():
        found = await _live_ids(work, BY_NAME[name], key, [one.value for one in many])
        known.ids |= {one: found[one.value] for one in many if one.value in found}
        known.free |= {one for one in many if one.value not in found}
    return known


def keys(resource: Resource, values: Given | Values) -> set[Reference]:
    """The references that a record with these values can be found by, its id apart."""
    found = set()
    for one in resource.fields:
        value = values.get(one.name)
        if one.unique and value is not None:
            found.add(Reference(resource.name, one.name, exact(value) if one.kind is Kind.EMAIL else value))
        elif one.kind is Kind.EXTERNAL_IDS and value:
            found |= {Reference(resource.name, system, id_) for system, id_ in value.items() if id_ is not None}
    return found


async def _live_ids(work: UnitOfWork, resource: Resource, key: str, values: list[str]) -> dict[str, str]:
    b = Builder(work.dialect)
    if Reference(resource.name, key, "").external:
        column = "e.value"
        source = f"external_ids e JOIN {resource.table} r ON r.id = e.record"
        also = f"e.resource = {b.text(fixed(resource.name))} AND e.system = {b.text(fixed(key))} AND "
    else:
        declared = resource.field(key)
        assert declared is not None
        column = f"r.{declared.column}{'_exact' if declared.kind is Kind.EMAIL else ''}"
        source, also = f"{resource.table} r", ""
    among = work.dialect.one_of(column, b.values(fixed(values)))
    text = f"SELECT {column}, r.id FROM {source} WHERE {also}{among} AND r.deleted_at IS NULL"
    return dict(await work.tx.fetch(text, b.params()))
