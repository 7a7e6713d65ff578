"""What lives as long as the process: the open database, the watch for maintenance, and how the process ends."""

from __future__ import annotations

import asyncio
import signal
import threading
from types import FrameType
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from app.log import flush, log
from app.services.database import Database
from app.services.key_use import noted
from app.services.maintenance import Watch
from app.services.rates import quotas_of
from app.services.repeating import Repeating
from app.services.sweeping import sweeping
from app.settings import Settings


class Lifespan:
    """Opens and closes what requests need, and hands it to them in the scope's state."""

    def __init__(self, settings: Settings, db: Database | None, watch: Watch) -> None:
        self.settings = settings
        self.watch = watch
        self.quotas = quotas_of(settings)
        self._sweeping: Repeating | None = None
        self._given = db
        self._db = db
        self._draining = False

    def around(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await self._run(receive, send)
            elif scope["type"] == "http":
                state = scope.setdefault("state", {})
                state["db"], state["quotas"] = self._db, self.quotas
                state["answers_kept"] = self.settings.idempotency_hours * 3600
                await app(scope, receive, send)

        return layer

    def is_draining(self) -> bool:
        """Whether the process has been told to end, and only goes on for a while."""
        return self._draining

    async def _run(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._open()
        except Exception as error:
            log.error("the start failed", exc_info=error)
            await send({"type": "lifespan.startup.failed", "message": ""})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._draining = True
        await self._close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self) -> None:
        if self._given is None:
            self._db = await Database.open(self.settings)
        assert self._db is not None
        await self.watch.start(self._db)
        self._sweeping = sweeping(self._db)
        if self.settings.drain_seconds and threading.current_thread() is threading.main_thread():
            self._drain_on_term(self.settings.drain_seconds)

    async def _close(self) -> None:
        if self._sweeping is not None:
            await self._sweeping.stop()
        await self.watch.stop()
        await noted()
        if self.quotas is not None:
            await self.quotas.close()
        if self._given is None and self._db is not None:
            await self._db.close()
        flush()

    def _drain_on_term(self, seconds: int) -> None:
        """On the first SIGTERM `ready` says 503 and nothing else changes; after that time the server ends as ever."""
        loop = asyncio.get_running_loop()
        end: Any = signal.getsignal(signal.SIGTERM)

        def begin(number: int) -> None:
            self._draining = True
            log.info("draining", seconds=seconds)
            loop.call_later(seconds, end, number, None)

        def on_term(number: int, frame: FrameType | None) -> None:
            # A handler runs in the midst of anything, the writing of a log line too: it only leaves word.
            if self._draining:
                end(number, frame)
            else:
                loop.call_soon_threadsafe(begin, number)

        signal.signal(signal.SIGTERM, on_term)
