"""What was worked out for a value that doors ask for again and again, kept by the value's identity."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

MOST_KEPT = 2048


class Kept(Generic[K, V]):
    """A bounded memory of `make(value)`. The value itself is held, so that its identity stays its own."""

    def __init__(self, make: Callable[[K], V], most: int = MOST_KEPT) -> None:
        self._make = make
        self._most = most
        self._found: dict[int, tuple[K, V]] = {}

    def __call__(self, value: K) -> V:
        known = self._found.get(id(value))
        if known is None:
            known = (value, self._make(value))
            if len(self._found) >= self._most:
                del self._found[next(iter(self._found))]
            self._found[id(value)] = known
        return known[1]
