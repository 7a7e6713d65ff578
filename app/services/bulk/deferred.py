"""A transaction that puts off inserts nobody waits for, and sends them together."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.database import Transaction
from app.services.database.transaction import Params, Row
from app.services.sql.dialect import Dialect

_YIELDS = " RETURNING seq"


class Deferred:
    """Wraps a transaction: an insert waits until something else has to see it, or until `flush`."""

    def __init__(self, tx: Transaction, dialect: Dialect) -> None:
        self._tx = tx
        # SQLite keeps a record's words beside its row, so the row's number is needed at once.
        self._defers_rows = dialect.name == "postgresql"
        self._waiting: dict[str, list[Params]] = {}

    async def execute(self, text: str, params: Params = ()) -> int:
        if text.startswith("INSERT INTO ") and params:
            self._waiting.setdefault(text, []).append(params)
            return 1
        await self.flush()
        return await self._tx.execute(text, params)

    async def execute_many(self, text: str, rows: Iterable[Params]) -> None:
        await self.flush()
        await self._tx.execute_many(text, rows)

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        if self._defers_rows and text.startswith("INSERT INTO ") and text.endswith(_YIELDS):
            await self.execute(text.removesuffix(_YIELDS), params)
            return (0,)
        await self._flush_before(text)
        return await self._tx.fetch_row(text, params)

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        await self._flush_before(text)
        return await self._tx.fetch(text, params)

    async def flush(self) -> None:
        """Sends what waits."""
        waiting, self._waiting = self._waiting, {}
        for text, rows in waiting.items():
            await self._tx.execute_many(text, rows)

    async def savepoint(self) -> None:
        """Begins a part of the transaction that can be undone by itself."""
        await self.execute("SAVEPOINT cube_row")

    async def undo(self) -> None:
        """Undoes all since the savepoint."""
        self._waiting = {}
        await self.execute("ROLLBACK TO SAVEPOINT cube_row")
        await self.execute("RELEASE SAVEPOINT cube_row")

    async def keep(self) -> None:
        """Ends the savepoint; what has been done since stays."""
        await self.execute("RELEASE SAVEPOINT cube_row")

    async def _flush_before(self, text: str) -> None:
        # An insert that yields something looks at no other row.
        if not text.startswith("INSERT INTO "):
            await self.flush()
