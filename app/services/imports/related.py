"""The record that a row's relation means: found by what the cells say of it, or else made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services import finding
from app.services.unit_of_work import UnitOfWork
from app.services.write import check, perform
from schema.change import Create
from schema.problem import Problem, invalid
from schema.reference import Reference, reference
from schema.resource import Relation, Resource
from schema.resources import BY_NAME
from schema.values.fault import Fault
from schema.values.text import clean, fold

_NAME_LENGTH = 1000


async def find(work: UnitOfWork, relation: Relation, said: Mapping[str, Any]) -> str | None:
    """The id of the live record, or None when there is none; raises when the cells do not tell which it is."""
    resource = BY_NAME[relation.target]
    if by := _reference(relation, resource, said):
        return await finding.id_of(work.tx, work.dialect, work.call.actor, resource, by)
    if not said.get("name"):
        names = ", ".join(f"{relation.name}.{name}" for name in ("name", *resource.references))
        raise invalid(
            {f"{relation.name}.{next(iter(said))}": f"does not tell which {resource.name} it is; give {names}"}
        )
    name = _name(relation, said["name"])
    where = f"name_folded = {work.dialect.placeholder(1, 'text')} AND deleted_at IS NULL"
    found = await work.tx.fetch(f"SELECT id FROM {resource.table} WHERE {where} LIMIT 2", (fold(name),))
    if len(found) > 1:
        raise invalid({f"{relation.name}.name": f"there is more than one {resource.name} of this name"})
    return str(found[0][0]) if found else None


async def make(work: UnitOfWork, relation: Relation, said: Mapping[str, Any]) -> str:
    """Makes the record of what the cells say; its faults bear the relation's name."""
    resource = BY_NAME[relation.target]
    data = {name: value for name, value in said.items() if value is not None}
    try:
        return (await perform(work, check(Create(resource, data), work.call.actor))).id
    except Problem as problem:
        if not problem.errors:
            raise
        errors = problem.errors
    first = f"{relation.name}.{next(iter(data))}"
    at: dict[str, tuple[str, ...]] = {}
    for path, texts in errors.items():
        named = f"{relation.name}.{path}"
        if path.partition(".")[0] in data:
            at[named] = tuple(texts)
        else:
            at.setdefault(first, (f"there is no such {resource.name}, and to make one {named} {texts[0]}",))
    raise invalid(at)


def _reference(relation: Relation, resource: Resource, said: Mapping[str, Any]) -> Reference | None:
    """What tells one record from all others, before its name: an address, a domain, an id in another system."""
    keys = {key: said[key] for key in resource.references if said.get(key)}
    keys |= {system: id_ for system, id_ in said.get("externalIds", {}).items() if id_}
    for key, value in keys.items():
        try:
            return reference(f"{key}:{value.strip()}", resource)
        except Fault as fault:
            raise invalid({f"{relation.name}.{key}": fault.text}) from None
    return None


def _name(relation: Relation, cell: str) -> str:
    try:
        return clean(cell, max_length=_NAME_LENGTH) or ""
    except Fault as fault:
        raise invalid({f"{relation.name}.name": fault.text}) from None
