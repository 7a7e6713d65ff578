"""A server that is killed again and again, and callers who repeat what was not acknowledged with the same key."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.app.test_server import ROOT, Server

Json = dict[str, Any]
CALLERS = 6
# Of what a caller does in turn: as many records by REST as by GraphQL, and as many changes of a record of its own.
_CREATE = "mutation($input: CustomerCreate!) { createCustomer(input: $input) { id version } }"


class Mortal:
    """A server on a database, on one port for all its lives."""

    def __init__(self, url: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environ = {"CUBE_DATABASE_URL": url, "CUBE_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self._environ |= {"CUBE_RATE_LIMIT": "off"}
        self.running = self._started()

    def _started(self) -> Server:
        found = Server(self._environ, self.port)
        found.ready()
        return found

    def kill(self) -> None:
        self.running.end(signal.SIGKILL)
        self.running = self._started()


@dataclass
class Caller:
    """Writes one thing after another, each under its own idempotency key, until each is acknowledged."""

    number: int
    http: httpx.AsyncClient
    counter: str = ""
    counted: int = 0
    made: dict[str, str] = field(default_factory=dict)
    """The ids of acknowledged records, by their keys."""
    repeated: int = 0

    async def run(self, over: asyncio.Event) -> None:
        answer = await self._acknowledged(
            "POST", "/customers", {"name": f"Counter {self.number}"}, f"counter-{self.number}"
        )
        self.counter = answer["id"]
        turn = 0
        while not over.is_set():
            await (self._create_by_rest, self._create_by_graphql, self._count)[turn % 3](turn)
            turn += 1

    async def _create_by_rest(self, turn: int) -> None:
        key = f"{self.number}-{turn}"
        data = {"name": key, "externalIds": {"kill": key}}
        self.made[key] = (await self._acknowledged("POST", "/customers", data, key))["id"]

    async def _create_by_graphql(self, turn: int) -> None:
        key = f"{self.number}-{turn}"
        body = {"query": _CREATE, "variables": {"input": {"name": key, "externalIds": {"kill": key}}}}
        self.made[key] = (await self._acknowledged("POST", "/graphql", body, key))["data"]["createCustomer"]["id"]

    async def _count(self, turn: int) -> None:
        body = {"metadata": {"count": self.counted + 1}}
        answer = await self._acknowledged("PATCH", f"/customers/{self.counter}", body, f"{self.number}-{turn}")
        self.counted += 1
        assert answer["version"] == self.counted + 1

    async def _acknowledged(self, method: str, path: str, body: Json, key: str) -> Json:
        """The answer, asked for again and again until one comes; it must be the first one's."""
        while True:
            try:
                answer = await self.http.request(method, path, json=body, headers={"Idempotency-Key": f"{key}-{path}"})
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in (409, 500, 503):
                assert answer.status_code in (200, 201), answer.text
                found: Json = answer.json()
                assert "errors" not in found, found
                return found
            assert answer is None or answer.status_code != 500, answer.text
            self.repeated += 1
            await asyncio.sleep(0.02)


@asynccontextmanager
async def calling(server: Mortal, authorization: dict[str, str]) -> AsyncIterator[list[Caller]]:
    """Callers at work until the block is left; then each has had its last acknowledgement."""
    over = asyncio.Event()
    address = server.running.address
    async with httpx.AsyncClient(base_url=address, headers=authorization, timeout=30) as http:
        callers = [Caller(i, http) for i in range(CALLERS)]
        async with asyncio.TaskGroup() as working:
            for one in callers:
                working.create_task(one.run(over))
            yield callers
            over.set()


async def killed(server: Mortal, times: int) -> None:
    """Kills the server at random moments, each time among writes."""
    moments = Random(times)
    for _ in range(times):
        await asyncio.sleep(moments.uniform(0.02, 0.3))
        await asyncio.to_thread(server.kill)
    await asyncio.sleep(0.2)
