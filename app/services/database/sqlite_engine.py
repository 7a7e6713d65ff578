"""Tortoise's engine for SQLite, with transactions that take the write lock at once."""

import asyncio
import sqlite3
import time
from typing import Any

from tortoise.backends.base.client import NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)

from app.services.database.errors import is_busy

_PAUSE_SECONDS = 0.05


class ImmediateTransaction(SqliteTransactionWrapper):
    """A transaction that begins as a writer: one that turns into a writer later fails at once where another writes."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateTransaction(self))

    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")

    @translate_exceptions
    async def execute_script(self, query: str) -> None:
        """Run a script a statement at a time: sqlite3's own way to run one commits before it."""
        statement = ""
        async with self.acquire_connection() as connection:
            for part in query.split(";"):
                statement += part + ";"
                if sqlite3.complete_statement(statement):
                    if statement.strip(" \n;"):
                        await connection.execute(statement)
                    statement = ""


class ImmediateSqliteClient(SqliteClient):
    """The connection of a migration."""

    def __init__(self, file_path: str, connect_seconds: float, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._connect_seconds = connect_seconds

    async def create_connection(self, with_db: bool) -> None:
        """Connect whole or not at all. The change to WAL does not wait for a lock by itself."""
        until = time.monotonic() + self._connect_seconds
        while True:
            try:
                sqlite3.connect(self.filename).close()  # aiosqlite's thread would outlive its failure to
                return await super().create_connection(with_db)
            except sqlite3.Error as error:
                await self.close()
                if not is_busy(error) or time.monotonic() > until:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
            except BaseException:
                await self.close()
                raise

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


client_class = ImmediateSqliteClient
