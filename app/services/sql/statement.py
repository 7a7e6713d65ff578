"""The statement of a whole Selection: its text and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.services.sql.condition import condition, existing, referenced, search
from app.services.sql.connection import framed, nested
from app.services.sql.dialect import Dialect
from app.services.sql.params import Builder, Sight, everything
from app.services.sql.record import Joins, record_json, value_json
from schema.selection import Connection, Selection, Several, Single, Stats

MAX_GROUPS = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """One row: the JSON text, then what the door needs beside it (see `columns`)."""

    text: str
    params: Sequence[Any]
    columns: tuple[str, ...]


def compile_(selection: Selection, dialect: Dialect, sight: Sight = everything) -> Statement:
    """The one statement that answers a Selection, within what the actor may see."""
    b = Builder(dialect, sight)
    match selection:
        case Connection():
            return _connection(b, selection)
        case Single():
            joins, body, where = _single(b, selection)
            text = f"SELECT {dialect.text_of(body)}, {joins.alias}.version FROM {_from(joins)} WHERE {where}"
            return Statement(text, b.params, ("body", "version"))
        case Several():
            return _several(b, selection)
        case Stats():
            return _stats(b, selection)


def _connection(b: Builder, connection: Connection) -> Statement:
    frame = framed(b, connection, None)
    text = f"SELECT {b.dialect.text_of(frame.object)}, {frame.next}, {frame.previous} {frame.source}"
    return Statement(text, b.params, ("body", "next", "previous"))


def _single(b: Builder, single: Single) -> tuple[Joins, str, str]:
    resource = single.record.resource
    joins = Joins(b, b.alias("t"), resource)
    body = record_json(joins, single.record, nested)
    where = [f"{joins.alias}.id = {referenced(b, single.by)}", *existing(b, joins.alias, resource, single.deleted)]
    return joins, body, " AND ".join(where)


def _from(joins: Joins) -> str:
    return f"{joins.resource.table} {joins.alias} {joins.text}"


def _several(b: Builder, several: Several) -> Statement:
    parts = []
    for single in several.singles:
        if single is None:
            parts.append("'null'")
            continue
        joins, body, where = _single(b, single)
        parts.append(f"coalesce((SELECT {b.dialect.text_of(body)} FROM {_from(joins)} WHERE {where}), 'null')")
    listed = " || ',' || ".join(parts) or "''"
    return Statement(f"SELECT '[' || {listed} || ']'", b.params, ("body",))


def _stats(b: Builder, stats: Stats) -> Statement:
    joins = Joins(b, b.alias("t"), stats.resource)
    values = []
    for group in stats.by:
        at = joins
        for hop in group.hops:
            at = at.to(hop.name)
        values.append(value_json(b, at.alias, group.field))
    parts = existing(b, joins.alias, stats.resource, stats.deleted)
    parts += [condition(b, stats.where, stats.resource, joins.alias)] if stats.where is not None else []
    parts += [search(b, stats.search, stats.resource, joins.alias)] if stats.search else []
    chosen = ", ".join(f"{value} AS g{i}" for i, value in enumerate(values))
    names = ", ".join(f"g{i}" for i in range(len(values)))
    order = ", ".join(f"g{i} ASC NULLS LAST" for i in range(len(values)))
    inner = f"SELECT {chosen} FROM {_from(joins)} WHERE {' AND '.join(parts) or 'TRUE'}"
    counted = f"SELECT {names}, count(*) AS n FROM ({inner}) v GROUP BY {names} ORDER BY n DESC, {order}"
    by = b.dialect.object([(group.path, f"g{i}") for i, group in enumerate(stats.by)])
    row = b.dialect.object([("by", by), ("count", "n")])
    array = b.dialect.text_of(b.dialect.array(row, "TRUE"))
    text = f"SELECT {array}, count(*) FROM ({counted} LIMIT {MAX_GROUPS + 1}) w"
    return Statement(text, b.params, ("body", "groups"))
