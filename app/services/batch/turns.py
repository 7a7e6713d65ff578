"""Batches on PostgreSQL that want the same records: one after another, or they would wait for each other for ever."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


async def in_turn(work: UnitOfWork, ready: Iterable[Ready]) -> None:
    """Waits until no other batch is at what these operations find or take, and keeps others waiting until the end."""
    if work.dialect.name != "postgresql":  # SQLite has one writer at a time anyway
        return
    turns = {crc32(f"{by.resource}\0{by.key}\0{by.value}".encode()) % _TURNS for one in ready for by in _touched(one)}
    if turns:
        await work.tx.fetch(_LOCK, ([_FIRST + one for one in sorted(turns)],))


def _touched(ready: Ready) -> Iterator[Reference]:
    change = ready.checked.change
    if not isinstance(change, Create):
        yield change.by
    yield from unique_of(change.resource, ready.checked.given)
