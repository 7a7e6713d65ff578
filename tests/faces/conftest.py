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
from schema.resources import API_KEY, USER
from tests.faces.face import Face, Graphql, Rest
from tests.world import CALL


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
