"""A Cube on each database, asked by GraphQL."""

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
from tests.graphql.asking import Asking
from tests.world import CALL


@pytest.fixture
async def admin(db: Database) -> str:
    """The id of the user who owns the keys."""
    return (await write(db, Create(USER, {"name": "Admin", "email": "admin@cube.example", "role": "ADMIN"}), CALL)).id


@pytest.fixture
async def http(db: Database, migrated_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A session without a key."""
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    transport = httpx.ASGITransport(create_app(settings, db=db), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test") as session:
        yield session


@pytest.fixture
async def asking(db: Database, http: httpx.AsyncClient, admin: str) -> Asking:
    """A caller that may do everything."""
    return Asking(
        http, (await write(db, Create(API_KEY, {"name": "all", "scopes": ["*"], "ownerId": admin}), CALL)).secret
    )


@pytest.fixture
async def reader(db: Database, http: httpx.AsyncClient, admin: str) -> Asking:
    """A caller that may read customers, and nothing else."""
    data = {"name": "reader", "scopes": ["customers:read"], "ownerId": admin}
    return Asking(http, (await write(db, Create(API_KEY, data), CALL)).secret)
