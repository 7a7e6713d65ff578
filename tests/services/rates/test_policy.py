"""The arithmetic of buckets against a bucket that is kept the plain way, under a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.rates.policy import Limits, Policy, begin, has_one, pay, wait

quotas = st.integers(1, 1000)
windows = st.sampled_from([1, 2, 10, 60, 3600])
# Steps of an eighth of a second: exact as a float and as a fraction.
pauses = st.integers(0, 8 * 4000).map(lambda eighths: Fraction(eighths, 8))
requests = st.lists(st.tuples(pauses, st.integers(0, 2500)), max_size=60)


@dataclass
class Plain:
    """What a bucket holds, filled at each look by the time since the last."""

    policy: Policy
    holds: Fraction
    at: Fraction

    def look(self, now: Fraction) -> Fraction:
        filled = self.holds + (now - self.at) * self.policy.quota / self.policy.window
        self.holds, self.at = min(Fraction(self.policy.quota), filled), now
        return self.holds


def near(found: float, true: Fraction) -> bool:
    return abs(found - float(true)) < 1e-6 * max(1.0, abs(float(true)))


@given(quotas, windows, quotas, windows, requests)
def test_it_holds_what_a_plain_bucket_holds(
    quota: int, window: int, rows: int, cost_window: int, asked: list[tuple[Fraction, int]]
) -> None:
    limits = Limits("key", (Policy("requests", quota, window), Policy("cost", rows, cost_window, "rows")))
    now = Fraction(1_000)
    empty = limits.full(float(now))
    first, second = (Plain(policy, Fraction(policy.quota), now) for policy in limits.policies)
    for pause, cost in asked:
        now += pause
        true = [first.look(now), second.look(now)]
        enough, left = begin(limits, empty, float(now), 1)
        if all(abs(one - 1) > Fraction(1, 10**5) for one in true):  # else rounding may decide
            assert enough == all(one >= 1 for one in true)
        if enough:
            first.holds -= 1
            true[0] -= 1
            pay(limits, empty, left, cost)
            second.holds -= cost
            true[1] -= cost
        assert all(map(near, left, true)), (left, true)


@given(quotas, windows, st.integers(0, 5000))
def test_in_a_window_at_most_twice_the_quota_gets_through(quota: int, window: int, tries: int) -> None:
    limits = Limits("address", (Policy("address", quota, window),))
    empty = limits.full(0.0)
    moments = [window * i / max(tries, 1) for i in range(tries)]
    through = sum(begin(limits, empty, at, 1)[0] for at in moments)
    assert through <= 2 * quota
    assert through >= min(tries, quota)


@given(quotas, windows, st.integers(0, 3000))
def test_whoever_waits_as_long_as_is_said_is_let_through(quota: int, window: int, debt: int) -> None:
    limits = Limits("key", (Policy("requests", quota, window), Policy("cost", quota, window, "rows")))
    empty = limits.full(50.0)
    for _ in range(quota):
        assert begin(limits, empty, 50.0, 1)[0]
    pay(limits, empty, [0.0, 0.0], debt)
    enough, left = begin(limits, empty, 50.0, 1)
    assert not enough
    seconds = max(wait(policy, one) for policy, one in zip(limits.policies, left, strict=True) if not has_one(one))
    assert seconds >= 1
    assert begin(limits, empty, 50.0 + seconds, 1)[0]
    early = 50.0 + seconds - 1 - 1e-3
    if early > 50.0:
        assert not begin(limits, list(empty), early - window / quota, 1)[0]


def test_looking_takes_nothing() -> None:
    limits = Limits("address", (Policy("address", 1, 60),))
    empty = limits.full(0.0)
    for _ in range(3):
        assert begin(limits, empty, 0.0, 0) == (True, [1.0])
    assert begin(limits, empty, 0.0, 1) == (True, [0.0])
    assert begin(limits, empty, 0.0, 0)[0] is False


@pytest.mark.parametrize(
    ("left", "seconds"), [(100.0, 1), (1.0, 1), (0.5, 1), (0.0, 1), (-1.0, 2), (-9.5, 11), (-600.0, 601)]
)
def test_the_wait_is_whole_seconds(left: float, seconds: int) -> None:
    assert wait(Policy("requests", 60, 60), left) == seconds


def test_the_wait_for_a_slow_bucket() -> None:
    assert [wait(Policy("requests", 2, 60), left) for left in (2.0, 1.0, 0.0, -1.0)] == [30, 30, 30, 60]
