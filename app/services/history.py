"""The history of a record: its changes from the first on, as one JSON page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.services import finding
from app.services.changes import resource_word
from app.services.changes_shown import Row, shown
from app.services.database import Database
from app.services.rates import spend
from app.services.sql.dialect import Dialect
from app.services.visible import visible
from schema.actor import Actor
from schema.cursor import Cursor, decode, encode, fingerprint
from schema.problem import invalid, nearest, problem
from schema.reference import Reference
from schema.resource import Resource
from schema.selection import DEFAULT_SIZE, MAX_SIZE, Deleted

_PARAMS = ("limit", "after", "before")
_COLUMNS = "at, action, version, changes, key_id, user_id, source, trace_id"


@dataclass(frozen=True, slots=True)
class _Page:
    """Which changes of a record are asked for."""

    size: int
    after: Cursor | None
    before: Cursor | None


async def history(db: Database, resource: Resource, by: Reference, params: Mapping[str, str], actor: Actor) -> bytes:
    """A page of the record's changes, oldest first; by its id also when it is deleted. `resource` is as declared.

    `params` are those of the query string: limit, and after or before.
    """
    actor.require(resource.read_scope)
    _known(params)
    id_ = await _id(db, resource, by, actor)
    if id_ is None:
        raise _missing(resource, by)
    mark = fingerprint(("changes", resource.name, id_))
    page = _page(params, mark)
    spend(page.size)
    found = await db.fetch(_statement(db.dialect, page), _values(resource, id_, page))
    if not found and not page.after and not page.before:
        raise _missing(resource, by)
    if actor.narrowed:
        found = await shown(db, resource, actor, found)
    return _body(resource, id_, page, found, mark)


async def _id(db: Database, resource: Resource, by: Reference, actor: Actor) -> str | None:
    """The id of the record, if the actor may know of it, should there be one: its changes will tell."""
    if by.by_id and visible(resource, actor) is None:
        return by.value
    deleted = Deleted.INCLUDE if by.by_id else Deleted.EXCLUDE
    return await finding.id_of(db, db.dialect, actor, resource, by, deleted)


def _missing(resource: Resource, by: Reference) -> Exception:
    return problem("not_found", f"There is no {resource.name} with the {by.key} {by.value[:100]}.")


def _known(params: Mapping[str, str]) -> None:
    if unknown := [name for name in params if name not in _PARAMS]:
        raise invalid({name[:40]: f"is not a parameter of a history{nearest(name[:40], _PARAMS)}" for name in unknown})


def _page(params: Mapping[str, str], mark: str) -> _Page:
    size = params.get("limit", str(DEFAULT_SIZE))
    if not (size.isascii() and size.isdigit() and len(size) < 9 and 1 <= int(size) <= MAX_SIZE):
        raise invalid({"limit": f"must be a whole number from 1 to {MAX_SIZE}"})
    if "after" in params and "before" in params:
        raise invalid({"before": "must not stand beside after"})
    after, before = (decode(params[name], mark, (int,)) if name in params else None for name in ("after", "before"))
    return _Page(int(size), after, before)


def _statement(dialect: Dialect, page: _Page) -> str:
    """The page's changes and one more, nearest to the cursor first, and beside each the version of the last change."""
    p = [dialect.placeholder(i, type_) for i, type_ in enumerate(("text", "text", "bigint", "bigint"), 1)]
    mine = f"resource = {p[0]} AND record = {p[1]}"
    last = f"(SELECT max(version) FROM changes WHERE {mine})"
    edge = "version <" if page.before else "version >"
    order = "DESC" if page.before else "ASC"
    cursor = page.before or page.after
    equal = "=" if cursor and cursor.inclusive else ""
    return (
        f"SELECT {_COLUMNS}, {last} FROM changes WHERE {mine} AND {edge}{equal} {p[2]} "
        f"ORDER BY version {order} LIMIT {p[3]}"
    )


def _values(resource: Resource, id_: str, page: _Page) -> Sequence[Any]:
    cursor = page.before or page.after
    return (resource_word(resource), id_, cursor.values[0] if cursor else 0, page.size + 1)


def _body(resource: Resource, id_: str, page: _Page, found: list[Row], mark: str) -> bytes:
    shown = found[: page.size][:: -1 if page.before else 1]
    if shown:
        first, last, newest = shown[0][2], shown[-1][2], shown[-1][-1]
        previous = Cursor((first,)) if first > 1 else None
        following = Cursor((last,)) if last < newest else None
    else:
        # Nothing on this side of the cursor: the way back begins at its own change.
        previous = page.after and Cursor(page.after.values, inclusive=True)
        following = page.before and Cursor(page.before.values, inclusive=True)
    return orjson.dumps(
        {
            "data": [_change(resource, id_, row, mark) for row in shown],
            "nextCursor": following and encode(following, mark),
            "previousCursor": previous and encode(previous, mark),
        }
    )


def _change(resource: Resource, id_: str, row: Row, mark: str) -> dict[str, Any]:
    at, action, version, changes, key_id, user_id, source, trace_id, _ = row
    return {
        "cursor": encode(Cursor((version,)), mark),
        "at": at,
        "resource": resource_word(resource),
        "id": id_,
        "action": action,
        "version": version,
        "changes": orjson.Fragment(changes),
        "actor": {"keyId": key_id, "userId": user_id},
        "source": source,
        "traceId": trace_id,
    }
