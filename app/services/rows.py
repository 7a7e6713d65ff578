"""Between rows and values: which columns a field has, what stands in them, and the SQL that reads and writes a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

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


class Stored(NamedTuple):
    """A record as it stands in its row; where they were made for it, how it is `leaving` and the `members` of that."""

    values: Values
    members: str | None = None
    told: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        return str(self.values["id"])

    @property
    def version(self) -> int:
        return int(self.values["version"])


Put = Callable[[dict[str, Any], Any], None]


@cache
def _put(field: Field) -> Put:
    """Writes a value of the field into its column of a row, and what is derived from it into the twins."""
    column = field.column
    folded, exact_, parts_ = (f"{column}_{twin}" for twin in ("folded", "exact", "parts"))

    def plain(row: dict[str, Any], value: Any) -> None:
        row[column] = value

    def text(row: dict[str, Any], value: Any) -> None:
        row[column] = value
        row[folded] = value and fold(value)

    def email(row: dict[str, Any], value: Any) -> None:
        text(row, value)
        row[exact_] = value and exact(value)

    def json(row: dict[str, Any], value: Any) -> None:
        row[column] = canonical(value)

    def metadata(row: dict[str, Any], value: Any) -> None:
        row[column] = row[folded] = canonical(value)
        same = {key: fold(one) if isinstance(one, str) else one for key, one in value.items()}
        if same != value:
            row[folded] = canonical(same)

    def filters(row: dict[str, Any], value: Any) -> None:
        row[column] = canonical(value)
        row[parts_] = canonical(sorted(parts(value, ())))

    def address(row: dict[str, Any], value: Any) -> None:
        row |= nothing
        for name, one in (value or {}).items():
            if one is not None:
                inner[name](row, one)

    inner = {member.name: _put(member) for member in field.members}
    nothing = {column: None for member in field.members for column in _cells(member, None)}
    of_kind = {Kind.ADDRESS: address, Kind.METADATA: metadata, Kind.FILTERS: filters, Kind.EMAIL: email}
    return of_kind.get(field.kind) or (json if field.kind in _JSON_KINDS else text if field.folded else plain)


def _cells(field: Field, value: Any) -> dict[str, Any]:
    """The columns of a field, and what they hold for this value."""
    found: dict[str, Any] = {}
    _put(field)(found, value)
    return found


def new_row(resource: Resource, values: Values) -> dict[str, Any]:
    """Every column of a new record."""
    found = dict(_empty_row(resource))
    for name, nothing, put in _puts(resource):
        value = values[name]
        if value != nothing:
            put(found, value)
    return found


def changed_row(resource: Resource, values: Values, fields: Iterable[Field]) -> dict[str, Any]:
    """The columns of some fields."""
    found: dict[str, Any] = {}
    for field in fields:
        _put(field)(found, values[field.name])
    return found


@cache
def _puts(resource: Resource) -> list[tuple[str, Any, Put]]:
    return [(field.name, nothing_in(field), _put(field)) for field in resource.fields]


@cache
def _empty_row(resource: Resource) -> dict[str, Any]:
    """Every column, as it is where a record holds nothing: which is most of them in most records."""
    found: dict[str, Any] = {}
    for field in resource.fields:
        found |= _cells(field, nothing_in(field))
    return found


def nothing_in(field: Field) -> Any:
    """What stands in the field of a record that holds nothing there."""
    return [] if field.kind in LIST_KINDS else {} if field.kind in MAP_KINDS else None


def members(told: dict[str, Any]) -> str:
    """The JSON of a record that is `leaving`, without the braces around."""
    return orjson.dumps(told).decode()[1:-1]


def leaving(resource: Resource, values: Values) -> dict[str, Any]:
    """Every field in the declared order, as orjson writes it in the one form in which it leaves."""
    plain, json = _leaving(resource)
    found = {name: values[name] for name in plain}
    for name in json:
        if found[name]:
            found[name] = orjson.Fragment(canonical(found[name]))
    return found


@cache
def _leaving(resource: Resource) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of all fields, and of those whose values have to be brought into a form of their own."""
    return tuple(f.name for f in resource.fields), tuple(f.name for f in resource.fields if f.kind in _JSON_KINDS)


def json_value(field: Field, value: Any) -> Any:
    """A value as orjson writes it in the one form in which it leaves."""
    return orjson.Fragment(canonical(value)) if field.kind in _JSON_KINDS else value


def changed(resource: Resource, before: Values, after: Values) -> tuple[Field, ...]:
    """The fields whose values differ, as they are stored: so true is not 1, but 1.0 is."""
    return tuple(f for f in resource.fields if _differ(f, before[f.name], after[f.name]))


def _differ(field: Field, before: Any, after: Any) -> bool:
    return before is not after and _cells(field, before) != _cells(field, after)


def empty(resource: Resource) -> dict[str, Any]:
    """The values of a record to which nobody has given any: the defaults."""
    defaults, collections = _defaults(resource)
    found = dict(defaults)
    for name, make in collections:
        found[name] = make()
    return found


@cache
def _defaults(resource: Resource) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Of all fields, and how to make those anew that nobody is to share."""
    collections: list[tuple[str, Callable[[], Any]]]
    collections = [(f.name, type(nothing_in(f))) for f in resource.fields if nothing_in(f) is not None]
    return {f.name: f.default for f in resource.fields}, collections


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
