"""Reads on PostgreSQL: connections of their own, so that neither they nor writes wait for the other."""

from typing import Any

from app.services.database.errors import ERRORS, is_lost, postgresql_errors
from app.services.database.limits import Limits
from app.services.database.postgresql_connections import PostgresqlConnections
from app.services.database.transaction import Params, Row

_READERS = 10
_READ_ONLY = {"default_transaction_read_only": "on"}
# A plan of its own for each set of values can cost as much time as the statement itself.
_ONE_PLAN = {**_READ_ONLY, "plan_cache_mode": "force_generic_plan"}


class PostgresqlReads:
    """The reads of one database, in transactions that cannot write."""

    def __init__(self, dsn: str, limits: Limits) -> None:
        self._connections = PostgresqlConnections(dsn, _READERS, limits, _READ_ONLY)
        self._by_one_plan = PostgresqlConnections(dsn, _READERS, limits, _ONE_PLAN)

    async def open(self) -> None:
        await self._connections.open()
        await self._by_one_plan.open()

    async def fetch(self, text: str, params: Params) -> list[Row]:
        with postgresql_errors():
            return [tuple(record) for record in await _again_if_lost(self._connections, text, params)]

    async def fetch_row(self, text: str, params: Params) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    async def fetch_row_by_one_plan(self, text: str, params: Params) -> Row | None:
        with postgresql_errors():
            rows = await _again_if_lost(self._by_one_plan, text, params)
        return tuple(rows[0]) if rows else None

    async def close(self) -> None:
        await self._connections.close()
        await self._by_one_plan.close()


async def _again_if_lost(connections: PostgresqlConnections, text: str, params: Params) -> list[Any]:
    """Read, and once more on another connection if this one was lost, as after a restart of the server."""
    try:
        return await _fetch(connections, text, params)
    except ERRORS as error:
        if not is_lost(error):
            raise
    await connections.forget()
    return await _fetch(connections, text, params)


async def _fetch(connections: PostgresqlConnections, text: str, params: Params) -> list[Any]:
    connection = await connections.take()
    sound = False
    try:
        found: list[Any] = await connection.fetch(text, *params)
        sound = True
    finally:
        await connections.give_back(connection, sound=sound)
    return found
