"""The statement of a whole Selection: its text and the ways to its parameters, made once for each shape."""

from __future__ import annotations

from collections.abc import Hashable
from operator import attrgetter
from typing import NamedTuple

from app.services.sql.condition import condition, existing, referenced, search
from app.services.sql.connection import framed, nested
from app.services.sql.dialect import Dialect
from app.services.sql.glue import EVERY, Json
from app.services.sql.params import Builder, Sight, Way, everything, item, then, whole
from app.services.sql.record import Joins, record_json, value_json
from app.services.sql.shape import shape
from schema.condition import compares
from schema.history import has_cursors
from schema.operators import Operator
from schema.resource import MAP_KINDS
from schema.selection import Connection, Selection, Several, Single, Stats

MAX_GROUPS = 10_000
_KEPT = 2048


class Statement(NamedTuple):
    """The statement of all Selections of one shape, with the way to each parameter.

    It gives one row: the JSON as bytes, in UTF-8, then what the door needs beside it (see `columns`). `always`: it
    gives that row in any case. `begins`: where its SELECT stands. `steady`: one plan is good for all values.
    """

    text: str
    ways: tuple[Way, ...]
    columns: tuple[str, ...]
    always: bool
    begins: int
    steady: bool


_statements: dict[Hashable, Statement] = {}


def compile_(selection: Selection, dialect: Dialect, sight: Sight = everything) -> Statement:
    """The one statement that answers a Selection, within what the actor may see."""
    key = (dialect.name, shape(selection), sight.shape)
    return _statements.get(key) or _keep(key, _made(selection, dialect, sight))


def _keep(key: Hashable, made: Statement) -> Statement:
    if len(_statements) >= _KEPT:
        del _statements[next(iter(_statements))]
    _statements[key] = made
    return made


def _made(selection: Selection, dialect: Dialect, sight: Sight) -> Statement:
    b = Builder(dialect, selection, sight)
    match selection:
        case Connection():
            text, columns = _connection(b)
        case Single():
            joins, body, where = _single(b, whole)
            chosen, columns = [dialect.bytes_of(dialect.text_of(body)), f"{joins.alias}.version"], ("body", "version")
            if has_cursors(selection.record):
                chosen, columns = [*chosen, f"{joins.alias}.id"], (*columns, "record")
            text = f"SELECT {', '.join(chosen)} FROM {_from(joins)} WHERE {where}"
        case Several():
            text, columns = _several(b, selection)
        case Stats():
            text, columns = _stats(b, selection)
    headed, always = b.headed(text), not isinstance(selection, Single)
    begins = len(headed) - len(text)
    return Statement(headed, tuple(b.ways), columns, always, begins, _steady(selection, sight))


def _steady(selection: Selection, sight: Sight) -> bool:
    """Whether no value decides which index is best: equality alone, on the way along an order, is read the same."""
    if isinstance(selection, Single | Several):
        return True
    equal = (Operator.EQ, Operator.IS_NULL)
    bounds = [*sight.conditions.values(), *([selection.where] if selection.where is not None else [])]
    plain = all(c.operator in equal and c.field.kind not in MAP_KINDS for bound in bounds for c in compares(bound))
    return isinstance(selection, Connection) and plain and not selection.search


def _connection(b: Builder) -> tuple[str, tuple[str, ...]]:
    frame = framed(b, whole, None)
    text = (
        f"SELECT {b.dialect.bytes_of(b.dialect.text_of(frame.object))}, {frame.next}, {frame.previous} {frame.source}"
    )
    return text, ("body", "next", "previous")


def _single(b: Builder, way: Way) -> tuple[Joins, Json, str]:
    single: Single = b.at(way)
    resource = single.record.resource
    joins = Joins(b, b.alias("t"), resource)
    body = record_json(joins, then(way, attrgetter("record")), nested)
    by = referenced(b, then(way, attrgetter("by")))
    return joins, body, " AND ".join([f"{joins.alias}.id = {by}", *existing(b, joins.alias, resource, single.deleted)])


def _from(joins: Joins) -> str:
    return f"{joins.resource.table} {joins.alias} {joins.text}"


def _several(b: Builder, several: Several) -> tuple[str, tuple[str, ...]]:
    parts = []
    for i, single in enumerate(several.singles):
        if single is None:
            parts.append("'null'")
            continue
        joins, body, where = _single(b, item(then(whole, attrgetter("singles")), i))
        parts.append(f"coalesce((SELECT {b.dialect.text_of(body)} FROM {_from(joins)} WHERE {where}), 'null')")
    listed = " || ',' || ".join(parts) or "''"
    listed = f"'[' || {listed} || ']'"
    return f"SELECT {b.dialect.bytes_of(listed)}", ("body",)


def _stats(b: Builder, stats: Stats) -> tuple[str, tuple[str, ...]]:
    joins = Joins(b, b.alias("t"), stats.resource)
    values = []
    for group in stats.by:
        at = joins
        for hop in group.hops:
            at = at.to(hop.name)
        values.append(value_json(b, at.alias, group.field))
    parts = existing(b, joins.alias, stats.resource, stats.deleted)
    if stats.where is not None:
        parts.append(condition(b, then(whole, attrgetter("where")), stats.resource, joins.alias))
    parts += [search(b, then(whole, attrgetter("search")), stats.resource, joins.alias)] if stats.search else []
    chosen = ", ".join(f"{value.sql} AS g{i}" for i, value in enumerate(values))
    names = ", ".join(f"g{i}" for i in range(len(values)))
    order = ", ".join(f"g{i} ASC NULLS LAST" for i in range(len(values)))
    inner = f"SELECT {chosen} FROM {_from(joins)} WHERE {' AND '.join(parts) or 'TRUE'}"
    counted = f"SELECT {names}, count(*) AS n FROM ({inner}) v GROUP BY {names} ORDER BY n DESC, {order}"
    by = b.dialect.object([(group.path, Json(f"g{i}")) for i, group in enumerate(stats.by)])
    row = b.dialect.object([("by", by), ("count", Json("n"))])
    array = b.dialect.text_of(b.dialect.array(row, EVERY))
    return f"SELECT {b.dialect.bytes_of(array)}, count(*) FROM ({counted} LIMIT {MAX_GROUPS + 1}) w", ("body", "groups")
