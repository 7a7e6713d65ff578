"""What is known of a request while it is answered; each layer adds what it finds out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import Scope

from app.services.database import Database
from app.services.rates import Tab
from schema.actor import Actor

Headers = list[tuple[bytes, bytes]]
Lines = dict[bytes, list[bytes]]
"""The lines of each header, by its name in lower case."""


@dataclass(slots=True)
class Exchange:
    """A request and its answer. `stages` are seconds, `route` the pattern of the path that matched.

    `headers` and, once it is read, `body` are the request's, `received` the bytes of it so far.
    `shown` are the headers that layers put on every answer.
    `status` is set when the answer begins.
    `tab` is what it costs whom.
    """

    trace_id: str
    headers: Lines
    shown: Headers = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    tab: Tab = field(default_factory=Tab)
    started: float = field(default_factory=perf_counter)
    route: str | None = None
    actor: Actor | None = None
    body: bytes | None = None
    received: int = 0
    status: int | None = None
    sent: int = 0


def exchange(scope: Scope) -> Exchange:
    """The exchange that the outermost layer began."""
    found: Exchange = scope["state"]["exchange"]
    return found


def database(scope: Scope) -> Database:
    """The database that was opened when the process started."""
    db: Database = scope["state"]["db"]
    return db


def address(scope: Scope) -> str:
    """The caller's, which behind a trusted proxy is the one that it names; a socket file's callers are one."""
    client = scope.get("client")
    return client[0] if client else ""


def by_name(headers: Iterable[tuple[bytes, bytes]]) -> Lines:
    """The lines of each header."""
    found: Lines = {}
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
