"""How long each stage of a request took, for its Server-Timing header."""

from __future__ import annotations

from time import perf_counter

from app.running import running


def took(stage: str, since: float) -> float:
    """Adds the time since then to the stage of the running request; what time it is now, by `perf_counter()`.

    Where stages follow each other: half the cost of two blocks.
    """
    now = perf_counter()
    found = running.get()
    if found is not None:
        found.stages[stage] = found.stages.get(stage, 0.0) + now - since
    return now


class timed:  # noqa: N801 - it reads as a word: `with timed("db"):`; a generator would cost more than what it measures
    """Adds the time of the block to the stage of the running request."""

    __slots__ = ("_stage", "_start")

    def __init__(self, stage: str) -> None:
        self._stage = stage

    def __enter__(self) -> None:
        self._start = perf_counter()

    def __exit__(self, *_: object) -> None:
        took(self._stage, self._start)
