"""Fixtures for tests of the tables: a migrated database."""

from collections.abc import AsyncIterator

import pytest

from app.services.database import Database
from app.services.migrate import migrate
from app.settings import Settings


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings.load({"CUBE_DATABASE_URL": database_url}, None)


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    await migrate(settings)
    db = await Database.open(settings)
    yield db
    await db.close()
