"""A database with every table, for tests of what is read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.services.database import Database
from app.settings import Settings


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    yield opened
    await opened.close()
