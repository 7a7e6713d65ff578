"""Raw HTTP: bytes out, an answer in, and a server of either protocol to talk to."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import sleep
from typing import Any

import uvicorn

from app.main import create_app
from app.protocol import MAX_HEAD
from app.settings import Settings
from tests import canaries


@dataclass(frozen=True)
class Raw:
    """An answer as it came in."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def answers(data: bytes) -> list[Raw]:
    """The answers in what a server sent: each with a Content-Length, or with no body."""
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        length = int(headers.get("content-length", "0"))
        status = int(line.split()[1])
        if status >= 200:
            canaries.search("an answer on the wire", data.decode("latin-1"))
            found.append(Raw(status, headers, rest[:length]))
        data = rest[length:] if status >= 200 else rest
    return found


def talk(port: int, *parts: bytes, until: int | None = None, in_turn: bool = False) -> list[Raw]:
    """Sends the parts, `in_turn` each after the answer to the one before, and gives every answer until the server
    closes, or until so many have come in.
    """
    data = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        for sent, part in enumerate(parts, 1):
            try:
                connection.sendall(part)
            except OSError:
                break  # it has answered and closed
            while in_turn and len(answers(data)) < sent:
                data += connection.recv(65536)
        while until is None or len(answers(data)) < until:
            try:
                more = connection.recv(65536)
            except ConnectionResetError:
                break
            if not more:
                break
            data += more
    return answers(data)


@contextmanager
def served(settings: Settings, protocol: type[asyncio.Protocol], kept_alive: int = 5) -> Iterator[int]:
    """Cube on a free port of this machine, on a thread of its own; yields the port."""
    config = uvicorn.Config(
        create_app(settings),
        port=0,
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=kept_alive,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
