"""How a protocol refuses what its parser does not take: bad HTTP gets Cube's own answer, through the app."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http import h11_impl, httptools_impl

from app.middleware.limits import malformed
from schema.problem import Problem


def bad_http() -> Problem:
    return malformed("The request is not valid HTTP.")


def interrupt(cycle: Any, transport: asyncio.Transport, found: Problem) -> None:
    """The body of a running request is bad: whoever waits for it is told; an answer that is out stays as it is."""
    if cycle.response_complete:
        transport.close()
        return
    cycle.scope["state"]["refusal"] = found
    cycle.keep_alive = False
    cycle.more_body = False
    cycle.message_event.set()


def scope_of(protocol: httptools_impl.HttpToolsProtocol | h11_impl.H11Protocol, found: Problem) -> Any:
    """A request of which no more is known than that it is refused, and the headers that were read before."""
    return {
        "type": "http",
        "asgi": {"version": protocol.asgi_version, "spec_version": "2.3"},
        "http_version": "1.1",
        "server": protocol.server,
        "client": protocol.client,
        "scheme": protocol.scheme,
        "method": "UNKNOWN",
        "root_path": protocol.root_path,
        "path": "",
        "raw_path": b"",
        "query_string": b"",
        "headers": list(protocol.headers or ()),
        "state": {**protocol.app_state, "refusal": found},
    }
