"""Writes on PostgreSQL, on connections of their own."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from app.services.database.limits import Limits
from app.services.database.postgresql_connections import PostgresqlConnections
from app.services.database.postgresql_group import PostgresqlGroups
from app.services.database.postgresql_transaction import PostgresqlTransaction
from app.services.database.tortoise_config import writer_settings
from app.services.database.transaction import Transaction

_WRITERS = 10
_GROUPS = 4
# Who waits for a lock makes others wait that want none of it: then each goes on by itself.
_GROUP_LOCK = {"lock_timeout": "50"}


class PostgresqlWrites:
    """The writers of one process. No context variable tells of a transaction, so no task inherits one."""

    def __init__(self, dsn: str, limits: Limits) -> None:
        settings = writer_settings(limits)
        self._limits = limits
        self._connections = PostgresqlConnections(dsn, _WRITERS, limits, settings)
        self._of_groups = PostgresqlConnections(dsn, _GROUPS, limits, settings | _GROUP_LOCK)
        self._groups = PostgresqlGroups(self._store)

    async def open(self) -> None:
        await self._connections.open()
        await self._of_groups.open()

    def transaction(self, *, again: bool = False) -> AbstractAsyncContextManager[Transaction]:
        return PostgresqlTransaction(self._connections, self._groups if again else None)

    async def close(self) -> None:
        await self._groups.close(self._limits.wait)
        await self._of_groups.close()
        await self._connections.close()

    async def _store(self, text: str, rows: list[list[Any]]) -> None:
        transaction = PostgresqlTransaction(self._connections if len(rows) == 1 else self._of_groups)
        try:
            await transaction.store(text, rows)
        finally:
            await transaction.release()
