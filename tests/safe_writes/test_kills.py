"""A process that is killed at random: every acknowledged write is there, once, with one change record."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx

from tests.cases.conftest import secret_for
from tests.safe_writes.conftest import KILLS
from tests.safe_writes.kills import Caller, Mortal, calling, killed
from tests.safe_writes.rounds import history


async def test_fc_080_killed_writes_are_repeated_and_done_once(migrated_url: str) -> None:
    authorization = {"Authorization": f"Bearer {await asyncio.to_thread(secret_for, migrated_url)}"}
    server = await asyncio.to_thread(Mortal, migrated_url)
    try:
        async with calling(server, authorization) as callers:
            await killed(server, KILLS)
        assert sum(one.repeated for one in callers) >= KILLS // 2  # or else the kills met no write
        async with httpx.AsyncClient(base_url=server.running.address, headers=authorization, timeout=30) as http:
            await look(http, callers)
    finally:
        await asyncio.to_thread(server.running.end)


async def look(http: httpx.AsyncClient, callers: list[Caller]) -> None:
    """Every acknowledged record is there, none else is; a counter stands at the number of its acknowledgements."""
    records = await all_customers(http)
    by_key = {one["externalIds"]["kill"]: one for one in records if "kill" in one["externalIds"]}
    acknowledged = {key: id_ for caller in callers for key, id_ in caller.made.items()}
    assert {key: one["id"] for key, one in by_key.items()} == acknowledged
    assert Counter(one["name"] for one in records if "kill" in one["externalIds"]) == Counter(list(acknowledged))
    assert len(records) == len(acknowledged) + len(callers)
    for one in by_key.values():
        assert one["version"] == 1
        assert [change["action"] for change in await history(http, one["id"])] == ["CREATED"]
    for caller in callers:
        counter = (await http.get(f"/customers/{caller.counter}")).json()
        assert (counter["version"], counter["metadata"].get("count", 0)) == (caller.counted + 1, caller.counted)
        assert await versions(http, caller.counter) == list(range(1, caller.counted + 2))


async def all_customers(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path: str | None = "/customers?limit=1000"
    while path:
        page = await http.get(path)
        found += page.json()["data"]
        path = page.links.get("next", {}).get("url")
    return found


async def versions(http: httpx.AsyncClient, id_: str) -> list[int]:
    found: list[int] = []
    path: str | None = f"/customers/{id_}/changes?limit=1000"
    while path:
        page = (await http.get(path)).json()
        found += [one["version"] for one in page["data"]]
        path = page["nextCursor"] and f"/customers/{id_}/changes?limit=1000&after={page['nextCursor']}"
    return found
