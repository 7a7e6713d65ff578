"""What sweeps out, in the background, the answers to idempotency keys whose time is over."""

from __future__ import annotations

import asyncio
import contextlib

from app.log import log
from app.services.database import Database
from app.services.idempotency import sweep
from schema.problem import Problem
from schema.values.instant import now

EVERY_SECONDS = 60.0


class Sweeping:
    """Sweeps as long as the process lives. Every process does: what one has a hand on, the others leave alone."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._task: asyncio.Task[None] | None = None

    def start(self, db: Database) -> None:
        self._task = asyncio.create_task(self._keep_sweeping(db))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep_sweeping(self, db: Database) -> None:
        while True:
            await asyncio.sleep(self._every)
            try:
                await sweep(db, now())
            except Problem:
                log.debug("the answers to idempotency keys could not be swept")  # the next time will do
