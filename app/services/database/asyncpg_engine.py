"""Tortoise's engine for PostgreSQL, with the URL left to asyncpg, which knows all its forms."""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from app.services.database.postgresql_connections import Connection


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
