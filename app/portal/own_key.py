"""The key that a signed-in reader sees the prefix of, where the examples have a key: their newest that works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from app.services.database import Database
from app.services.read import read
from app.services.sessions import Session
from schema.query_string import list_selection
from schema.resources import API_KEY


async def own_key(db: Database, session: Session, at: str) -> Mapping[str, Any] | None:
    """Name and prefix of the newest key of who is signed in that is neither revoked nor expired."""
    lives = {"or": [{"expiresAt": {"isNull": True}}, {"expiresAt": {"gt": at}}]}
    params = {
        "ownerId": session.user_id,
        "revokedAt[isNull]": "true",
        "filter": orjson.dumps(lives).decode(),
        "fields": "name,prefix",
        "limit": "1",
    }
    found = await read(db, list_selection(API_KEY, params), session.actor)
    assert found.body is not None
    return next(iter(orjson.loads(found.body)["data"]), None)
