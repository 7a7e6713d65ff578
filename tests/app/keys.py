"""Keys for the tests, made as the command line makes them."""

from __future__ import annotations

from typing import Any

from app.services.database import Database
from app.services.keys import Issued, create_key
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Call, Create, Source
from schema.resources import USER
from tests import canaries

CLI = Call(SYSTEM, Source.CLI, "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01")


async def user(db: Database, name: str = "admin", role: str = "ADMIN") -> str:
    """The id of a new user."""
    return (await write(db, Create(USER, {"name": name, "email": f"{name}@cube.test", "role": role}), CLI)).id


async def key(db: Database, owner: str, *scopes: str, **more: Any) -> Issued:
    """A new key of the user."""
    issued = await create_key(db, {"name": "test", "scopes": list(scopes), "ownerId": owner, **more}, CLI)
    canaries.plant(issued.secret)
    return issued
