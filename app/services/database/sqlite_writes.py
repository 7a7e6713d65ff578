"""Writes on SQLite: one at a time on Tortoise's connection, each a transaction that holds the write lock."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import aiosqlite

from app.services.database.errors import UniqueViolation, from_sqlite, is_broken, unavailable
from app.services.database.limits import Limits
from app.services.database.sqlite_engine import ImmediateSqliteClient
from app.services.database.transaction import Params, Row, Transaction

# Every unique index with its columns, spelt as SQLite's errors spell them.
_UNIQUE = """
SELECT i.name, i.origin, group_concat(t.name || '.' || c.name, ', ')
FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
WHERE t.type = 'table' AND i."unique"
GROUP BY i.name, i.origin
"""
_FAILED = "UNIQUE constraint failed: "


class SqliteWrites:
    """The writer of one process. No context variable tells of its transaction, so no task inherits one."""

    def __init__(self, client: ImmediateSqliteClient, limits: Limits) -> None:
        self._client = client
        self._limits = limits
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Connect, so that the files exist that a read-only connection needs."""
        with _translated():
            await self._client.create_connection(with_db=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._our_turn():
            with _translated():
                await self._client.create_connection(with_db=True)
            connection = self._client.raw
            try:
                with _translated():
                    await connection.execute("BEGIN IMMEDIATE")
                yield _SqliteTransaction(connection)
                with _translated():
                    await connection.commit()
            except BaseException as error:
                await self._undo(connection, error)
                raise

    async def close(self) -> None:
        await self._client.close()

    @asynccontextmanager
    async def _our_turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._limits.wait):
                await self._turn.acquire()
        except TimeoutError:
            raise unavailable() from None
        try:
            yield
        finally:
            self._turn.release()

    async def _undo(self, connection: aiosqlite.Connection, error: BaseException) -> None:
        """Roll back. Its thread takes the order at once and does it before any later one, though we be cancelled."""
        cause = error.__cause__
        with suppress(sqlite3.Error, ValueError):  # the latter: it was closed meanwhile
            await connection.rollback()
        if isinstance(cause, sqlite3.Error) and is_broken(cause):
            await self._client.close()


class _SqliteTransaction:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, text: str, params: Params = ()) -> int:
        try:
            return (await self._connection.execute(text, params)).rowcount
        except sqlite3.Error as error:
            raise await self._meaning(error) from error

    async def execute_many(self, text: str, rows: Iterable[Params]) -> None:
        try:
            await self._connection.executemany(text, rows)
        except sqlite3.Error as error:
            raise await self._meaning(error) from error

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        try:
            return [tuple(row) for row in await self._connection.execute_fetchall(text, params)]
        except sqlite3.Error as error:
            raise await self._meaning(error) from error

    async def _meaning(self, error: sqlite3.Error) -> Exception:
        message = str(error)
        if not (isinstance(error, sqlite3.IntegrityError) and message.startswith(_FAILED)):
            return from_sqlite(error)
        columns = message.removeprefix(_FAILED)
        found = await self._connection.execute_fetchall(_UNIQUE)
        # An index that stands for a UNIQUE of the table has no name of its own: PostgreSQL's way to name it.
        names = {failed: name if origin == "c" else _constraint_name(failed) for name, origin, failed in found}
        return UniqueViolation(names.get(columns, columns))


def _constraint_name(columns: str) -> str:
    """`users.id` -> `users_id_key`."""
    table = columns.partition(".")[0]
    return "_".join([table, *(column.partition(".")[2] for column in columns.split(", ")), "key"])


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(error) from error
