"""SQLite's write-ahead log: what is in it is moved into the file on a thread, so that no writer waits for the disk."""

import asyncio
import contextvars
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path

_ROWS = 4000  # after so many the log is worth emptying at once
_SECONDS = 1.0  # and after so long in any case
_PASSES = 3  # beside the writers: each leaves what they add meanwhile, about half as much as the one before


class SqliteLog:
    """Empties the log of one database now and then. While it is in `nobody_writes`, nobody in this process does."""

    def __init__(self, path: Path, nobody_writes: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        self._path = path
        self._nobody_writes = nobody_writes
        self._rows = 0
        self._due: asyncio.TimerHandle | None = None
        self._emptying: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    def grew(self, rows: int) -> None:
        """A transaction that changed so many rows has been stored."""
        self._rows += rows
        if self._emptying is not None or not self._rows:
            return
        if self._rows >= _ROWS:
            self._begin()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(_SECONDS, self._begin, context=contextvars.Context())

    async def close(self) -> None:
        """Ends what goes on. What is left in the log, the last connection to close moves."""
        self._not_due()
        if self._emptying is not None:
            await self._emptying
        if self._thread is not None:
            self._thread.shutdown()
        if self._connection is not None:
            self._connection.close()

    def _begin(self) -> None:
        self._not_due()
        self._emptying = asyncio.get_running_loop().create_task(self._empty(), context=contextvars.Context())

    async def _empty(self) -> None:
        """First beside the writers; then, while they wait, the little that is left, so that the log starts anew."""
        self._rows = 0
        try:
            for _ in range(_PASSES):
                await self._on_thread()
            async with self._nobody_writes():
                await self._on_thread()
        finally:
            self._emptying = None
        self.grew(0)  # what was written while it was at work

    async def _on_thread(self) -> None:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="cube-log")
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)

    def _checkpoint(self) -> None:
        # Another process may be at it, or the disk be full: a later one does it then, and writers are told by theirs.
        with suppress(sqlite3.Error):
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _not_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None
