"""The one object through which services reach the database."""

from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, Self

from app.services.database.limits import Limits
from app.services.database.postgresql_reads import PostgresqlReads
from app.services.database.postgresql_writes import PostgresqlWrites
from app.services.database.sqlite_reads import SqliteReads
from app.services.database.sqlite_writes import SqliteWrites
from app.services.database.transaction import Params, Row, Transaction
from app.services.sql.dialect import DIALECTS, Dialect
from app.settings import Settings


class _Reads(Protocol):
    async def fetch(self, text: str, params: Params) -> list[Row]: ...
    async def fetch_row(self, text: str, params: Params) -> Row | None: ...
    async def fetch_row_by_one_plan(self, text: str, params: Params) -> Row | None: ...
    async def close(self) -> None: ...


class _Writes(Protocol):
    def transaction(self, *, again: bool = False) -> AbstractAsyncContextManager[Transaction]: ...
    async def close(self) -> None: ...


class Database:
    """Reads and writes on connections apart from each other; whatever is amiss with them is Problem "unavailable"."""

    def __init__(self, dialect: Dialect, reads: _Reads, writes: _Writes) -> None:
        self.dialect = dialect
        self.in_flight: set[tuple[str, str]] = set()  # the idempotency keys that are at work, by their holders
        self._reads = reads
        self._writes = writes

    @classmethod
    async def open(cls, settings: Settings, limits: Limits | None = None) -> Self:
        """Open the database. PostgreSQL may still be away: then the calls say so until it is there."""
        limits = limits or Limits()
        dialect = DIALECTS[settings.dialect]
        if settings.dialect == "sqlite":
            sqlite_reads = SqliteReads(settings.sqlite_path, limits)
            sqlite = SqliteWrites(settings.sqlite_path, limits, on_store=sqlite_reads.look_anew)
            await sqlite.open()
            return cls(dialect, sqlite_reads, sqlite)
        reads = PostgresqlReads(settings.database_url, limits)
        await reads.open()
        writes = PostgresqlWrites(settings.database_url, limits)
        await writes.open()
        return cls(dialect, reads, writes)

    async def close(self) -> None:
        await self._reads.close()
        await self._writes.close()

    def fetch(self, text: str, params: Params = ()) -> Coroutine[Any, Any, list[Row]]:
        """All rows of one statement that reads."""
        return self._reads.fetch(text, params)

    def fetch_row(self, text: str, params: Params = ()) -> Coroutine[Any, Any, Row | None]:
        """The first row of one statement that reads, if any."""
        return self._reads.fetch_row(text, params)

    def fetch_row_by_one_plan(self, text: str, params: Params = ()) -> Coroutine[Any, Any, Row | None]:
        """As `fetch_row`, for a statement of which one plan is good for all values: it is not planned each time."""
        return self._reads.fetch_row_by_one_plan(text, params)

    def transaction(self, *, again: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """One transaction: it commits at the end of the block, and is undone by whatever leaves the block early.

        `again`: whoever asks for it begins anew when a LostRace tells that it came to nothing through another's fault.
        """
        return self._writes.transaction(again=again)
