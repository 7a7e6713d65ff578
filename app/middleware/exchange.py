"""What is known of a request while it is answered; each layer adds what it finds out."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

from starlette.types import Scope

from app.middleware.trace import Trace
from app.services.database import Database
from schema.actor import Actor


@dataclass(slots=True)
class Exchange:
    """A request and its answer. `stages` are seconds, `route` the pattern of the path that matched."""

    trace: Trace
    stages: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)
    route: str | None = None
    actor: Actor | None = None
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


def header_lines(scope: Scope, name: bytes) -> list[str]:
    """Every line of a header, by its name in lower case."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def header(scope: Scope, name: bytes) -> str | None:
    """The lines of a header as one list; None when there is none."""
    lines = header_lines(scope, name)
    return ", ".join(lines) if lines else None
