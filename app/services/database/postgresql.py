"""Reads and writes on PostgreSQL: a pool for each, so that neither waits for the other, and reads may go elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any

import asyncpg

from app.services.database.asyncpg_engine import Connection, PostgresqlClient
from app.services.database.errors import from_postgresql, is_lost
from app.services.database.limits import Limits
from app.services.database.tortoise_config import SERVER_SETTINGS, connection_options
from app.services.database.transaction import Params, Row, Transaction

_READERS = 10
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class PostgresqlReads:
    """The reads of one database, in transactions that cannot write."""

    def __init__(self, dsn: str, limits: Limits) -> None:
        self._limits = limits
        self._pool = asyncpg.create_pool(
            dsn,
            min_size=0,  # so that it opens though the database be away
            max_size=_READERS,
            connection_class=Connection,
            server_settings={**SERVER_SETTINGS, "default_transaction_read_only": "on"},
            **connection_options(limits),
        )

    async def open(self) -> None:
        await self._pool

    async def fetch(self, text: str, params: Params) -> list[Row]:
        with _translated():
            return [tuple(record) for record in await self._again_if_lost(text, params)]

    async def fetch_row(self, text: str, params: Params) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    async def close(self) -> None:
        await _close(self._pool, self._limits)

    async def _again_if_lost(self, text: str, params: Params) -> list[Any]:
        """Read, and once more on another connection if this one was lost, as after a restart of the server."""
        try:
            return await self._fetch(text, params)
        except _ERRORS as error:
            if not is_lost(error):
                raise
        return await self._fetch(text, params)

    async def _fetch(self, text: str, params: Params) -> list[Any]:
        async with asyncio.timeout(self._limits.wait):
            connection = await self._pool.acquire()
        try:
            found: list[Any] = await connection.fetch(text, *params)
        finally:
            await self._pool.release(connection)
        return found


class PostgresqlWrites:
    """The writers of one process. No context variable tells of a transaction, so no task inherits one."""

    def __init__(self, client: PostgresqlClient, limits: Limits) -> None:
        self._client = client
        self._limits = limits

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with AsyncExitStack() as held:
            with _translated():
                connection, transaction = await self._begin(held)
            try:
                yield _PostgresqlTransaction(connection)
                with _translated():
                    await transaction.commit()
            except BaseException:
                # If this fails, or is cancelled too, the pool ends the transaction or the connection.
                with suppress(*_ERRORS):
                    await transaction.rollback()
                raise

    async def close(self) -> None:
        if self._client.pool:
            await _close(self._client.pool, self._limits)

    async def _begin(self, held: AsyncExitStack) -> tuple[Any, Any]:
        try:
            return await self._begin_once(held)
        except _ERRORS as error:
            if not is_lost(error):
                raise
        return await self._begin_once(held)

    async def _begin_once(self, held: AsyncExitStack) -> tuple[Any, Any]:
        async with AsyncExitStack() as trial, asyncio.timeout(self._limits.wait):
            connection = await trial.enter_async_context(self._client.acquire_connection())
            transaction = connection.transaction()
            await transaction.start()
            held.push_async_exit(trial.pop_all())
            return connection, transaction


class _PostgresqlTransaction:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def execute(self, text: str, params: Params = ()) -> int:
        with _translated():
            status: str = await self._connection.execute(text, *params)
        count = status.rpartition(" ")[2]  # of "UPDATE 3", "INSERT 0 1"
        return int(count) if count.isdigit() else 0

    async def execute_many(self, text: str, rows: Iterable[Params]) -> None:
        with _translated():
            await self._connection.executemany(text, rows)

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        with _translated():
            record = await self._connection.fetchrow(text, *params)
        return None if record is None else tuple(record)

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        with _translated():
            return [tuple(record) for record in await self._connection.fetch(text, *params)]


async def _close(pool: Any, limits: Limits) -> None:
    """Close a pool; connections that are still at work when the time is over are cut."""
    try:
        async with asyncio.timeout(limits.wait):
            await pool.close()
    except TimeoutError:
        pool.terminate()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _ERRORS as error:
        raise from_postgresql(error) from error
