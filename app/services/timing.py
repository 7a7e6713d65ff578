"""How long each stage of a request took, for its Server-Timing header."""

from __future__ import annotations

from contextvars import ContextVar
from time import perf_counter

# The door puts a fresh dictionary here for each request: stage -> seconds. Without one nothing is kept.
stages: ContextVar[dict[str, float] | None] = ContextVar("stages", default=None)


class timed:  # noqa: N801 - it reads as a word: `with timed("db"):`; a generator would cost more than what it measures
    """Adds the time of the block to the stage of the running request."""

    __slots__ = ("_stage", "_start")

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def __enter__(self) -> None:
        self._start = perf_counter()

    def __exit__(self, *_: object) -> None:
        found = stages.get()
        if found is not None:
            found[self._stage] = found.get(self._stage, 0.0) + perf_counter() - self._start
