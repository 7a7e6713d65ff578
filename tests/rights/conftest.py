"""A running Cube on each database, asked about its keys through each door."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from tests.app.keys import user
from tests.rights.desk import Desk


@pytest.fixture(params=["rest", "graphql"])
async def desk(request: pytest.FixtureRequest, db: Database, migrated_url: str) -> AsyncIterator[Desk]:
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test") as http:
        yield Desk(http, db, request.param, await user(db))
