"""What of a record's changes exists for an actor that does not see all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from app.services.database import Database
from app.services.finding import seen_among
from schema.actor import Actor
from schema.narrowing import hidden_fields
from schema.resource import Resource
from schema.resources import BY_NAME, USER

Row = tuple[Any, ...]
"""A change as the history reads it: at, action, version, changes, key id, user id, and more that all may see."""

_CHANGES, _KEY, _USER = 3, 4, 5


async def shown(db: Database, resource: Resource, actor: Actor, found: list[Row]) -> list[Row]:
    """The changes without hidden fields; ids of records that the actor does not see are null.

    A field that then shows no difference is left out, but the change stays: a version is never missing.
    """
    changes = [orjson.loads(row[_CHANGES]) for row in found]
    unseen = await _unseen(db, resource, actor, found, changes)
    return [_shown(resource, actor, row, one, unseen) for row, one in zip(found, changes, strict=True)]


async def _unseen(
    db: Database, resource: Resource, actor: Actor, found: list[Row], changes: list[dict[str, list[Any]]]
) -> set[str]:
    """The ids in these changes of records that do not exist for the actor."""
    ids: dict[str, set[str]] = {USER.name: {row[_USER] for row in found if row[_USER]}}
    for field in resource.fields:
        if field.target and field.nullable:
            ids.setdefault(field.target, set()).update(_ids(field.name, changes))
    unseen: set[str] = set()
    for name, many in ids.items():
        unseen |= many - await seen_among(db.fetch, db.dialect, actor, BY_NAME[name], many)
    return unseen


def _ids(field: str, changes: list[dict[str, list[Any]]]) -> Iterator[str]:
    return (value for one in changes for value in one.get(field, ()) if value is not None)


def _shown(resource: Resource, actor: Actor, row: Row, changes: dict[str, list[Any]], unseen: set[str]) -> Row:
    hidden = hidden_fields(resource, actor.hidden)
    pointing = {field.name for field in resource.fields if field.target and field.nullable}
    kept = {}
    for name, pair in changes.items():
        values = [None if name in pointing and value in unseen else value for value in pair]
        if name not in hidden and values != [None, None]:
            kept[name] = values
    by = (None, None) if row[_USER] in unseen else (row[_KEY], row[_USER])
    return (*row[:_CHANGES], orjson.dumps(kept).decode(), *by, *row[_USER + 1 :])
