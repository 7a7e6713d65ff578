"""The race of a revocation: two processes, many busy callers, and nothing is accepted once the answer has gone out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

import httpx
import pytest

from app.services.database import Database
from app.services.passwords import set_password
from app.settings import Settings
from tests.canaries import PASSWORD
from tests.cases.conftest import Place, place

__all__ = ["place"]

CALLERS = 20
BEFORE, AFTER = 10, 5
"""How many answers each caller has had before the end, and has after it."""

TWO = {"CUBE_WORKERS": "2"}
Json = dict[str, str]


@dataclass
class Race:
    """Callers who go on asking; each answer with the time when it was asked for."""

    place: Place
    asked: list[tuple[float, int]] = field(default_factory=list)
    ended_at: float | None = None

    async def caller(self, number: int, authorization: str) -> None:
        """Reads, writes and who-am-I in turn, each caller on a connection of its own."""
        ask = [
            ("GET", "/customers", None),
            ("POST", "/customers", {"name": f"C{number}"}),
            ("POST", "/graphql", {"query": "{ customers { nodes { id } } }"}),
            ("GET", "/me", None),
            ("GET", "/api-keys", None),
        ]
        since_end = 0
        async with httpx.AsyncClient(base_url=self.place.running.address, timeout=60) as http:
            count = 0
            while since_end < AFTER:
                method, path, body = ask[(number + count) % len(ask)]
                at = monotonic()
                answer = await http.request(method, path, json=body, headers={"Authorization": authorization})
                self.asked.append((at, answer.status_code))
                count += 1
                since_end += self.ended_at is not None and at > self.ended_at

    async def run(self, bearers: list[str], end: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]) -> None:
        # A caller that fails ends them all.
        async with self.place.http() as admin, asyncio.timeout(120), asyncio.TaskGroup() as callers:
            for i in range(CALLERS):
                callers.create_task(self.caller(i, f"Bearer {bearers[i % len(bearers)]}"))
            while len(self.asked) < CALLERS * BEFORE:
                await asyncio.sleep(0.01)
            answer = await end(admin)
            self.ended_at = monotonic()
            assert answer.status_code == 200, answer.text

    def statuses(self) -> tuple[Counter[int], Counter[int]]:
        """Those of what was asked before the end, and after it."""
        assert self.ended_at is not None
        before, after = (
            Counter(status for at, status in self.asked if (at > self.ended_at) == late) for late in (False, True)
        )
        return before, after


async def make_key(place: Place, **more: object) -> Json:
    async with place.http() as http:
        made: Json = (await http.post("/api-keys", json={"name": "race", "scopes": ["*"], **more})).json()
        return made


async def make_user(place: Place, name: str) -> str:
    async with place.http() as http:
        made = await http.post("/users", json={"name": name, "email": f"{name}@x.io", "role": "EDITOR"})
        return str(made.json()["id"])


@pytest.mark.parametrize("place", [TWO], indirect=True)
async def test_nothing_is_accepted_after_the_end(place: Place) -> None:
    for end in ("revoke", "rotate", "disable", "lower"):
        await race(place, end)


async def race(place: Place, end: str) -> None:
    """Half of the callers come with the key itself, half with tokens of it."""
    owner = await make_user(place, end)
    key = await make_key(place, ownerId=owner)
    bearers = [key["secret"]]
    async with httpx.AsyncClient(
        base_url=place.running.address, headers={"Authorization": f"Bearer {key['secret']}"}
    ) as http:
        bearers.append((await http.post("/tokens", json={})).json()["token"])

    async def revoke(admin: httpx.AsyncClient) -> httpx.Response:
        return await admin.delete(f"/api-keys/{key['id']}")

    async def rotate(admin: httpx.AsyncClient) -> httpx.Response:
        return await admin.post(f"/api-keys/{key['id']}/rotate", json={"overlapSeconds": 0})

    async def disable(admin: httpx.AsyncClient) -> httpx.Response:
        return await admin.patch(f"/users/{owner}", json={"status": "DISABLED"})

    async def lower(admin: httpx.AsyncClient) -> httpx.Response:
        return await admin.patch(f"/users/{owner}", json={"role": "VIEWER"})

    running = Race(place)
    await running.run(bearers, {"revoke": revoke, "rotate": rotate, "disable": disable, "lower": lower}[end])
    before, after = running.statuses()
    assert set(before) <= {200, 201, 401, 403, 503}
    assert before[200] + before[201] >= CALLERS
    if end == "lower":
        assert set(after) <= {200, 403, 503}
        assert after[201] == 0, "a VIEWER writes nothing"
        assert after[403] > 0
    else:
        assert set(after) <= {401, 503}
        assert after[401] > 0


@pytest.mark.parametrize("place", [TWO], indirect=True)
async def test_nothing_is_accepted_of_a_page_after_the_end(place: Place, quick_hashes: None) -> None:
    for end in ("sign out", "disable", "lower"):
        await race_of_a_page(place, end)


async def race_of_a_page(place: Place, end: str) -> None:
    """All callers come with one token that a page has, in the name of who is signed in there."""
    owner = await make_user(place, name := end.replace(" ", ""))
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": place.url}, dotenv=None))
    await set_password(db, f"{name}@x.io", PASSWORD)
    await db.close()
    origin = {"Origin": place.running.address}
    async with httpx.AsyncClient(base_url=place.running.address, headers=origin, timeout=60) as page:
        form = {"action": "sign-in", "email": f"{name}@x.io", "password": PASSWORD}
        assert (await page.post("/docs/authentication", data=form)).status_code == 303
        sent = {"csrf": (await page.get("/docs/session")).json()["csrf"]}
        token = (await page.post("/docs/token", data=sent)).json()["token"]

        async def ended(admin: httpx.AsyncClient) -> httpx.Response:
            if end == "sign out":
                form = sent | {"action": "sign-out"}
                return await page.post("/docs/authentication", data=form, follow_redirects=True)
            change = {"status": "DISABLED"} if end == "disable" else {"role": "VIEWER"}
            return await admin.patch(f"/users/{owner}", json=change)

        running = Race(place)
        await running.run([token], ended)
    before, after = running.statuses()
    assert set(before) <= {200, 201, 401, 404, 503}
    assert before[200] + before[201] >= CALLERS
    assert set(after) <= {401, 503}
    assert after[401] > 0
