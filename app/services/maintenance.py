"""Maintenance: a row in the database that makes every process refuse work, and the watcher that sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from app.log import log
from app.services.database import Database
from app.services.repeating import Repeating
from schema.problem import PROBLEMS, Problem
from schema.values.instant import now

WATCH_SECONDS = 0.5
DEFAULT_RETRY_AFTER = 60


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What the operator has said: the message, if any, and when a caller should try again, in seconds."""

    message: str | None
    retry_after: int

    @property
    def problem(self) -> Problem:
        return Problem(PROBLEMS["maintenance"], headers={"Retry-After": str(self.retry_after)}, message=self.message)


async def switch_on(db: Database, message: str | None = None, retry_after: int = DEFAULT_RETRY_AFTER) -> None:
    """Every process refuses requests within a second."""
    await _store(db, True, message, retry_after, now())


async def switch_off(db: Database) -> None:
    """Every process takes requests again within a second."""
    await _store(db, False, None, None, None)


async def _store(db: Database, on: bool, message: str | None, retry_after: int | None, since: str | None) -> None:
    values = (on, message, retry_after, since)
    types = ("boolean", "text", "bigint", "text")
    places = ", ".join(db.dialect.placeholder(i, type_) for i, type_ in enumerate(types, 1))
    async with db.transaction() as tx:
        await tx.execute("DELETE FROM maintenance")
        await tx.execute(
            f'INSERT INTO maintenance (id, "on", message, retry_after, since) VALUES (1, {places})', values
        )


async def state(db: Database) -> Maintenance | None:
    """What the database says now."""
    row = await db.fetch_row('SELECT "on", message, retry_after FROM maintenance WHERE id = 1', ())
    return Maintenance(row[1], row[2] or DEFAULT_RETRY_AFTER) if row and row[0] else None


class Watch:
    """Knows whether there is maintenance, a moment ago at most, so that no request has to ask."""

    def __init__(self) -> None:
        self.now: Maintenance | None = None
        self._looking: Repeating | None = None

    async def start(self, db: Database) -> None:
        await self._look(db)
        self._looking = Repeating(WATCH_SECONDS, partial(self._look, db))

    async def stop(self) -> None:
        if self._looking is not None:
            await self._looking.stop()

    async def _look(self, db: Database) -> None:
        try:
            self.now = await state(db)
        except Problem:
            # The database is away: each request finds that out itself, and this looks again.
            log.debug("the state of maintenance could not be read")
