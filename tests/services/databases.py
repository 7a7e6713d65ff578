"""What tests of the database have in common: to open one, to fill a table, to be refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.services.database import Database, Limits
from app.settings import Settings
from schema.problem import Problem

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500000) SELECT count(*) FROM n"


def settings_for(url: str) -> Settings:
    return Settings.load({"CUBE_DATABASE_URL": url}, None)


@asynccontextmanager
async def opened(url: str, limits: Limits | None = None) -> AsyncIterator[Database]:
    db = await Database.open(settings_for(url), limits)
    try:
        yield db
    finally:
        await db.close()


def add(db: Database) -> str:
    return f"INSERT INTO things VALUES ({db.dialect.placeholder(1, 'text')}, {db.dialect.placeholder(2, 'bigint')})"


async def names(db: Database) -> list[str]:
    return [name for (name,) in await db.fetch("SELECT name FROM things ORDER BY name")]


@asynccontextmanager
async def refused() -> AsyncIterator[None]:
    """What is within is answered with 503."""
    with pytest.raises(Problem) as caught:
        yield
    assert (caught.value.code, caught.value.headers) == ("unavailable", {"Retry-After": "1"})
