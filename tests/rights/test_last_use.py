"""The last use of a key is noted by one of several processes, and once in a minute."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.cases.conftest import Place, place

__all__ = ["place"]

BURST = 20


@pytest.mark.parametrize("place", [{"CUBE_WORKERS": "2"}], indirect=True)
async def test_two_processes_note_a_use_once(place: Place) -> None:
    async with place.http() as admin:
        key = (await admin.post("/api-keys", json={"name": "x", "scopes": ["customers:read"]})).json()
        path = f"/api-keys/{key['id']}"

        async def used() -> str | None:
            found: str | None = (await admin.get(path)).json()["lastUsedAt"]
            return found

        async def burst() -> None:
            """Each use on a connection of its own, so that both processes have some."""

            async def use() -> None:
                async with httpx.AsyncClient(base_url=place.running.address, timeout=60) as http:
                    answer = await http.get("/customers", headers={"Authorization": f"Bearer {key['secret']}"})
                    assert answer.status_code == 200

            await asyncio.gather(*(use() for _ in range(BURST)))

        assert await used() is None
        await burst()
        async with asyncio.timeout(60):
            while (first := await used()) is None:
                await asyncio.sleep(0.01)
        await burst()
        assert {await used() for _ in range(10)} == {first}
