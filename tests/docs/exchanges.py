"""What goes back and forth between a reader's examples and the server: each request that came, and its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.portal.curl import Request


@dataclass
class Exchange:
    """A request and its answer."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    sent: bytes = b""
    status: int = 0
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def is_of(self, request: Request) -> bool:
        """Whether this is the request that a guide shows, however its text was put together."""
        path, _, query = request.path.partition("?")
        wanted = {name.lower(): value for name, value in request.headers}
        return (
            (self.method, self.path) == (request.method, unquote(path))
            and _pairs(self.query) == _pairs(query)
            and _json(self.sent) == _json((request.body or "").encode())
            and all(self.headers.get(name) == value for name, value in wanted.items())
        )


def noting(app: ASGIApp, exchanges: list[Exchange]) -> ASGIApp:
    """The app, and a note of each exchange."""

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        one = Exchange(scope["method"], scope["path"], scope["query_string"].decode(), headers)

        async def received() -> Message:
            message = await receive()
            one.sent += message.get("body", b"")
            return message

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                one.status = message["status"]
                exchanges.append(one)
            one.body += message.get("body", b"")
            await send(message)

        await app(scope, received, sent)

    return noted


def _pairs(query: str) -> list[tuple[str, str]]:
    """The parameters in one order; a filter in JSON without regard to its white space."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return sorted((name, json.dumps(json.loads(value)) if value[:1] == "{" else value) for name, value in pairs)


def _json(body: bytes) -> Any:
    """The body; a document in it without regard to its white space."""
    sent = json.loads(body) if body else None
    return sent | {"query": " ".join(sent["query"].split())} if isinstance(sent, dict) and "query" in sent else sent
