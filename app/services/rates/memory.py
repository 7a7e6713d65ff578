"""Buckets in the memory of this process, bounded in number."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import monotonic

from app.services.rates.policy import Limits, begin, pay
from app.services.rates.tab import Tab

MOST = 65_536


class Memory:
    """The buckets of one kind of holder, by holder. A full bucket is the same as none, so full ones go first."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic, most: int = MOST) -> None:
        self.limits = limits
        self._clock = clock
        self._most = most
        self._held: dict[str, list[float]] = {}

    def begin(self, tab: Tab, holder: str, units: int = 1) -> bool:
        """Takes the request's own unit if there is one in every bucket, and puts on the tab what is left."""
        now = self._clock()
        empty = self._held.get(holder) or self._new(holder, now)
        enough, tab.left = begin(self.limits, empty, now, units)
        tab.limits, tab.holder = self.limits, holder
        tab.pay = partial(pay, self.limits, empty, tab.left) if enough else None
        return enough

    def _new(self, holder: str, now: float) -> list[float]:
        if len(self._held) >= self._most:
            self._make_room(now)
        found = self._held[holder] = self.limits.full(now)
        return found

    def _make_room(self, now: float) -> None:
        """A quarter at least goes, that the work is seldom done: the full ones, then those that came first."""
        full = self.limits.full(now)
        kept = [one for one in self._held.items() if any(at > then for at, then in zip(one[1], full, strict=True))]
        self._held = dict(kept[-(self._most * 3 // 4) :])
