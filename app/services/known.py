"""What writes look up, all at once: which records are meant by references, and which unique values are free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import orjson

from app.services.finding import seen_among
from app.services.rows import Values
from app.services.sql.dialect import DIALECTS
from app.services.unit_of_work import UnitOfWork
from schema.inputs import Given, pointed, references
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.resources import BY_NAME
from schema.values.email import exact

_EXTERNAL = ""
"""Stands for the external ids of a resource, whatever their systems."""

Form = tuple[tuple[str, str, bool], ...]
"""The resources and keys of references, and whether there is but one of the kind: what the text depends on."""


@dataclass(slots=True)
class Known:
    """`ids` are live records that the actor may see, by references to them; `free` are what no live record has.

    What is in neither is held by a record that does not exist for the actor.
    """

    ids: dict[Reference, str] = field(default_factory=dict)
    free: set[Reference] = field(default_factory=set)

    def resolved(self, resource: Resource, given: Given) -> Given:
        """What was given, with ids in the place of references to records that were found."""
        return pointed(resource, given, lambda one: self.ids.get(one, one))

    def forget(self, keys: Iterable[Reference]) -> None:
        """A record was stored that has these."""
        self.free.difference_update(keys)


async def look_up(work: UnitOfWork, asked: Iterable[Reference]) -> Known:
    """One statement for all of them; none when there are none."""
    meant = dict.fromkeys(asked)
    if not meant:
        return Known()
    form, params = _asking(work.dialect.name, meant)
    found = await work.tx.peek(_text(work.dialect.name, form), params)
    held = {Reference(resource, key, value): id_ for resource, key, value, id_ in found}
    return Known(await _seen(work, held), {one for one in meant if one not in held})


def expect(work: UnitOfWork, resource: Resource, given: Given) -> Known | None:
    """What `look_up` finds for almost every new record: what it points at is there, what must be unique is free.

    Whether that is so is asked together with what is stored. If it is not, the race is lost, and who begins anew looks
    it up. None where this saves nothing, or where it takes a look to tell which record is meant.
    """
    if work.holds or work.call.actor.filters:
        return None
    meant = {one: one.value for one in references(resource, given).values()}
    if any(not one.by_id for one in meant):
        return None
    unique = unique_of(resource, given)
    if unique or meant:
        free, params = _asking(work.dialect.name, unique)
        there, ids = _asking(work.dialect.name, meant)
        work.tx.later(_expecting(work.dialect.name, free, there, len(meant)), params + ids, guarded=True)
    return Known(meant, unique)


async def _seen(work: UnitOfWork, held: dict[Reference, str]) -> dict[Reference, str]:
    """Those of the records that the actor may see: for most actors all of them."""
    actor = work.call.actor
    if not actor.filters:
        return held
    names = {by.resource for by in held}
    seen: set[str] = set()
    for name in names:
        ids = {id_ for by, id_ in held.items() if by.resource == name}
        seen |= await seen_among(work.tx.peek, work.dialect, actor, BY_NAME[name], ids)
    return {by: id_ for by, id_ in held.items() if id_ in seen}


def unique_of(resource: Resource, values: Given | Values) -> set[Reference]:
    """The references that a record with these values can be found by, its id apart."""
    found = set()
    for one in _keyed(resource):
        value = values.get(one.name)
        if not value:
            continue
        if one.kind is Kind.EXTERNAL_IDS:
            found |= {Reference(resource.name, system, id_) for system, id_ in value.items() if id_ is not None}
        else:
            found.add(Reference(resource.name, one.name, exact(value) if one.kind is Kind.EMAIL else value))
    return found


@cache
def _keyed(resource: Resource) -> tuple[Field, ...]:
    return tuple(f for f in resource.fields if f.unique or f.kind is Kind.EXTERNAL_IDS)


def wanted(resource: Resource, given: Given) -> Iterator[Reference]:
    """What should be looked up for a write: the records that it points at, and those that hold what it wants."""
    yield from unique_of(resource, given)
    yield from references(resource, given).values()


# -- SQL ----------------------------------------------------------------------------------------------------------


def _asking(dialect: str, asked: Collection[Reference]) -> tuple[Form, list[Any]]:
    """The form of what looks up different references, those of each kind together, and its parameters."""
    kinds: dict[tuple[str, str], list[Reference]] = {}
    for one in asked:
        kinds.setdefault((one.resource, _EXTERNAL if one.external else one.key), []).append(one)
    form: list[tuple[str, str, bool]] = []
    params: list[Any] = []
    for (resource, key), many in kinds.items():
        alone = len(many) == 1
        form.append((resource, key, alone))
        params += [many[0].value] if alone and key != _EXTERNAL else _params_of(dialect, key, many)
    return tuple(form), params


def _params_of(dialect: str, key: str, many: list[Reference]) -> list[Any]:
    values = [one.value for one in many]
    systems = [[one.key for one in many]] if key == _EXTERNAL else []
    if dialect == "sqlite":
        return [orjson.dumps(list(zip(*systems, values, strict=True)) if systems else values).decode()]
    return [*systems, values]


@lru_cache(maxsize=256)
def _text(dialect: str, form: Form) -> str:
    return _looking(dialect, form, 1)[0]


@lru_cache(maxsize=256)
def _expecting(dialect: str, free: Form, there: Form, count: int) -> str:
    """A row, if the ones are free and all of the others are there."""
    held, number = _looking(dialect, free, 1)
    found, _ = _looking(dialect, there, number)
    wants = [f"NOT EXISTS ({held})"] if free else []
    wants += [f"(SELECT count(*) FROM ({found}) found) = {count}"] if there else []
    return f"SELECT 1 WHERE {' AND '.join(wants)}"


def _looking(dialect: str, form: Form, number: int) -> tuple[str, int]:
    """What looks these up, and the number of the first parameter after its own, which begin with `number`."""
    branches = []
    for name, key, alone in form:
        resource = BY_NAME[name]
        if key == _EXTERNAL:
            branch, count = _external(dialect, resource, number)
        else:
            branch, count = _own(dialect, resource, key, number, alone=alone), 1
        branches.append(f"{branch} AND {DIALECTS[dialect].live('r')}")
        number += count
    return " UNION ALL ".join(branches), number


def _own(dialect: str, resource: Resource, key: str, number: int, *, alone: bool) -> str:
    declared = resource.field(key)
    assert declared is not None
    column = f"r.{declared.column}{'_exact' if declared.kind is Kind.EMAIL else ''}"
    place = DIALECTS[dialect].placeholder(number, "text" if alone or dialect == "sqlite" else "text[]")
    among = f"{column} = {place}" if alone else DIALECTS[dialect].one_of(column, place)
    return f"SELECT '{resource.name}', '{key}', {column}, r.id FROM {resource.table} r WHERE {among}"


def _external(dialect: str, resource: Resource, number: int) -> tuple[str, int]:
    if dialect == "sqlite":
        # CROSS JOIN: the pairs first, then each by the index.
        pairs, count = f"json_each(?{number}) w CROSS JOIN", 1
        system, value = "json_extract(w.value, '$[0]')", "json_extract(w.value, '$[1]')"
    else:
        pairs, count = f"unnest(${number}::text[], ${number + 1}::text[]) w(system, value) JOIN", 2
        system, value = "w.system", "w.value"
    match = f"e.resource = '{resource.name}' AND e.system = {system} AND e.value = {value}"
    source = f"{pairs} external_ids e ON {match} JOIN {resource.table} r ON r.id = e.record"
    return f"SELECT '{resource.name}', e.system, e.value, r.id FROM {source} WHERE TRUE", count
