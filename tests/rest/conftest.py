"""A session with a key that may everything, on each database or - where nothing is stored - on SQLite alone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from tests.app.keys import key, user


@dataclass
class Api:
    """The app, a session with the first admin's key, and what is needed to make others."""

    http: httpx.AsyncClient
    db: Database
    admin: str
    secret: str

    async def as_key(self, *scopes: str, owner: str | None = None, **more: str) -> dict[str, str]:
        """The header of a new key."""
        issued = await key(self.db, owner or self.admin, *scopes, **more)
        return {"Authorization": f"Bearer {issued.secret}"}

    async def user(self, name: str, role: str) -> str:
        return await user(self.db, name, role)


@asynccontextmanager
async def opened(url: str, **environ: str) -> AsyncIterator[Api]:
    settings = Settings.load({"CUBE_DATABASE_URL": url, "CUBE_LOG_LEVEL": "info", **environ}, dotenv=None)
    db = await Database.open(settings)
    try:
        admin = await user(db)
        secret = (await key(db, admin, "*")).secret
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(settings, db)),
            base_url="http://cube.test",
            headers={"Authorization": f"Bearer {secret}"},
        ) as http:
            yield Api(http, db, admin, secret)
    finally:
        await db.close()


@pytest.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with opened(migrated_url) as found:
        yield found


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite://{shutil.copy(migrated_sqlite, tmp_path / 'cube.db')}"


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[Api]:
    async with opened(sqlite_url) as found:
        yield found
