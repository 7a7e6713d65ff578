"""Attempts to sign in: whoever fails too often has to wait, longer each time, and nobody can lock out another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from app.services.database import Database, Transaction
from app.services.network import network_of
from app.services.sql.dialect import DIALECTS, Dialect
from schema.values.instant import later, seconds_between

FORGOTTEN_AFTER = 3600
KNOWN_FOR = 30 * 86_400
_SWEPT_AFTER = 86_400


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures cost nothing; each further one costs a second, then two, four, ... and `longest` at most."""

    free: int
    longest: int

    def wait(self, failures: int) -> int:
        return min(self.longest, 2 ** min(failures - self.free, 20)) if failures >= self.free else 0


# An account from one address; then, from addresses that did not lately sign in to it: an address, whatever the
# account; an account, from wherever - it stays open to its owner, at a place where they have signed in before.
PAIR = Limit(free=5, longest=900)
ADDRESS = Limit(free=20, longest=900)
ACCOUNT = Limit(free=50, longest=60)


class TooManyAttempts(Exception):
    """The attempt is not looked at: the next may come in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that counts as a failure until it succeeds: `pair` and `others` are the subjects it counts for."""

    pair: str
    others: tuple[str, ...]


async def begin(db: Database, account: str, address: str, at: str) -> Attempt:
    """Counts the attempt before anybody looks at it, so that many at once gain nothing; raises TooManyAttempts."""
    network = network_of(address)
    pair, others = _subject("pair", account, network), []
    async with db.transaction() as tx:
        known_until = await _count(tx, db.dialect, pair, PAIR, at)
        if known_until is None or known_until <= at:
            # In one order, so that no two transactions wait for each other.
            others = [_subject("address", network), _subject("account", account)]
            for subject, limit in zip(others, (ADDRESS, ACCOUNT), strict=True):
                await _count(tx, db.dialect, subject, limit, at)
    return Attempt(pair, tuple(others))


async def succeed(tx: Transaction, dialect: Dialect, attempt: Attempt, at: str) -> None:
    """Takes back what the attempt counted for; the account is at home at this address for a while."""
    known, pair = (dialect.placeholder(i, "text") for i in (1, 2))
    await tx.execute(
        f"UPDATE sign_in_attempts SET failures = 0, blocked_until = NULL, known_until = {known} WHERE subject = {pair}",
        (later(at, KNOWN_FOR), attempt.pair),
    )
    for subject in attempt.others:
        await tx.execute(
            "UPDATE sign_in_attempts SET failures = failures - 1, blocked_until = NULL "
            f"WHERE subject = {dialect.placeholder(1, 'text')} AND failures > 0",
            (subject,),
        )


async def sweep(tx: Transaction, dialect: Dialect, at: str) -> None:
    """Removes what no longer matters."""
    old, now_ = (dialect.placeholder(i, "text") for i in (1, 2))
    where = f"last_at < {old} AND (known_until IS NULL OR known_until < {now_})"
    await tx.execute(dialect.removal("sign_in_attempts", where), (later(at, -_SWEPT_AFTER), at))


async def _count(tx: Transaction, dialect: Dialect, subject: str, limit: Limit, at: str) -> str | None:
    """One attempt more, and how long the next has to wait. Until when the subject is known; raises if it must wait."""
    row = await tx.fetch_row(_counting(dialect.name), (subject, at, later(at, -FORGOTTEN_AFTER)))
    assert row is not None
    failures, blocked_until, known_until = row
    if blocked_until is not None and blocked_until > at:
        raise TooManyAttempts(max(1, seconds_between(at, blocked_until)))
    if wait := limit.wait(failures):
        until, of = (dialect.placeholder(i, "text") for i in (1, 2))
        await tx.execute(
            f"UPDATE sign_in_attempts SET blocked_until = {until} WHERE subject = {of}", (later(at, wait), subject)
        )
    return None if known_until is None else str(known_until)


@cache
def _counting(dialect_name: str) -> str:
    subject, at, forgotten = (DIALECTS[dialect_name].placeholder(i, "text") for i in (1, 2, 3))
    return f"""
INSERT INTO sign_in_attempts AS a (subject, failures, last_at) VALUES ({subject}, 1, {at})
ON CONFLICT (subject) DO UPDATE SET
  failures = CASE WHEN a.last_at < {forgotten} THEN 1 ELSE a.failures + 1 END, last_at = excluded.last_at
RETURNING failures, blocked_until, known_until
"""


def _subject(*parts: str) -> str:
    """What is stored of who tried what: people type passwords where an address belongs."""
    return sha256("\0".join(parts).encode()).hexdigest()
