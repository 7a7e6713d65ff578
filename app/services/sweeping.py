"""What sweeps out, in the background, the answers to idempotency keys whose time is over."""

from __future__ import annotations

from functools import partial

from app.log import log
from app.services.database import Database
from app.services.idempotency import sweep
from app.services.repeating import Repeating
from schema.problem import Problem
from schema.values.instant import now

EVERY_SECONDS = 60.0


def sweeping(db: Database, every: float = EVERY_SECONDS) -> Repeating:
    """Sweeps until it is stopped. Every process does: what one has a hand on, the others leave alone."""
    return Repeating(every, partial(_sweep, db))


async def _sweep(db: Database) -> None:
    try:
        await sweep(db, now())
    except Problem:
        log.debug("the answers to idempotency keys could not be swept")  # the next time will do
