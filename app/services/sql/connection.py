"""A connection in SQL: one expression that frames the rows of its page in one JSON object, nested to any depth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from operator import attrgetter

from app.services.sql.condition import condition, existing, search
from app.services.sql.glue import EVERY, Json, quoted
from app.services.sql.keyset import Key, following
from app.services.sql.page import Needs, is_at_once, kept, needs, page_ids, page_rows, rows_at_once, sort_keys
from app.services.sql.params import Builder, Way, then
from app.services.sql.record import Joins, Link
from schema.cursor import Cursor, encode
from schema.paging import mark
from schema.selection import (
    Connection,
    EdgeCursor,
    Edges,
    Flag,
    Nodes,
    PageFlag,
    PageInfo,
    Shape,
    Total,
    Typename,
)


@dataclass(frozen=True, slots=True)
class Found:
    """The pieces of a connection's statement that its frame refers to."""

    connection: Connection
    total: str
    size: str
    has_next: Callable[[], str]
    has_previous: Callable[[], str]
    columns: dict[int, Json]
    needed: Needs
    at: Callable[[str], str]
    turned: Callable[[], str]
    ids: str = ""


def nested(b: Builder, way: Way, link: Link) -> Json:
    """The connection within a record that `way` leads to, as an expression."""
    frame = framed(b, way, link)
    return b.dialect.selected(replace(frame.object, sql=f"(SELECT {frame.object.sql} {frame.source})"))


@dataclass(frozen=True, slots=True)
class Frame:
    """The JSON object of a connection, the cursors of the neighbouring pages, and the rows that they are made from."""

    object: Json
    next: str = "NULL"
    previous: str = "NULL"
    source: str = ""


def framed(b: Builder, way: Way, link: Link | None) -> Frame:
    """The pieces of a connection's statement."""
    connection: Connection = b.at(way)
    t = b.alias("t")
    base = _base(b, connection, way, t, link)
    total = f"(SELECT count(*) FROM {connection.resource.table} {t} WHERE {base})"
    if all(isinstance(part, Total | Typename) for part in connection.shape):
        counted = [(p.response, Json(quoted(p.type) if isinstance(p, Typename) else total)) for p in connection.shape]
        return Frame(b.dialect.object(counted))
    joins = Joins(b, t, connection.resource)
    keys = sort_keys(connection, joins)
    head = f"FROM {connection.resource.table} {t} {joins.text} WHERE {base}"
    if link and is_at_once(b, connection):
        source, columns = rows_at_once(b, connection, way, head, keys, nested)
        cursors = _cursors(b, way, len(keys))
        found = Found(connection, total, "", _nothing, _nothing, columns, Needs(False, False, False), *cursors)
        return Frame(_object(b, found), source=f"FROM {source}")
    # The size is part of the shape: only with a number in sight does PostgreSQL keep a good plan for all values.
    size = str(connection.page.size)
    needed = needs(b, connection, linked=link is not None)
    most = str(connection.page.size + needed.more)
    scan = [key.reversed for key in keys] if connection.page.backward else keys
    ids = page_ids(b, connection, way, head, keys, scan, most, linked=link is not None)
    is_kept = needed.more and not needed.numbers
    ids = kept(b, ids) if is_kept else ids
    source, columns = page_rows(b, connection, way, ids, len(keys), needed, nested)
    rows = f"(SELECT count(*) FROM {ids})" if is_kept else "count(*)"
    ends = _ends(b, connection, way, head, keys, f"{rows} > {size}")
    found = Found(connection, total, size, *ends, columns, needed, *_cursors(b, way, len(keys)), ids)
    told = {part.flag: _flag(b, found, part.flag) for part in connection.shape if isinstance(part, PageFlag)}
    next_, previous = (told[flag].sql if flag in told else "NULL" for flag in (Flag.NEXT, Flag.PREVIOUS))
    # What is told of rows that are kept is told once, not for each of them.
    looks = not is_kept or any(isinstance(part, Nodes | Edges) for part in connection.shape)
    return Frame(_object(b, found), next_, previous, f"FROM {source}" if looks else "")


def _object(b: Builder, found: Found) -> Json:
    return b.dialect.object([(part.response, _shape(b, found, part)) for part in found.connection.shape])


def _base(b: Builder, connection: Connection, way: Way, t: str, link: Link | None) -> str:
    parts = [f"{t}.{link.column} = {link.parent}"] if link else []
    parts += existing(b, t, connection.resource, connection.deleted)
    if connection.where is not None:
        parts.append(condition(b, then(way, attrgetter("where")), connection.resource, t))
    if connection.search:
        parts.append(search(b, then(way, attrgetter("search")), connection.resource, t))
    return " AND ".join(parts) or "TRUE"


def _cursors(b: Builder, way: Way, keys: int) -> tuple[Callable[[str], str], Callable[[], str]]:
    """The cursor of a row by its name, and the one back from an empty page; parameters are added when one is used."""
    marked = cache(lambda: b.text(then(way, mark)))
    turned = cache(lambda: b.text(then(way, _turned)) if b.at(then(way, _bound)) else "NULL")
    return lambda row: b.dialect.cursor(marked(), [f"{row}.k{i}" for i in range(keys)]), turned


def _bound(c: Connection) -> Cursor | None:
    return c.page.after or c.page.before


def _turned(c: Connection) -> str:
    """The way back from an empty page: its own cursor, with the record at it on the other side."""
    bound = _bound(c)
    assert bound is not None
    return encode(Cursor(bound.values, not bound.inclusive), mark(c))


def _ends(
    b: Builder, c: Connection, way: Way, head: str, keys: list[Key], more: str
) -> tuple[Callable[[], str], Callable[[], str]]:
    """Whether there are records after and before the page, as conditions over its rows; `more`: one more was found.

    They are made when they are asked for: PostgreSQL refuses a parameter that no part of the statement uses.
    """
    page = c.page
    if _bound(c) is None:
        return (_nothing, lambda: more) if page.backward else (lambda: more, _nothing)
    outside = cache(lambda: _outside(b, c, way, head, keys))
    if page.after:
        return (_nothing, lambda: f"({more} OR {outside()})") if page.backward else (lambda: more, outside)
    return (outside, lambda: more) if page.backward else (lambda: f"({more} OR {outside()})", _nothing)


def _nothing() -> str:
    return "FALSE"


def _outside(b: Builder, c: Connection, way: Way, head: str, keys: list[Key]) -> str:
    """Whether there are records on the far side of the cursor, its own place included unless the page has it."""
    bound = _bound(c)
    assert bound is not None
    far = [key.reversed for key in keys] if c.page.after else keys
    segments = following(b, far, then(way, _bound), inclusive=not bound.inclusive)
    parts = [f"EXISTS (SELECT 1 {head}{''.join(f' AND {x}' for x in segment.conditions)})" for segment in segments]
    return f"({' OR '.join(parts) or 'FALSE'})"


def _shape(b: Builder, found: Found, part: Shape) -> Json:
    wanted = f"x.n <= {found.size}" if found.needed.numbers else EVERY
    match part:
        case Typename(type=type_):
            return Json(quoted(type_))
        case Nodes(record=record):
            return b.dialect.array(found.columns[id(record)], wanted)
        case Edges(members=members):
            return b.dialect.array(b.dialect.object([(m.response, _edge(b, found, m)) for m in members]), wanted)
        case PageInfo(members=members):
            flags = [(m.response, m.type if isinstance(m, Typename) else m.flag) for m in members]
            told = [(r, _flag(b, found, one) if isinstance(one, Flag) else Json(quoted(one))) for r, one in flags]
            return b.dialect.selected(replace(b.dialect.object(told), sure=True))
        case PageFlag(flag=flag):
            return _flag(b, found, flag)
        case Total():
            return b.dialect.selected(Json(found.total, "json", sure=True))


def _edge(b: Builder, found: Found, member: Nodes | EdgeCursor | Typename) -> Json:
    match member:
        case Nodes(response="", record=record):
            return Json(b.dialect.inner(b.dialect.text_of(found.columns[id(record)])), "members")
        case Nodes(record=record):
            return found.columns[id(record)]
        case EdgeCursor():
            return Json(found.at("x"))
        case Typename(type=type_):
            return Json(quoted(type_))


def _cursor_numbered(found: Found) -> tuple[str, str]:
    """The cursors of the first row that was found and of the last one of the page."""
    last = f"CASE WHEN x.c < {found.size} THEN x.c ELSE {found.size} END" if found.needed.count else found.size
    nearest, farthest = (f"max(CASE WHEN x.n = {n} THEN {found.at('x')} END)" for n in ("1", last))
    return nearest, farthest


def _cursor_kept(found: Found) -> tuple[str, str]:
    """The same of rows that are kept in their order."""
    rows = f"FROM {found.ids}"
    last = f"min({found.size}, (SELECT count(*) {rows}))" if found.needed.count else found.size
    nearest, farthest = (f"(SELECT {found.at(found.ids)} {rows} LIMIT 1 OFFSET {n} - 1)" for n in ("1", last))
    return nearest, farthest


def _flag(b: Builder, found: Found, flag: Flag) -> Json:
    c = found.connection
    if flag in (Flag.HAS_NEXT, Flag.HAS_PREVIOUS):
        return b.dialect.boolean(found.has_next() if flag is Flag.HAS_NEXT else found.has_previous())
    nearest, farthest = (_cursor_kept if not found.needed.numbers else _cursor_numbered)(found)
    first, last = (farthest, nearest) if c.page.backward else (nearest, farthest)
    match flag:
        case Flag.START:
            return Json(first)
        case Flag.END:
            return Json(last)
        case Flag.NEXT:
            return Json(f"CASE WHEN {found.has_next()} THEN coalesce({last}, {found.turned()}) END")
        case _:
            return Json(f"CASE WHEN {found.has_previous()} THEN coalesce({first}, {found.turned()}) END")
