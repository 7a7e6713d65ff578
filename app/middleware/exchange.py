"""What is known of a request while it is answered; each layer adds what it finds out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from starlette.requests import ClientDisconnect, Request
from starlette.types import Scope

from app.middleware.trace import Trace
from app.services.database import Database
from app.services.rates import Tab
from schema.actor import Actor

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class Exchange:
    """A request and its answer. `stages` are seconds, `route` the pattern of the path that matched.

    `headers` and, once it is read, `body` are the request's; `shown` are the headers that layers put on every answer.
    `status` is set when the answer begins.
    `tab` is what it costs whom.
    """

    trace: Trace
    headers: dict[bytes, list[bytes]]
    trace_id: str = ""
    shown: Headers = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    tab: Tab = field(default_factory=Tab)
    started: float = field(default_factory=perf_counter)
    route: str | None = None
    actor: Actor | None = None
    body: bytes | None = None
    status: int | None = None
    sent: int = 0

    def __post_init__(self) -> None:
        self.trace_id = str(self.trace)


def exchange(scope: Scope) -> Exchange:
    """The exchange that the outermost layer began."""
    found: Exchange = scope["state"]["exchange"]
    return found


def database(scope: Scope) -> Database:
    """The database that was opened when the process started."""
    db: Database = scope["state"]["db"]
    return db


async def body_of(request: Request) -> bytes:
    """The whole body, read once; raises what a layer has against it, and ClientDisconnect."""
    begun = exchange(request.scope)
    if begun.body is None:
        parts, more = [], True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        begun.body = parts[0] if len(parts) == 1 else b"".join(parts)
    return begun.body


def address(scope: Scope) -> str:
    """The caller's, which behind a trusted proxy is the one that it names; a socket file's callers are one."""
    client = scope.get("client")
    return client[0] if client else ""


def by_name(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    """The lines of each header."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in found:
            found[name].append(value)
        else:
            found[name] = [value]
    return found


def header_lines(scope: Scope, name: bytes) -> list[str]:
    """Every line of a header, by its name in lower case."""
    lines = exchange(scope).headers.get(name)
    return [line.decode("latin-1") for line in lines] if lines else []


def header(scope: Scope, name: bytes) -> str | None:
    """The lines of a header as one list; None when there is none."""
    lines = exchange(scope).headers.get(name)
    return b", ".join(lines).decode("latin-1") if lines else None
