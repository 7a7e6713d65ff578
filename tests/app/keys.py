"""Keys for the tests, made as the command line makes them."""

from __future__ import annotations

from typing import Any

from app.services.database import Database
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Call, Create, Rotate, Source, Written
from schema.reference import Reference
from schema.resources import API_KEY, USER
from tests import canaries

CLI = Call(SYSTEM, Source.CLI, "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01")


async def user(db: Database, name: str = "admin", role: str = "ADMIN") -> str:
    """The id of a new user."""
    return (await write(db, Create(USER, {"name": name, "email": f"{name}@cube.test", "role": role}), CLI)).id


async def key(db: Database, owner: str, *scopes: str, **more: Any) -> Written:
    """A new key of the user."""
    issued = await write(db, Create(API_KEY, {"name": "test", "scopes": list(scopes), "ownerId": owner, **more}), CLI)
    assert issued.secret
    canaries.plant(issued.secret)
    return issued


async def rotated(db: Database, id_: str, overlap: Any = None, call: Call = CLI) -> Written:
    """The key with a new secret."""
    return await write(db, Rotate(API_KEY, Reference(API_KEY.name, "id", id_), overlap), call)
