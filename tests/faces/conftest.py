"""A running Cube on each database, and its two faces."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Create
from schema.resources import API_KEY, CUSTOMER, USER
from tests.app.keys import key, user
from tests.faces.face import Face, Graphql, Rest
from tests.faces.histories import Told, history_of
from tests.world import CALL, add


@pytest.fixture
async def http(db: Database, migrated_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An authenticated session with everything allowed."""
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    admin = await write(db, Create(USER, {"name": "Admin", "email": "admin@cube.example", "role": "ADMIN"}), CALL)
    issued = await write(db, Create(API_KEY, {"name": "tests", "scopes": ["*"], "ownerId": admin.id}), CALL)
    transport = httpx.ASGITransport(create_app(settings, db=db), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=headers) as session:
        yield session


@pytest.fixture(params=["rest", "graphql"])
def face(request: pytest.FixtureRequest, http: httpx.AsyncClient) -> Face:
    return Rest(http) if request.param == "rest" else Graphql(http)


@pytest.fixture
def rest(http: httpx.AsyncClient) -> Rest:
    return Rest(http)


@pytest.fixture
def graphql(http: httpx.AsyncClient) -> Graphql:
    return Graphql(http)


@pytest.fixture
async def told(http: httpx.AsyncClient, rest: Rest, graphql: Graphql, db: Database) -> Told:
    id_ = await add(db, CUSTOMER, {"name": "Ada", "email": "ada@x.io", "metadata": {"f": 2.5, "n": 1}})
    jane = await user(db, "jane")
    issued = await key(db, jane, "*")
    headers = {"Authorization": f"Bearer {issued.secret}"}
    async with httpx.AsyncClient(transport=http._transport, base_url=http.base_url, headers=headers) as hers:
        faces: list[Face] = [rest, graphql, Rest(hers), Graphql(hers)]
        for i in range(8):
            await faces[i % 4].update(CUSTOMER, id_, {"title": f"T{i}"} if i % 3 else {"email": f"{i}@x.io"})
        await rest.delete(CUSTOMER, id_)
        await faces[3].restore(CUSTOMER, id_)
        await faces[2].update(CUSTOMER, id_, {"email": "ada@x.io", "ownerId": jane, "address": {"city": "Rome"}})
    me = (await rest.call("GET", "/me")).json()["id"]
    page = await history_of(rest, CUSTOMER, id_)
    assert [one["version"] for one in page.records] == list(range(1, 13))
    return Told(rest, graphql, db, id_, jane, (me, issued.id), page.records)
