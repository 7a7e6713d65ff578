"""Batches on PostgreSQL that want the same records: one after another, or they would wait for each other for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from zlib import crc32

from app.services.batch.checking import Ready
from app.services.known import unique_of
from app.services.unit_of_work import UnitOfWork
from schema.change import Create
from schema.reference import Reference

# Each is one of the server's locks while the batch runs, of which it has a few thousand: so many are shared by all.
_TURNS = 64
_LOCK = "SELECT pg_advisory_xact_lock(w.turn::bigint) FROM (SELECT unnest($1::bigint[]) AS turn ORDER BY 1) w"
_FIRST = crc32(b"batches") << 6


async def in_turn(work: UnitOfWork, ready: Sequence[Ready]) -> None:
    """Waits until no other batch is at what these operations find or take, and keeps others waiting until the end.

    What a filter finds can't be known before, and one record may be found in more ways than one: a batch with filters,
    and one that has lost a race, waits until no other is at anything.
    """
    if work.holds or any(one.where is not None for one in ready):
        await by_itself(work)
    else:
        await _wait(work, {_turn(by) for one in ready for by in _touched(one)})


async def by_itself(work: UnitOfWork) -> None:
    """Waits until no batch is at anything, and keeps all others waiting until the end."""
    await _wait(work, range(_TURNS))


async def _wait(work: UnitOfWork, turns: Collection[int]) -> None:
    if turns and work.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await work.tx.fetch(_LOCK, ([_FIRST + one for one in sorted(turns)],))


def _turn(by: Reference) -> int:
    return crc32(f"{by.resource}\0{by.key}\0{by.value}".encode()) % _TURNS


def _touched(ready: Ready) -> Iterator[Reference]:
    change = ready.checked.change
    if not isinstance(change, Create):
        yield change.by
    yield from unique_of(change.resource, ready.checked.given)
