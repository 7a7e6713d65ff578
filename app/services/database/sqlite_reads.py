"""Reads on SQLite, on read-only connections: a quick one runs where it is called, a slow one on a thread."""

import asyncio
import contextvars
import os
import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from urllib.parse import quote

from app.services.database.errors import from_sqlite, is_broken, is_busy, is_interrupted, unavailable
from app.services.database.limits import Limits
from app.services.database.sqlite_deadline import STEPS, Deadline
from app.services.database.transaction import Params, Row

_THREADS = 4
_NICER = 10  # how much lower their priority is than the event loop's: they get a tenth of what both want
_HELD_SECONDS = 0.005
_LETTING_GO_SECONDS = 60.0  # which takes some microseconds
_PRAGMAS = ("query_only=ON", f"mmap_size={256 << 20}", "temp_store=MEMORY")


class _Manner(NamedTuple):
    """How a connection reads."""

    prepared: int  # statements that are kept ready, of some 20 KB each
    cache: int  # in kB, of what lies beyond the mapped part of a file; it fills once a file has grown so far
    steps: int  # of SQLite's machine between two looks at the clock, each of which may hold up the event loop


# For what is quick the pages of a thousand records. For what is slow anyway as little as will do: the system's cache
# has its pages too, and a hundredth of a second more is no matter.
_QUICK = _Manner(prepared=512, cache=6000, steps=STEPS)
_SLOW = _Manner(prepared=64, cache=2000, steps=10 * STEPS)


class SqliteReads:
    """The reads of one database."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._inline = _SharingReader(path, 0, _QUICK)
        self._threads = ThreadPoolExecutor(_THREADS, "cube-read", _give_way)
        self._of_thread = threading.local()
        self._readers: list[_Reader] = [self._inline]
        self._running: set[Deadline] = set()

    async def fetch(self, text: str, params: Params) -> list[Row]:
        try:
            return self._inline.fetch(text, params, Deadline(self._limits.inline))
        except sqlite3.Error as error:
            return await self._fetch_slowly(text, params, error)

    async def fetch_row(self, text: str, params: Params) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    def look_anew(self) -> None:
        """To be called when something has been stored: the next read sees it."""
        self._inline.let_go()

    # SQLite plans a statement when it is prepared, whatever its values.
    fetch_row_by_one_plan = fetch_row

    async def close(self) -> None:
        for deadline in self._running:
            deadline.given_up = True
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        for reader in self._readers:
            reader.close()

    async def _fetch_slowly(self, text: str, params: Params, why: sqlite3.Error) -> list[Row]:
        """On a thread, what was broken off where it was called, or found the file locked."""
        if not (is_interrupted(why) or is_busy(why)):
            raise from_sqlite(why) from why
        deadline = Deadline(self._limits.read)
        self._running.add(deadline)
        try:
            async with asyncio.timeout(self._limits.read):
                run = asyncio.get_running_loop().run_in_executor
                return await run(self._threads, self._run, text, params, deadline)
        except TimeoutError:
            raise unavailable() from None
        except sqlite3.Error as error:
            raise from_sqlite(error) from error
        finally:
            deadline.given_up = True  # the caller may have gone away
            self._running.discard(deadline)

    def _run(self, text: str, params: Params, deadline: Deadline) -> list[Row]:
        reader: _Reader | None = getattr(self._of_thread, "reader", None)
        if reader is None:
            reader = _Reader(self._path, self._limits.wait, _SLOW)
            self._of_thread.reader = reader
            self._readers.append(reader)
        return reader.fetch(text, params, deadline)


def _give_way() -> None:
    """Has the system prefer the event loop to the thread that calls this. Only Linux has threads of their own rank."""
    if sys.platform == "linux":
        with suppress(OSError):  # a system that does not let it reads all the same
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + _NICER)


class _Reader:
    """A read-only connection, opened when it is first needed and anew after it broke."""

    def __init__(self, path: Path, busy_seconds: float, manner: _Manner) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._manner = manner
        self._connection: sqlite3.Connection | None = None
        self._deadline = Deadline(0)

    def fetch(self, text: str, params: Params, deadline: Deadline) -> list[Row]:
        self._deadline = deadline
        try:
            return self._ready().execute(text, params).fetchall()
        except sqlite3.Error as error:
            if is_broken(error):
                self.close()
            raise

    def close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _ready(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=ro",
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            cached_statements=self._manner.prepared,
            check_same_thread=False,  # it is closed from another
        )
        for pragma in (*_PRAGMAS, f"cache_size=-{self._manner.cache}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.set_progress_handler(lambda: self._deadline.is_over(), self._manner.steps)
        return connection


class _SharingReader(_Reader):
    """The reader of an event loop. What is read in one turn of it sees the same state of the database.

    A read by itself locks the file and unlocks it, which takes as long as finding a record. The state is let go at the
    end of the turn, and when this process has stored something. What begins after the state was taken waits in line
    behind the end of the turn: nobody reads what was no longer true when they asked. A turn that takes long, because
    somebody waits in it for something else, sees what came of that.
    """

    def __init__(self, path: Path, busy_seconds: float, manner: _Manner) -> None:
        super().__init__(path, busy_seconds, manner)
        self._held_by: asyncio.AbstractEventLoop | None = None
        self._held_until = 0.0

    def _ready(self) -> sqlite3.Connection:
        loop = asyncio.get_running_loop()
        if self._held_by is loop and self._connection is not None and monotonic() <= self._held_until:
            return self._connection
        self.let_go()
        connection = super()._ready()
        connection.execute("BEGIN")
        self._held_by, self._held_until = loop, monotonic() + _HELD_SECONDS
        loop.call_soon(self.let_go, context=contextvars.Context())
        return connection

    def let_go(self) -> None:
        """Lets the next read see what is stored by then."""
        self._held_by = None
        if self._connection is None or not self._connection.in_transaction:
            return
        # Its steps are counted over all its runs: now and then it would be broken off, a read's time being over.
        of_read, self._deadline = self._deadline, Deadline(_LETTING_GO_SECONDS)
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self.close()  # a connection that can't let go is of no more use
        finally:
            self._deadline = of_read

    def close(self) -> None:
        self._held_by = None
        super().close()
