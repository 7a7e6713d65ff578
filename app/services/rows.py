"""Between rows and values: which columns a field has, what stands in them, and the SQL that reads and writes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import orjson

from app.services.sql.dialect import DIALECTS, Dialect
from schema.bounds import parts
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.values.email import exact
from schema.values.maps import canonical
from schema.values.text import fold

Values = Mapping[str, Any]
"""A whole record by the names of its fields: lists and maps decoded, `address` None or all its members."""

_JSON_KINDS = LIST_KINDS | MAP_KINDS
_NOTHING: tuple[Any, ...] = ([], {})


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands in its row; `members` where they were made for it."""

    values: Values
    members: str | None = None

    @property
    def id(self) -> str:
        return str(self.values["id"])

    @property
    def version(self) -> int:
        return int(self.values["version"])


@cache
def columns(field: Field) -> tuple[str, ...]:
    """The columns of a field: that of the value itself first, then its twins."""
    if field.kind is Kind.ADDRESS:
        return tuple(column for member in field.members for column in columns(member))
    twins = ["_folded"] if field.folded or field.kind is Kind.METADATA else []
    twins += ["_exact"] if field.kind is Kind.EMAIL else []
    twins += ["_parts"] if field.kind is Kind.FILTERS else []
    return (field.column, *(f"{field.column}{twin}" for twin in twins))


def cells(field: Field, value: Any) -> tuple[Any, ...]:
    """What the columns of a field hold for this value."""
    kind = field.kind
    if kind is Kind.ADDRESS:
        if value is None:
            return (None,) * len(columns(field))
        return tuple(cell for member in field.members for cell in cells(member, value[member.name]))
    if kind is Kind.METADATA:
        folded = {key: fold(one) if isinstance(one, str) else one for key, one in value.items()}
        return canonical(value), canonical(folded)
    if kind is Kind.FILTERS:
        return canonical(value), canonical(sorted(parts(value, ())))
    if kind in _JSON_KINDS:
        return (canonical(value),)
    if not field.folded:
        return (value,)
    if value is None:
        return (None,) * len(columns(field))
    return (value, fold(value), exact(value)) if kind is Kind.EMAIL else (value, fold(value))


def row(resource: Resource, values: Values, fields: tuple[Field, ...] | None = None) -> dict[str, Any]:
    """Every column of a record or, beside what depends on the whole of it, those of some fields."""
    found = {} if fields else dict(_empty_row(resource))
    for field in fields or resource.fields:
        value = values[field.name]
        if fields or (value is not None and value not in _NOTHING):
            found.update(zip(columns(field), cells(field, value), strict=True))
    if resource.documented:
        found["members"] = members(resource, values)
    return found


@cache
def _empty_row(resource: Resource) -> dict[str, Any]:
    """Every column, as it is where a record holds nothing: which is most of them in most records."""
    found: dict[str, Any] = {}
    for field in resource.fields:
        nothing: Any = [] if field.kind in LIST_KINDS else {} if field.kind in MAP_KINDS else None
        found.update(zip(columns(field), cells(field, nothing), strict=True))
    return found


def members(resource: Resource, values: Values) -> str:
    """The whole record as the JSON in which it leaves, every field in the declared order, without the braces around."""
    return orjson.dumps({f.name: json_value(f, values[f.name]) for f in resource.fields}).decode()[1:-1]


def json_value(field: Field, value: Any) -> Any:
    """A value as orjson writes it in the one form in which it leaves."""
    return orjson.Fragment(canonical(value)) if field.kind in _JSON_KINDS else value


def changed(resource: Resource, before: Values, after: Values) -> tuple[Field, ...]:
    """The fields whose values differ, as they are stored: so true is not 1, but 1.0 is."""
    return tuple(f for f in resource.fields if _differ(f, before[f.name], after[f.name]))


def _differ(field: Field, before: Any, after: Any) -> bool:
    return before is not after and cells(field, before) != cells(field, after)


def empty(resource: Resource) -> dict[str, Any]:
    """The values of a record to which nobody has given any: the defaults."""
    return {name: default() for name, default in _defaults(resource)}


@cache
def _defaults(resource: Resource) -> tuple[tuple[str, Callable[[], Any]], ...]:
    def default(field: Field) -> Callable[[], Any]:
        return list if field.kind in LIST_KINDS else dict if field.kind in MAP_KINDS else lambda: field.default

    return tuple((field.name, default(field)) for field in resource.fields)


# -- SQL ----------------------------------------------------------------------------------------------------------


@cache
def _own_columns(resource: Resource) -> tuple[str, ...]:
    """The columns that hold values, without twins."""
    return tuple(m.column for f in resource.fields for m in (f.members or (f,)))


def of_row(resource: Resource, found: tuple[Any, ...]) -> Stored:
    """What `select` has read."""
    read = iter(found)
    return Stored({field.name: _value(field, read) for field in resource.fields})


def _value(field: Field, read: Iterator[Any]) -> Any:
    if field.kind is Kind.ADDRESS:
        held = {member.name: next(read) for member in field.members}
        return held if any(one is not None for one in held.values()) else None
    cell = next(read)
    return orjson.loads(cell) if field.kind in _JSON_KINDS else cell


def select(resource: Resource, dialect: Dialect, where: str, *, lock: bool = True) -> str:
    """Reads one row, and keeps it as it is until the transaction ends; `where` may end in an order and a limit."""
    ending = " FOR NO KEY UPDATE" if lock and dialect.name == "postgresql" else ""
    return f"SELECT {', '.join(_own_columns(resource))} FROM {resource.table} WHERE {where}{ending}"


@lru_cache(maxsize=512)
def insert(resource: Resource, dialect: str, names: tuple[str, ...]) -> str:
    """Adds a row with these columns."""
    places = [_place(resource, dialect, name, i) for i, name in enumerate(names, 1)]
    return f"INSERT INTO {resource.table} ({', '.join(names)}) VALUES ({', '.join(places)})"


@lru_cache(maxsize=512)
def update(resource: Resource, dialect: str, names: tuple[str, ...]) -> str:
    """Writes these columns; the last two parameters are the record's id, and the version that it still must have."""
    pairs = [f"{name} = {_place(resource, dialect, name, i)}" for i, name in enumerate(names, 1)]
    id_, version = (DIALECTS[dialect].placeholder(len(names) + i, type_) for i, type_ in ((1, "text"), (2, "bigint")))
    return f"UPDATE {resource.table} SET {', '.join(pairs)} WHERE id = {id_} AND version = {version}"


def _place(resource: Resource, dialect: str, name: str, number: int) -> str:
    if name == "words":
        return f"{DIALECTS[dialect].placeholder(number, 'text')}::tsvector"
    return DIALECTS[dialect].placeholder(number, "bigint" if name in _numbers(resource) else "text")


@cache
def _numbers(resource: Resource) -> frozenset[str]:
    return frozenset(f.column for f in resource.fields if f.kind is Kind.INTEGER)
