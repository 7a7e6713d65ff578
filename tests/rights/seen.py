"""A directory of which a key sees a part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from app.services.database import Database
from schema.resource import Resource
from tests.world import stored

Json = dict[str, Any]

MISSING = "cli_01h455vb4pex5vsknk084sn02q"
FILTERS: Json = {
    "customers": {"client": {"externalIds": {"erp": {"eq": "7"}}}},
    "clients": {"externalIds": {"erp": {"eq": "7"}}},
    "users": {"title": {"eq": "Agent"}},
}


@dataclass(frozen=True)
class World:
    """Client 7 is seen and client 8 is not; so it is with their customers, and with the users jane and boss."""

    db: Database
    http: httpx.AsyncClient
    jane: str
    boss: str
    mine: str
    other: str
    ada: str
    bob: str
    gone: str

    async def version(self, resource: Resource, id_: str) -> int:
        return next(int(one["version"]) for one in await stored(self.db, resource) if one["id"] == id_)
