"""Tortoise's engine for PostgreSQL, with the URL left to asyncpg, which knows all its forms."""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is not reset after use, which would cost a round trip: we leave nothing on it to reset."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


class PostgresqlClient(AsyncpgDBClient):
    connection_class = Connection

    def __init__(self, dsn: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dsn = dsn

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        # What the URL says stands against Tortoise's defaults for host, port, user and database.
        named = {k: v for k, v in kwargs.items() if k not in ("host", "port", "user", "database", "password", "loop")}
        return await asyncpg.create_pool(self.dsn, **named)


client_class = PostgresqlClient
