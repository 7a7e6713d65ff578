"""Connections to PostgreSQL, kept at hand above asyncpg's pool, of which each loan costs as much as a statement."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import asyncpg

from app.services.database.limits import Limits
from app.services.database.tortoise_config import SERVER_SETTINGS, connection_options


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is not reset after use, which would cost a round trip: we leave nothing on it to reset."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


_MOMENT = 1.0  # seconds: a server that went away is not back again sooner


class PostgresqlConnections:
    """At most so many connections. One that was lost is not lent out again; asyncpg's pool makes another one."""

    def __init__(self, dsn: str, most: int, limits: Limits, settings: Mapping[str, str]) -> None:
        self._limits = limits
        self._places = asyncio.Semaphore(most)
        self._idle: list[Any] = []
        self._answered: dict[Any, float] = {}  # when each of those at hand last did
        self._closing = False
        self._pool = asyncpg.create_pool(
            dsn,
            min_size=0,  # so that it opens though the database be away
            max_size=most,
            max_inactive_connection_lifetime=0,
            connection_class=Connection,
            server_settings={**SERVER_SETTINGS, **settings},
            **connection_options(limits),
        )

    async def open(self) -> None:
        await self._pool

    async def take(self) -> Any:
        """A connection, for which to wait as long as the limits say."""
        if self._places.locked():
            async with asyncio.timeout(self._limits.wait):
                await self._places.acquire()
        else:
            await self._places.acquire()
        try:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                await self._release(connection)
            async with asyncio.timeout(self._limits.wait):
                return await self._pool.acquire()
        except BaseException:
            self._places.release()
            raise

    def has_just_answered(self, connection: Any) -> bool:
        """Whether it answered a moment ago: then it will again, or the server is gone for whoever asks."""
        at = self._answered.get(connection)
        return at is not None and asyncio.get_running_loop().time() - at < _MOMENT

    async def give_back(self, connection: Any, *, sound: bool) -> None:
        """A connection on which something failed or was broken off goes to the pool, which sees whether it serves."""
        try:
            if sound and not self._closing and not connection.is_closed():
                self._idle.append(connection)
                self._answered[connection] = asyncio.get_running_loop().time()
            else:
                await self._release(connection)
        finally:
            self._places.release()

    async def forget(self) -> None:
        """A connection was found lost: so may be those that are idle."""
        idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(asyncpg.InterfaceError):  # asyncpg has seen it too, and has it back
                connection.terminate()
            await self._release(connection)

    async def _release(self, connection: Any) -> None:
        self._answered.pop(connection, None)
        await self._pool.release(connection)

    async def close(self) -> None:
        """Close them; those that are still at work when the time is over are cut."""
        self._closing = True
        try:
            async with asyncio.timeout(self._limits.wait):
                await self.forget()
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()
