"""Requests with one idempotency key at once, in one process and in two: one of them is done."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from tests.rest.conftest import Api
from tests.rest.replays import ANA, count, keyed


async def test_fc_080_twenty_at_once_make_one_record(api: Api) -> None:
    """Those that come while it is being made are told to come again, and then get the one answer."""
    for i in range(5):
        data, headers = {"name": "Ana", "email": f"ana{i}@x.io"}, keyed(f"k{i}")
        answers = await asyncio.gather(*(api.http.post("/customers", json=data, headers=headers) for _ in range(20)))
        by_status = Counter(one.status_code for one in answers)
        assert set(by_status) <= {201, 409}
        assert by_status[201] >= 1
        for one in answers:
            if one.status_code == 409:
                assert one.headers["retry-after"] == "1"
                assert "idempotency key is being answered" in one.json()["detail"]
        made = {one.content for one in answers if one.status_code == 201}
        assert len(made) == 1
        assert sum("idempotent-replayed" not in one.headers for one in answers if one.status_code == 201) == 1
        again = await api.http.post("/customers", json=data, headers=headers)
        assert {again.content} == made
        assert await count(api) == i + 1
        assert await count(api, "changes WHERE record LIKE 'cus_%'") == i + 1


async def test_fc_080_two_processes_make_one_record(api: Api, migrated_url: str) -> None:
    """Each process has its own idea of what is in flight: the database decides."""
    async with opened_beside(api, migrated_url) as other:
        for i in range(10):
            data, headers = {"name": "Ana", "externalIds": {"erp": str(i)}}, keyed(f"k{i}")
            answers = await asyncio.gather(*(http.post("/customers", json=data, headers=headers) for http in other))
            assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
            assert len({one.content for one in answers}) == 1
            assert sorted("idempotent-replayed" in one.headers for one in answers) == [False, True]
        assert await count(api) == 10
        assert await count(api, "changes WHERE record LIKE 'cus_%'") == 10


@asynccontextmanager
async def opened_beside(api: Api, url: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two sessions with one key, each as in a process of its own: the database is all that they share."""
    settings = Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None)
    db = await Database.open(settings)
    transport = httpx.ASGITransport(create_app(settings, db))
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=api.http.headers) as other:
        yield [api.http, other]
    await db.close()


async def test_two_processes_refuse_one_request_alike(api: Api, migrated_url: str) -> None:
    async with opened_beside(api, migrated_url) as both:
        for i in range(20):
            asked = [
                http.patch("/customers/email:no@one.io", json={"title": "x"}, headers=keyed(f"{i}")) for http in both
            ]
            answers = await asyncio.gather(*asked)
            assert [one.status_code for one in answers] == [404, 404]
            assert len({one.content for one in answers}) == 1
        assert await count(api, "idempotency_keys") == 20


async def test_what_is_being_answered_is_told_to_come_again(sqlite: Api) -> None:
    row = await sqlite.db.fetch_row("SELECT id FROM api_keys")
    assert row is not None
    sqlite.db.in_flight.add((row[0], "k1"))
    try:
        busy = await sqlite.http.post("/customers", json=ANA, headers=keyed(Accept="application/problem+json"))
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (409, "in_flight", "1")
    finally:
        sqlite.db.in_flight.discard((row[0], "k1"))
    assert (await sqlite.http.post("/customers", json=ANA, headers=keyed())).status_code == 201
