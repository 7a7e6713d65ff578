"""A running Cube on each database, asked about its keys through each door."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Delete
from schema.reference import Reference
from schema.resources import CLIENT, CUSTOMER, USER
from tests.app.keys import user
from tests.faces.face import Face, Graphql, Rest
from tests.rights.desk import Desk
from tests.rights.keys import narrow_key, session
from tests.rights.seen import FILTERS, Json, World
from tests.world import CALL, add


@pytest.fixture(params=["rest", "graphql"])
async def desk(request: pytest.FixtureRequest, db: Database, migrated_url: str) -> AsyncIterator[Desk]:
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test") as http:
        yield Desk(http, db, request.param, await user(db))


@pytest.fixture
async def world(db: Database, migrated_url: str) -> AsyncIterator[World]:
    owner = await user(db)
    jane = await add(db, USER, {"name": "Jane", "email": "jane@x.io", "title": "Agent"})
    boss = await add(db, USER, {"name": "Boss", "email": "boss@x.io"})
    other = await add(db, CLIENT, {"name": "Other", "domain": "other.io", "externalIds": {"erp": "8"}, "ownerId": boss})
    seven: Json = {"name": "Mine", "domain": "mine.io", "externalIds": {"erp": "7"}, "ownerId": jane, "parentId": other}
    mine = await add(db, CLIENT, seven)
    ada = await add(db, CUSTOMER, {"name": "Ada", "email": "ada@x.io", "clientId": mine, "ownerId": boss})
    bob = await add(db, CUSTOMER, {"name": "Bob", "email": "bob@x.io", "clientId": other, "externalIds": {"crm": "b"}})
    gone = await add(db, CUSTOMER, {"name": "Gone", "clientId": other, "externalIds": {"crm": "g"}})
    await write(db, Delete(CUSTOMER, Reference("customer", "id", gone)), CALL)
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, await narrow_key(db, owner, filters=FILTERS)) as http:
        yield World(db, http, jane, boss, mine, other, ada, bob, gone)


@pytest.fixture(params=["rest", "graphql"])
def face(request: pytest.FixtureRequest, world: World) -> Face:
    return Rest(world.http) if request.param == "rest" else Graphql(world.http)
