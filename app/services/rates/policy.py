"""The arithmetic of token buckets, without a clock: a bucket is the one instant at which it was, or will be, empty.

A bucket fills evenly, from empty to its quota within its window, and no further. So with the instant at which it is
empty everything else is known, and a full bucket is one that needs not be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

# What rounding may take from a unit: whoever has waited as long as was said is let through.
_ONE = 1 - 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A bucket's size in units, and the seconds in which it fills: `each` for one unit, `all` for all of them."""

    name: str
    quota: int
    window: int
    unit: str = "requests"
    each: float = field(init=False)
    all: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "each", self.window / self.quota)
        object.__setattr__(self, "all", float(self.window))


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The buckets of one holder: the first counts requests, one each; the others are paid from afterwards."""

    kind: str
    policies: tuple[Policy, ...]

    def full(self, now: float) -> list[float]:
        """When each bucket was empty, if all are full now."""
        return [now - policy.window for policy in self.policies]


def begin(limits: Limits, empty: list[float], now: float, units: int) -> tuple[bool, list[float]]:
    """Takes units from the first bucket if there is one in each. Whether there was, and what each holds then."""
    enough, left = True, []
    for i, policy in enumerate(limits.policies):
        filled = now - empty[i]
        if filled > policy.all:
            filled = policy.all
            empty[i] = now - filled
        held = filled / policy.each
        if held < _ONE:
            enough = False
        left.append(held)
    if enough:
        empty[0] += units * limits.policies[0].each
        left[0] -= units
    return enough, left


def pay(limits: Limits, empty: list[float], left: list[float], rows: int) -> None:
    """Takes rows from every other bucket, as of when the request began: whatever it holds, it may owe them."""
    for i in range(1, len(empty)):
        empty[i] += rows * limits.policies[i].each
        left[i] -= rows


def has_one(left: float) -> bool:
    """Whether a request may begin with what is left in the bucket."""
    return left >= _ONE


def remaining(left: float) -> int:
    """The whole units that are told to be left."""
    return int(left) if has_one(left) else 0


def wait(policy: Policy, left: float) -> int:
    """The whole seconds, at least one, until there is one unit more than there is; in debt, until there is one."""
    return max(1, ceil(policy.each * (1 - left if left < 1 else 1) - 1e-6))
