"""What the cases run on: the app with a session on each database, and real servers in processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services.database import Database
from app.settings import Settings
from tests.app.keys import key, user
from tests.app.test_server import Server, server
from tests.rest.conftest import Api, opened

Json = dict[str, Any]


@pytest.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with opened(migrated_url) as found:
        yield found


async def created(api: Api, data: Json, path: str = "/customers") -> Json:
    answer = await api.http.post(path, json=data)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


@dataclass(frozen=True)
class Place:
    """A server process, the database behind it, and a key that may everything."""

    running: Server
    url: str
    secret: str

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.running.address, headers=self.authorization, timeout=30)

    def raw(self, method: str, path: str, body: bytes = b"", *more: str) -> bytes:
        """A request as it goes over the wire, its connection to be closed after the answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: cube.test", f"Authorization: Bearer {self.secret}", *more]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close"]
        return "\r\n".join([*lines, "", ""]).encode() + body


def secret_for(url: str) -> str:
    """A key of a first admin that may everything."""

    async def made() -> str:
        db = await Database.open(Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None))
        issued = await key(db, await user(db), "*")
        await db.close()
        return issued.secret

    return asyncio.run(made())


@pytest.fixture
def place(request: pytest.FixtureRequest, migrated_url: str, tmp_path: Path) -> Iterator[Place]:
    """A server on each database; a parameter gives settings."""
    environ: dict[str, str] = getattr(request, "param", {})
    secret = secret_for(migrated_url)
    with server(tmp_path / "unused.db", CUBE_DATABASE_URL=migrated_url, **environ) as running:
        yield Place(running, migrated_url, secret)
        if running.process.poll() is None:
            running.end()  # killed, it would leave its workers behind
