"""Between rows and values: which columns a field has, what stands in them, and the SQL that reads and writes a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from app.services.sql.dialect import DIALECTS, Dialect
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.values.email import exact
from schema.values.maps import canonical
from schema.values.text import fold

Values = Mapping[str, Any]
"""A whole record by the names of its fields: lists and maps decoded, `address` None or all its members."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A row as it stands: its place in the table, and its values."""

    seq: int
    values: Values

    @property
    def id(self) -> str:
        return str(self.values["id"])

    @property
    def version(self) -> int:
        return int(self.values["version"])


def stored(field: Field, value: Any) -> Iterator[tuple[str, Any]]:
    """The columns of a field and what they hold for this value: the value itself first, then its twins."""
    if field.kind is Kind.ADDRESS:
        for member in field.members:
            yield from stored(member, value and value[member.name])
        return
    if field.kind in LIST_KINDS | MAP_KINDS:
        yield field.column, canonical(value)
        if field.kind is Kind.METADATA:
            folded = {key: fold(one) if isinstance(one, str) else one for key, one in value.items()}
            yield f"{field.column}_folded", canonical(folded)
        return
    yield field.column, value
    if field.folded:
        yield f"{field.column}_folded", None if value is None else fold(value)
    if field.kind is Kind.EMAIL:
        yield f"{field.column}_exact", None if value is None else exact(value)


def row(resource: Resource, values: Values) -> dict[str, Any]:
    """Every column of a record."""
    found = dict(pair for field in resource.fields for pair in stored(field, values[field.name]))
    return found | {"members": members(resource, values, found)} if resource.documented else found


def members(resource: Resource, values: Values, columns: Mapping[str, Any]) -> str:
    """The whole record as the JSON in which it leaves, every field in the declared order, without the braces around."""
    texts = LIST_KINDS | MAP_KINDS
    found = {f.name: orjson.Fragment(columns[f.column]) if f.kind in texts else values[f.name] for f in resource.fields}
    return orjson.dumps(found).decode()[1:-1]


def changed(resource: Resource, before: Values, after: Values) -> tuple[Field, ...]:
    """The fields whose values differ, as they are stored: so true is not 1, but 1.0 is."""
    return tuple(f for f in resource.fields if list(stored(f, before[f.name])) != list(stored(f, after[f.name])))


def empty(resource: Resource) -> dict[str, Any]:
    """The values of a record to which nobody has given any: the defaults."""
    return {f.name: [] if f.kind in LIST_KINDS else {} if f.kind in MAP_KINDS else f.default for f in resource.fields}


def ordered(field: Field, value: Any) -> Any:
    """A value with its members in the order in which they leave: a map's keys by code point."""
    return dict(sorted(value.items())) if field.kind in MAP_KINDS else value


# -- SQL ----------------------------------------------------------------------------------------------------------


@cache
def _own_columns(resource: Resource) -> tuple[str, ...]:
    """The columns that hold values, without twins."""
    return tuple(m.column for f in resource.fields for m in (f.members or (f,)))


def of_row(resource: Resource, found: tuple[Any, ...]) -> Stored:
    """What `select` has read."""
    cells = iter(found[1:])
    return Stored(found[0], {field.name: _value(field, cells) for field in resource.fields})


def _value(field: Field, cells: Iterator[Any]) -> Any:
    if field.kind is Kind.ADDRESS:
        members = {member.name: next(cells) for member in field.members}
        return members if any(one is not None for one in members.values()) else None
    cell = next(cells)
    return json.loads(cell) if field.kind in LIST_KINDS | MAP_KINDS else cell


def select(resource: Resource, dialect: Dialect, where: str, *, lock: bool = True) -> str:
    """Reads one row, and keeps it as it is until the transaction ends; `where` may end in an order and a limit."""
    ending = " FOR NO KEY UPDATE" if lock and dialect.name == "postgresql" else ""
    return f"SELECT seq, {', '.join(_own_columns(resource))} FROM {resource.table} WHERE {where}{ending}"


def insert(resource: Resource, dialect: Dialect, extra: tuple[str, ...] = ()) -> str:
    """Adds a row with every column, and those of `extra`, in the order of `row`; gives its place."""
    return _insert(resource, dialect.name, extra)


def update(resource: Resource, dialect: Dialect, extra: tuple[str, ...] = ()) -> str:
    """Writes every column, and those of `extra`; the last parameter is the row's place."""
    return _update(resource, dialect.name, extra)


@cache
def _insert(resource: Resource, dialect: str, extra: tuple[str, ...]) -> str:
    names = (*_types(resource), *extra)
    places = [_place(resource, DIALECTS[dialect], name, i) for i, name in enumerate(names, 1)]
    return f"INSERT INTO {resource.table} ({', '.join(names)}) VALUES ({', '.join(places)}) RETURNING seq"


@cache
def _update(resource: Resource, dialect: str, extra: tuple[str, ...]) -> str:
    names = (*_types(resource), *extra)
    pairs = [f"{name} = {_place(resource, DIALECTS[dialect], name, i)}" for i, name in enumerate(names, 1)]
    where = DIALECTS[dialect].placeholder(len(names) + 1, "bigint")
    return f"UPDATE {resource.table} SET {', '.join(pairs)} WHERE seq = {where}"


@cache
def _types(resource: Resource) -> dict[str, str]:
    """Every column with its type."""
    sample: dict[str, Any] = empty(resource)
    types: dict[str, str] = {}
    for field in resource.fields:
        type_ = "bigint" if field.kind is Kind.INTEGER else "text"
        types.update((column, type_) for column, _ in stored(field, sample[field.name]))
    return types | {"members": "text"} if resource.documented else types


def _place(resource: Resource, dialect: Dialect, name: str, number: int) -> str:
    if name == "words":
        return f"array_to_tsvector({dialect.placeholder(number, 'text[]')})"
    return dialect.placeholder(number, _types(resource).get(name, "text"))
