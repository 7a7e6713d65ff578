"""A road to Cube on which things go wrong as they are told to: answers get lost, gates refuse, a proxy talks HTML."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from tests.bindings.conftest import Place

LOST = "lost"
"""The request never comes to Cube, and nobody says so."""
UNANSWERED = "unanswered"
"""Cube does it, and the answer gets lost."""
SILENT = "silent"
"""Nothing happens until the road is closed."""
OPEN = "open"


@dataclass(frozen=True)
class Refused:
    """An answer from the way; Cube sees nothing of the request."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = "<html>Bad day</html>"


Fate = str | Refused
LATER_BY_AN_HOUR = Refused(429, {"Retry-After": "3600"})


@dataclass
class Road:
    """Its address, what becomes of the next requests (all others pass), and which came by with which key."""

    url: str
    fates: list[Fate] = field(default_factory=list)
    seen: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def methods(self) -> list[str]:
        return [method for method, _, _ in self.seen]

    @property
    def keys(self) -> set[str | None]:
        """The idempotency keys that were sent, each once."""
        return {key for _, _, key in self.seen}


@contextmanager
def road(to: Place) -> Iterator[Road]:
    found = Road("")
    closed = Event()

    class Traveller(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._travel
            raise AttributeError(name)

        def _travel(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.seen.append((self.command, self.path, self.headers.get("Idempotency-Key")))
            fate = found.fates.pop(0) if found.fates else OPEN
            if isinstance(fate, Refused):
                self._say(fate.status, fate.headers, fate.body.encode())
                return
            if fate == SILENT:
                closed.wait()
            if fate in (OPEN, UNANSWERED):
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                # A road is nobody who is given anything: what is answered to the tests' own clients is watched.
                with closing(HTTPConnection(to.url.removeprefix("http://"), timeout=60)) as further:
                    further.request(self.command, self.path, body, headers)
                    answer = further.getresponse()
                    content = answer.read()
                if fate == OPEN:
                    kept = ("transfer-encoding", "connection", "content-length")
                    more = {name: value for name, value in answer.getheaders() if name.lower() not in kept}
                    self._say(answer.status, more, content)
                    return
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        def log_message(self, *said: object) -> None:
            """Nothing."""

    gate = ThreadingHTTPServer(("127.0.0.1", 0), Traveller)
    found.url = f"http://127.0.0.1:{gate.server_port}"
    thread = Thread(target=gate.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        closed.set()
        gate.shutdown()
        thread.join()
        gate.server_close()
