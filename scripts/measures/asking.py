"""A caller: connections that stay open, on which one request after another is sent and timed."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from scripts.measures.server import Server

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_DB = re.compile(rb"db;dur=([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked; a `body` is sent as JSON."""

    method: str
    path: str
    body: Any = None
    headers: tuple[str, ...] = ()

    def text(self, key: str) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {key}"]
        body = b"" if self.body is None else json.dumps(self.body).encode()
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join((*lines, *self.headers, "", "")).encode() + body


def get(path: str) -> Request:
    return Request("GET", path)


def graphql(query: str, variables: dict[str, Any] | None = None) -> Request:
    return Request("POST", "/graphql", {"query": query, "variables": variables or {}})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how many milliseconds."""

    status: int
    head: bytes
    body: bytes
    ms: float

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def db(self) -> float:
        """Milliseconds that the database took, as `Server-Timing` says."""
        found = _DB.search(self.head)
        return float(found[1]) if found else 0.0

    def good(self) -> Answer:
        """Itself; raises when it is an error."""
        if self.status >= 400 or b'"errors":[' in self.body[:2000]:
            raise RuntimeError(f"{self.status}: {self.body[:500].decode(errors='replace')}")
        return self


class Connection(asyncio.Protocol):
    """One connection, with one request at a time. One that was idle for too long is opened anew."""

    transport: asyncio.Transport

    def __init__(self, server: Server) -> None:
        self._server = server
        self._received = bytearray()
        self._whole: int | None = None
        self._head = 0
        self._answered: asyncio.Future[None] | None = None

    async def open(self) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._server.port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._whole is None and (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            self._head = end + 4
            self._whole = self._head + (int(length[1]) if length else 0)
        if self._whole is not None and len(self._received) >= self._whole and self._answered:
            self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered and not self._answered.done():
            self._answered.set_exception(exc or ConnectionResetError("the server hung up"))

    async def ask(self, request: Request) -> Answer:
        """The answer, whatever its status."""
        if self.transport.is_closing():
            await self.open()
        self._answered = asyncio.get_running_loop().create_future()
        self._received.clear()
        self._whole = None
        text = request.text(self._server.key)
        begun = time.perf_counter()
        self.transport.write(text)
        await self._answered
        ms = (time.perf_counter() - begun) * 1000
        head, body = bytes(self._received[: self._head]), bytes(self._received[self._head :])
        return Answer(int(head[9:12]), head, body, ms)


@asynccontextmanager
async def connected(server: Server, count: int = 1) -> AsyncIterator[list[Connection]]:
    """So many connections to the server."""
    opened = [Connection(server) for _ in range(count)]
    for one in opened:
        await one.open()
    try:
        yield opened
    finally:
        for one in opened:
            one.transport.close()
