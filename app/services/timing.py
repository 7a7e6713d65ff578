"""How long each stage of a request took, for its Server-Timing header."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

# The door puts a fresh dictionary here for each request: stage -> seconds. Without one nothing is kept.
stages: ContextVar[dict[str, float] | None] = ContextVar("stages", default=None)


@contextmanager
def timed(stage: str) -> Iterator[None]:
    """Adds the time of the block to the stage of the running request."""
    found = stages.get()
    if found is None:
        yield
        return
    start = perf_counter()
    try:
        yield
    finally:
        found[stage] = found.get(stage, 0.0) + perf_counter() - start
