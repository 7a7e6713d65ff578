"""Conditions in SQL.

Where a column is null a comparison is unknown, and a row is found only where the whole is true. `not` asks for what is
not true, so that negations are plain: between two of them, unknown counts as false.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from app.services.sql.glue import Json, quoted
from app.services.sql.params import Builder, Way, fixed, item, then
from app.services.sql.values import SIGNS, has, in_map, text
from app.services.sql.words import placed_query, search_places, search_query
from schema.condition import Compare, Every, Not, Some, Through
from schema.history import OWN
from schema.narrowing import target
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.resources import BY_NAME
from schema.selection import Deleted
from schema.values.text import fold

_NEGATED = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN}


def condition(b: Builder, way: Way, resource: Resource, alias: str) -> str:
    """The condition that `way` leads to, on the row of `resource` that `alias` names."""
    match b.at(way):
        case Every(parts=parts):
            return "(" + " AND ".join(condition(b, _nth(way, i), resource, alias) for i in range(len(parts))) + ")"
        case Some(parts=parts):
            return "(" + " OR ".join(condition(b, _nth(way, i), resource, alias) for i in range(len(parts))) + ")"
        case Not():
            return f"({condition(b, then(way, attrgetter('part')), resource, alias)}) IS NOT TRUE"
        case Through() as where:
            return _through(b, where, way, resource, alias)
        case Compare(operator=operator) as compare if operator in _NEGATED:
            return f"({_compare(b, compare, _NEGATED[operator], way, resource, alias)}) IS NOT TRUE"
        case compare:
            return _compare(b, compare, compare.operator, way, resource, alias)


def _nth(way: Way, index: int) -> Way:
    return item(then(way, attrgetter("parts")), index)


def existing(b: Builder, alias: str, resource: Resource, deleted: Deleted = Deleted.EXCLUDE) -> list[str]:
    """Which rows exist for the actor: as far as deletion goes, and within what the actor may see."""
    parts = []
    if resource.deletable and deleted is not Deleted.INCLUDE:
        parts.append(f"{alias}.deleted_at IS NOT NULL" if deleted is Deleted.ONLY else b.dialect.live(alias))
    return [*parts, *seen(b, resource, alias)]


def seen(b: Builder, resource: Resource, alias: str) -> list[str]:
    """Which rows the actor may see, deleted ones among them; nothing if it may see all.

    What bounds the sight is told of the whole truth: it may speak of records and fields that the actor does not see.
    """
    way = b.sees(resource)
    if way is None:
        return []
    with b.seeing_all():
        return [condition(b, way, BY_NAME[resource.name], alias)]


def pointing(b: Builder, field: Field, alias: str) -> list[str]:
    """Whether an id points at a row that the actor may see; nothing if it may point anywhere.

    A deleted record is one that the actor has seen: the id stays. An id that is never null, a key's owner, stays too.
    """
    pointer = field.told_with or field
    if not pointer.target or not pointer.nullable or b.sees(BY_NAME[pointer.target]) is None:
        return []
    return [_is_seen(b, BY_NAME[pointer.target], f"{alias}.{pointer.column}")]


def _is_seen(b: Builder, other: Resource, id_: str) -> str:
    """Whether this is the id of a record that the actor may see, deleted or not."""
    name, s = f"seen_{other.table}", b.alias("s")
    if name not in b.heads:
        r = b.alias("r")
        # Read as if it stood in its place.
        b.heads[name] = f"NOT MATERIALIZED (SELECT {r}.id FROM {other.table} {r} WHERE {seen(b, other, r)[0]})"
    return f"EXISTS (SELECT 1 FROM {name} {s} WHERE {s}.id = {id_})"


def column(b: Builder, field: Field, alias: str) -> str:
    """The value of a field: its column, but null in place of an id of what does not exist for the actor."""
    name = f"{alias}.{field.column}"
    within = pointing(b, field, alias)
    return f"CASE WHEN {within[0]} THEN {name} END" if within else name


def differences(b: Builder, field: Field, alias: str) -> Json:
    """What a change tells of: each field that differs, with a pair of values."""
    told = _told(b, field, alias)
    if told.all:
        return Json(f"{alias}.{field.column}", "text", sure=True)
    gathered = b.dialect.gathered(f"{told.entry}.key", told.pair)
    return b.dialect.selected(Json(f"(SELECT {gathered} FROM {told.source} WHERE {told.where})", "json", sure=True))


def _tells_of(b: Builder, field: Field, alias: str, test: Callable[[str], str]) -> str:
    """Whether a change tells of a field whose name passes the test: as much as it shows, and no more."""
    told = _told(b, field, alias)
    return f"EXISTS (SELECT 1 FROM {told.source} WHERE {told.where} AND {test(f'{told.entry}.key')})"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a change tells of: rows of a name (the `key` of `entry`) and a pair of values; `all`: as it is stored."""

    entry: str
    source: str
    where: str
    pair: str
    all: bool


def _told(b: Builder, field: Field, alias: str) -> _Told:
    """What a change tells of, as far as it exists for the actor: hidden fields are none of it, an id of what does not
    exist is null, and a pair of nothing but nulls is left out.

    It is put flatly: SQLite takes no statement in which too much lies within each other.
    """
    fields, e = BY_NAME[field.target].fields, b.alias("e")
    source, where, pair = b.dialect.entries(f"{alias}.{field.column}", e), [], b.dialect.parsed(f"{e}.value")
    hides = any(one.name not in field.choices and one.name not in OWN for one in fields)
    if hides:
        where.append(f"{e}.key IN ({', '.join(map(quoted, field.choices))})")
    targets = {f.name: BY_NAME[f.target] for f in fields if f.target and f.nullable and f.name in field.choices}
    bounded = {name: other for name, other in targets.items() if b.sees(other) is not None}
    if bounded:
        ends: tuple[list[str], list[str]] = ([], [])
        for name, other in bounded.items():
            for i, ids in enumerate(ends):
                r = b.alias("r")
                on = [f"{e}.key = {quoted(name)}", f"{r}.id = ({e}.value ->> {i})", _is_seen(b, other, f"{r}.id")]
                source += f" LEFT JOIN {other.table} {r} ON {' AND '.join(on)}"
                ids.append(f"{r}.id")
        was, became = (f"coalesce({', '.join(ids)})" if len(ids) > 1 else ids[0] for ids in ends)
        names = ", ".join(map(quoted, bounded))
        where.append(f"({e}.key NOT IN ({names}) OR {was} IS NOT NULL OR {became} IS NOT NULL)")
        pair = f"CASE WHEN {e}.key IN ({names}) THEN {b.dialect.pair(was, became)} ELSE {pair} END"
    return _Told(e, source, " AND ".join(where) or "TRUE", pair, not where)


def search(b: Builder, way: Way, resource: Resource, alias: str) -> str:
    """The rows in which every word is found, in a field that the actor knows."""
    name, places = b.dialect.name, search_places(resource)
    query = b.text(then(way, lambda words: search_query(words, name)))
    found = b.dialect.beginnings(alias, resource.table, query)
    if places is None:
        return found
    placed = b.text(then(way, lambda words: placed_query(words, places, name)))
    return f"({found} AND {b.dialect.placed(alias, resource.table, placed, places)})"


def referenced(b: Builder, way: Way) -> str:
    """The id that a reference stands for, as an expression; null when no live record has it."""
    by: Reference = b.at(way)
    value = then(way, attrgetter("value"))
    if by.by_id:
        return b.text(value)
    resource = BY_NAME[by.resource]
    if by.external:
        parts = [b.text(fixed(by.resource)), b.text(then(way, attrgetter("key"))), b.text(value)]
        found = f"SELECT record FROM external_ids WHERE (resource, system, value) = ({', '.join(parts)})"
        if b.sees(resource) is None:
            return f"({found})"
        r = b.alias("r")
        return f"(SELECT {r}.id FROM {resource.table} {r} WHERE {r}.id = ({found}) AND {seen(b, resource, r)[0]})"
    r = b.alias("r")
    known = f"{r}.{'email_exact' if by.key == 'email' else by.key} = {b.text(value)}"
    where = " AND ".join([known, f"{r}.deleted_at IS NULL", *seen(b, resource, r)])
    return f"(SELECT {r}.id FROM {resource.table} {r} WHERE {where})"


def _through(b: Builder, where: Through, way: Way, resource: Resource, alias: str) -> str:
    other = target(resource, where.relation)
    r = b.alias("r")
    link = f"{r}.{where.relation.key} = {alias}.id" if where.relation.many else f"{r}.id = {alias}.{where.relation.key}"
    parts = [link, *existing(b, r, other), condition(b, then(way, attrgetter("where")), other, r)]
    return f"EXISTS (SELECT 1 FROM {other.table} {r} WHERE {' AND '.join(parts)})"


def _compare(b: Builder, c: Compare, operator: Operator, way: Way, resource: Resource, alias: str) -> str:
    field = c.field
    value = then(way, attrgetter("value"))
    if field.kind is Kind.ADDRESS:
        empty = " AND ".join(f"{alias}.{member.column} IS NULL" for member in field.members)
        return f"({empty})" if c.value else f"NOT ({empty})"
    if operator is Operator.HAS:
        return has(b, field, value, resource, alias)
    if field.kind is Kind.EXTERNAL_IDS or field.kind is Kind.METADATA:
        return in_map(b, c, operator, way, resource, alias)
    if operator is Operator.IS_NULL:
        return f"{column(b, field, alias)} IS {'' if c.value else 'NOT '}NULL"
    if operator is Operator.EQ:
        return _equal(b, field, alias, value)
    if operator is Operator.IN:
        return _within(b, field, alias, value)
    name = f"{alias}.{field.column}"
    if field.kind is Kind.INTEGER:
        return f"{name} {SIGNS[operator]} {b.value(value)}"
    return text(b, operator, f"{name}_folded" if field.folded else name, value)


def _equal(b: Builder, field: Field, alias: str, value: Way) -> str:
    if field.kind is Kind.MEMBER:
        return _tells_of(b, field, alias, lambda name: f"{name} = {b.text(value)}")
    name = f"{alias}.{field.column}"
    if field.kind is Kind.ID:
        return _all([f"{name} = {referenced(b, value)}", *pointing(b, field, alias)])
    if field.kind is Kind.INTEGER:
        return f"{name} = {b.value(value)}"
    if field.kind is Kind.EMAIL:
        return f"{name}_exact = {b.text(value)}"
    # The folded twin carries the index; the column itself decides.
    near = f"{name}_folded = {b.text(then(value, fold))} AND " if field.folded else ""
    return f"({near}{name} = {b.text(value)})"


def _all(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' AND '.join(parts)})"


def _within(b: Builder, field: Field, alias: str, values: Way) -> str:
    if not b.at(values):
        return "FALSE"
    if field.kind is Kind.MEMBER:
        return _tells_of(b, field, alias, lambda name: b.dialect.one_of(name, b.values(values)))
    name = f"{alias}.{field.column}"
    if field.kind is Kind.ID:
        return _all([_among(b, name, values), *pointing(b, field, alias)])
    if field.kind is Kind.INTEGER:
        return b.dialect.one_of(name, b.values(values, "bigint"))
    if field.kind is Kind.EMAIL:
        return b.dialect.one_of(f"{name}_exact", b.values(values))
    exact = b.dialect.one_of(name, b.values(values))
    if not field.folded:
        return exact
    near = b.dialect.one_of(f"{name}_folded", b.values(then(values, lambda many: [fold(one) for one in many])))
    return f"({near} AND {exact})"


def _among(b: Builder, name: str, values: Way) -> str:
    """Ids as one list, and each other reference by a look-up of its own."""
    many: tuple[Reference, ...] = b.at(values)
    ids = then(values, lambda found: [one.value for one in found if one.by_id])
    parts = [b.dialect.one_of(name, b.values(ids))] if b.at(ids) else []
    others = [referenced(b, item(values, i)) for i, one in enumerate(many) if not one.by_id]
    parts += [f"{name} IN ({', '.join(others)})"] if others else []
    return f"({' OR '.join(parts)})"
