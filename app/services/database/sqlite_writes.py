"""Writes on SQLite: one unit of work at a time, run where it is called: a thread would cost more than its statements.

Those that arrive while others are at work are stored by one COMMIT, for which each of them waits. Nothing here waits
for another process or for the disk on the event loop: a lock is tried for again and again, and what has been written is
moved from the log into the file on a thread.
"""

import asyncio
import contextvars
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from app.services.database.errors import from_sqlite, is_broken, is_busy, unavailable
from app.services.database.limits import Limits
from app.services.database.sqlite_group import Group
from app.services.database.sqlite_log import SqliteLog
from app.services.database.sqlite_transaction import SqliteTransaction
from app.services.database.transaction import Transaction

_PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=0",
    f"journal_size_limit={64 << 20}",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "cache_size=-32000",
    "temp_store=MEMORY",
)
_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.005


class SqliteWrites:
    """The writer of one process. No context variable tells of its transaction, so no task inherits one.

    `on_store` is called each time something has been stored, before anybody is told.
    """

    def __init__(self, path: Path, limits: Limits, on_store: Callable[[], None]) -> None:
        self._path = path
        self._limits = limits
        self._on_store = on_store
        self._turn = asyncio.Lock()
        self._next = 0  # how many wait for their turn
        self._connection: sqlite3.Connection | None = None
        self._group: Group | None = None
        self._log = SqliteLog(path, self._nobody_writes)

    async def open(self) -> None:
        """Connect, so that the files exist that a read-only connection needs."""
        async with self._nobody_writes():
            await self._connected()

    def transaction(self, *, again: bool = False) -> AbstractAsyncContextManager[Transaction]:
        return _Turn(self, again)

    async def close(self) -> None:
        await self._log.close()
        self._store()
        self._disconnect()

    async def _take_turn(self) -> None:
        if not self._next and not self._turn.locked():
            await self._turn.acquire()  # which waits for nobody
            return
        self._next += 1
        try:
            async with asyncio.timeout(self._limits.wait):
                await self._turn.acquire()
        except BaseException as error:
            self._next -= 1
            self._store_if_due()  # which may have waited for this one
            if isinstance(error, TimeoutError):
                raise unavailable() from None
            raise
        self._next -= 1

    def _end_turn(self) -> None:
        self._turn.release()
        self._store_if_due()

    @asynccontextmanager
    async def _nobody_writes(self) -> AsyncIterator[None]:
        await self._take_turn()
        try:
            self._store()
            yield
        finally:
            self._end_turn()

    async def _new_group(self) -> Group:
        """A group, which whoever comes while others still do joins."""
        connection = await self._connected()
        await self._patiently(lambda: connection.execute("BEGIN IMMEDIATE"))
        self._group = group = Group(connection)
        self._look_again(group, 0)
        return group

    def _mark(self, group: Group, again: bool) -> bool:
        """Whether a unit of work is undone by itself. SQLite keeps each page as it was for that, which is much work:
        units that are checked before they write hardly ever fail, and those that begin anew can as well do that."""
        if group.begins_anew and (again or not group.is_shared):
            return False
        with _translated():
            group.connection.execute("SAVEPOINT cube_unit")
        return True

    def _undo(self, group: Group, error: BaseException, marked: bool, wrote: bool) -> None:
        """Undo one unit of work; that of others too, if it can't be told apart or SQLite has given up all of them."""
        connection = group.connection
        with suppress(sqlite3.Error):
            if group.is_shared and connection.in_transaction and (marked or not wrote):
                if marked:
                    connection.execute("ROLLBACK TO cube_unit")
                    connection.execute("RELEASE cube_unit")
                return
            connection.rollback()
        self._group = None
        cause = error.__cause__
        group.lost(cause if isinstance(cause, sqlite3.Error) and from_sqlite(cause) is not cause else None)
        if isinstance(cause, sqlite3.Error) and is_broken(cause):
            self._disconnect()

    def _look_again(self, group: Group, joined: int) -> None:
        """Has the group stored after the first turn of the event loop in which nobody joined it: what arrives while
        others are at work is stored with theirs, and whoever is alone waits for nobody."""
        asyncio.get_running_loop().call_soon(self._look, group, joined, context=contextvars.Context())

    def _look(self, group: Group, joined: int) -> None:
        if group is not self._group:
            return
        if group.has_room and group.units != joined:
            self._look_again(group, group.units)
        else:
            group.due = True
            self._store_if_due()

    def _store_if_due(self) -> None:
        """Store the group if its turn of the event loop is over, nobody is at work in it, and nobody is about to be."""
        if self._group and self._group.due and not self._turn.locked() and not (self._next and self._group.has_room):
            self._store()

    def _store(self) -> None:
        group, self._group = self._group, None
        if group is None:
            return
        try:
            group.connection.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                group.connection.rollback()
            if is_broken(error):
                self._disconnect()
            group.lost(error)
            return
        try:
            self._on_store()
        finally:
            group.stored()  # it is, whatever else fails: nobody may wait for ever
        self._log.grew(group.changes)

    async def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            await self._patiently(self._connect)
        assert self._connection
        return self._connection

    def _connect(self) -> None:
        """Connect whole or not at all. The change to WAL would not wait for a lock by itself."""
        connection = sqlite3.connect(
            self._path, timeout=0, isolation_level=None, cached_statements=512, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    async def _patiently(self, work: Callable[[], object]) -> None:
        """Do it as soon as no other process is in the way."""
        until = time.monotonic() + self._limits.wait
        pause = _FIRST_PAUSE
        while True:
            try:
                work()
                return
            except sqlite3.Error as error:
                if not is_busy(error) or time.monotonic() > until:
                    if is_broken(error):
                        self._disconnect()
                    raise from_sqlite(error) from error
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _disconnect(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


class _Turn(AbstractAsyncContextManager[Transaction]):
    """One unit of work; a generator in its place would cost as much as one of its statements."""

    __slots__ = ("_again", "_before", "_group", "_marked", "_transaction", "_writes")

    def __init__(self, writes: SqliteWrites, again: bool) -> None:
        self._writes = writes
        self._again = again

    async def __aenter__(self) -> Transaction:
        writes = self._writes
        await writes._take_turn()
        try:
            self._group = group = writes._group or await writes._new_group()
            self._before = group.connection.total_changes
            self._marked = writes._mark(group, self._again)
        except BaseException:
            writes._end_turn()
            raise
        self._transaction = SqliteTransaction(group.connection, writes._limits, group.last_ids)
        return self._transaction

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is not None:
                self._undo(error)
                return
            await self._finish()
            stored = self._group.done(self._again)
        finally:
            self._writes._end_turn()
        await stored

    async def _finish(self) -> None:
        try:
            await self._transaction.settle()
            if self._marked:
                with _translated():
                    self._group.connection.execute("RELEASE cube_unit")
        except BaseException as error:
            self._undo(error)
            raise

    def _undo(self, error: BaseException) -> None:
        wrote = self._group.connection.total_changes != self._before
        self._writes._undo(self._group, error, self._marked, wrote)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error) from error
