"""A session with a key that may everything, on each database or on SQLite alone; and a key that is remembered."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services import key_use
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Delete, Update
from schema.reference import Reference
from schema.resources import API_KEY, USER
from tests.app.keys import CLI, key, user


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


READS = [
    ("GET", "/customers"),
    ("GET", "/customers/email:none@cube.test"),
    ("GET", "/customers/stats?by=status"),
    ("GET", "/users/email:admin@cube.test"),
    ("GET", "/users/email:admin@cube.test/customers"),
    ("QUERY", "/customers"),
    ("GET", "/customers?limit=x"),
    ("GET", "/api-keys"),
]


class Asking:
    """A key that has been used for reads, its owner, and a database of another process."""

    def __init__(self, api: Api, elsewhere: Database, owner: str, key_id: str, secret: str) -> None:
        self.api, self.elsewhere, self.owner, self.key_id = api, elsewhere, owner, key_id
        self.header = {"Authorization": f"Bearer {secret}"}

    async def get(self, path: str, method: str = "GET") -> httpx.Response:
        body: dict[str, str] | None = {} if method == "QUERY" else None
        return await self.api.http.request(method, path, headers=self.header, json=body)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.api.http.post(path, headers=self.header, json=body)

    async def change_owner(self, **values: str) -> None:
        await write(self.elsewhere, Update(USER, Reference("user", "id", self.owner), values), CLI)

    async def execute(self, text: str) -> None:
        async with self.elsewhere.transaction() as tx:
            await tx.execute(f"UPDATE {text}")

    async def revoke(self) -> None:
        await write(self.elsewhere, Delete(API_KEY, Reference(API_KEY.name, "id", self.key_id)), CLI)


@pytest.fixture
async def asking(api: Api, migrated_url: str) -> AsyncIterator[Asking]:
    owner = await user(api.db, "owner", "EDITOR")
    issued = await key(api.db, owner, "customers:read", "users:read", "keys:read")
    elsewhere = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    found = Asking(api, elsewhere, owner, issued.id, issued.secret)
    for method, path in READS:
        assert (await found.get(path, method)).status_code in (200, 404, 400)
    yield found
    await key_use.noted()
    await elsewhere.close()
