"""Keys that do not see all: the one way in which these tests make them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx
from starlette.types import ASGIApp

from app.services.database import Database
from tests.app.keys import key

Json = dict[str, Any]


async def narrow_key(
    db: Database, owner: str, scopes: Iterable[str] = ("*",), filters: Json | None = None, hidden: Iterable[str] = ()
) -> str:
    """The secret of a new key with these filters and hidden fields."""
    return (await key(db, owner, *scopes, filters=filters or {}, hiddenFields=list(hidden))).secret


def session(app: ASGIApp, secret: str) -> httpx.AsyncClient:
    """A caller with this key."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=headers)
