"""Health and maintenance: of the app on each database, with its lifespan running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from app.main import create_app
from app.services.database import Database
from app.services.maintenance import switch_off, switch_on
from app.settings import Settings
from schema.problem import problem
from tests.app.keys import key, user


@asynccontextmanager
async def started(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    """The app between its start and its end, as a server runs it."""
    into: asyncio.Queue[Any] = asyncio.Queue()
    out: asyncio.Queue[Any] = asyncio.Queue()

    async def live() -> None:
        await app({"type": "lifespan", "state": {}}, into.get, out.put)

    task = asyncio.create_task(live())
    await into.put({"type": "lifespan.startup"})
    assert (await out.get())["type"] == "lifespan.startup.complete"
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cube.test") as http:
            yield http
    finally:
        await into.put({"type": "lifespan.shutdown"})
        assert (await out.get())["type"] == "lifespan.shutdown.complete"
        await task


async def until(http: httpx.AsyncClient, path: str, status: int) -> httpx.Response:
    """The answer as soon as it has this status; the test fails by its own time limit when it never has."""
    async with asyncio.timeout(30):
        while (found := await http.get(path)).status_code != status:
            await asyncio.sleep(0.02)
    return found


async def test_health(migrated_url: str) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    async with started(create_app(settings)) as http:
        for path in ("/health/live", "/health/ready"):
            found = await http.get(path)
            assert (found.status_code, found.json()) == (200, {"status": "ok"})
            assert found.headers["cache-control"] == "no-store"


async def test_a_database_without_its_tables_is_not_ready(database_url: str) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": database_url}, dotenv=None)
    db = await Database.open(settings)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(settings, db)), base_url="http://cube.test"
    ) as http:
        assert (await http.get("/health/live")).status_code == 200
        found = await http.get("/health/ready")
    await db.close()
    assert found.status_code == 503
    assert found.json()["message"] == "The service is temporarily unavailable."
    assert "migration" in found.json()["detail"]
    assert found.headers["retry-after"]


async def test_maintenance_closes_every_door_but_health_and_docs(migrated_url: str) -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    db = await Database.open(settings)
    secret = (await key(db, await user(db), "*")).secret
    try:
        async with started(create_app(settings)) as http, started(create_app(settings)) as other:
            for one in (http, other):
                one.headers["Authorization"] = f"Bearer {secret}"
                assert (await one.get("/me")).status_code == 200
            await switch_on(db, "Back at noon.", 90)
            for one in (http, other):
                found = await until(one, "/me", 503)
                assert found.json()["message"] == "Back at noon."
                assert found.headers["retry-after"] == "90"
                assert found.headers["access-control-allow-origin"] == "*"
                for method, path in (
                    ("POST", "/customers"),
                    ("POST", "/graphql"),
                    ("GET", "/openapi.json"),
                    ("GET", "/"),
                ):
                    assert (await one.request(method, path)).status_code == 503, path
                assert (await one.get("/nowhere")).status_code == 503
                for path in ("/health/live", "/health/ready", "/docs"):
                    assert (await one.get(path)).status_code == 200, path
                preflight = {"Origin": "https://a.test", "Access-Control-Request-Method": "GET"}
                assert (await one.options("/me", headers=preflight)).status_code == 204
            await switch_on(db)
            async with asyncio.timeout(30):
                while (found := await http.get("/me")).json()["message"] == "Back at noon.":
                    await asyncio.sleep(0.02)
            assert found.json()["message"] == "The service is under maintenance."
            await switch_off(db)
            for one in (http, other):
                await until(one, "/me", 200)
    finally:
        await db.close()


async def test_a_database_that_goes_away_and_comes_back(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request says 503 while it is away; nothing has to be started anew."""
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    db = await Database.open(settings)
    secret = (await key(db, await user(db), "*")).secret

    async def away(*_: Any) -> Any:
        raise problem("unavailable", retry_after="1")

    app = create_app(settings, db)
    async with started(app) as http:
        http.headers["Authorization"] = f"Bearer {secret}"
        with monkeypatch.context() as patch:
            patch.setattr(db, "fetch_row", away)
            patch.setattr(db, "fetch_row_by_one_plan", away)
            for path in ("/me", "/customers", "/health/ready"):
                found = await http.get(path)
                assert (found.status_code, found.headers["retry-after"]) == (503, "1")
            assert (await http.get("/health/live")).status_code == 200
        assert (await http.get("/me")).status_code == 200
    await db.close()
