"""The tab of a request: the rows that it costs, whoever asks for them, and what its holder has left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.running import Running, running
from app.services.rates.policy import Limits, remaining

# A write costs as much as reading so many records, whatever it writes.
WRITE_ROWS = 10


@dataclass(slots=True)
class Tab:
    """Without `limits` the request is not counted. `rows` are those still to be paid; `left` is what each bucket held
    when the request began, less what it has taken."""

    rows: int = 0
    limits: Limits | None = None
    holder: str = ""
    left: list[float] = field(default_factory=list)
    pay: Callable[[int], None] | None = None

    def settle(self) -> None:
        """Pays for the rows: the bucket may owe them afterwards."""
        rows = self.rows
        if rows and self.pay is not None:
            self.rows = 0
            self.pay(rows)


@dataclass(slots=True)
class Counted(Running):
    """A running request that has a tab."""

    tab: Tab = field(default_factory=Tab)


def spend(rows: int) -> None:
    """Puts rows on the tab of the running request."""
    found = running.get()
    if isinstance(found, Counted):
        found.tab.rows += rows


def limits_of(tab: Tab) -> Mapping[str, Any] | None:
    """The quotas of the tab's holder and what remains of them, in the form in which they are told; None: no limit."""
    if tab.limits is None:
        return None
    tab.settle()
    pairs = zip(tab.limits.policies, tab.left, strict=True)
    return {
        policy.name: {"quota": policy.quota, "window": policy.window, "remaining": remaining(left)}
        for policy, left in pairs
    }


def current_limits() -> Mapping[str, Any] | None:
    """Those of whoever asks the running request; None where nothing is limited."""
    found = running.get()
    return limits_of(found.tab) if isinstance(found, Counted) else None
