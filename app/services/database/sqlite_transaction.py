"""One transaction of SQLite that has begun."""

import asyncio
import sqlite3
from contextlib import suppress
from functools import lru_cache

from app.services.database.errors import LostRace, UniqueViolation, from_sqlite, is_interrupted
from app.services.database.limits import Limits
from app.services.database.places import moved
from app.services.database.sqlite_deadline import STEPS, Deadline
from app.services.database.transaction import Params, Row
from app.services.ids import new_id_after

# Every unique index with its columns, spelt as SQLite's errors spell them.
_UNIQUE = """
SELECT i.name, i.origin, group_concat(t.name || '.' || c.name, ', ')
FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
WHERE t.type = 'table' AND i."unique"
GROUP BY i.name, i.origin
"""
_FAILED = "UNIQUE constraint failed: "


class SqliteTransaction:
    """Every statement runs at once: one costs less than to put it off. What is required is asked before the next,
    or together with it if that is a question too."""

    def __init__(self, connection: sqlite3.Connection, limits: Limits, last_ids: dict[str, str]) -> None:
        self._connection = connection
        self._limits = limits
        self._last_ids = last_ids
        self._required: tuple[str, Params] | None = None

    async def execute(self, text: str, params: Params = ()) -> int:
        return self._run(text, params).rowcount

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        self._look()
        try:
            return self._connection.execute(text, params).fetchall()
        except sqlite3.Error as error:
            raise self._meaning(error) from error

    async def peek(self, text: str, params: Params = ()) -> list[Row]:
        return await self.fetch(text, params)

    async def answer(self, text: str, params: Params = ()) -> Row | None:
        """A slow one runs on a thread, for no longer than others wait for their turn to write."""
        self._look()
        try:
            rows = self._until(Deadline(self._limits.inline), text, params)
        except sqlite3.Error as error:
            if not is_interrupted(error):
                raise from_sqlite(error) from error
            rows = await self._on_thread(text, params)
        return rows[0] if rows else None

    def later(self, text: str, params: Params, *, guarded: bool = False) -> None:
        if guarded and text.startswith("SELECT "):
            self.require(text, params)
            self._look()
        elif self._run(text, params).rowcount == 0 and guarded:
            raise LostRace

    def require(self, text: str, params: Params) -> None:
        if self._required:
            required, values = self._required
            text, params = _both(required, len(values), text), (*values, *params)
        self._required = text, params

    async def settle(self) -> None:
        """Only what is required was put off."""
        self._look()

    def next_id(self, table: str, prefix: str) -> str:
        last = self._last_ids.get(table)
        if last is None:
            last = self._run(f"SELECT max(id) FROM {table}").fetchone()[0] or ""
        made = self._last_ids[table] = new_id_after(last, prefix)
        return made

    async def savepoint(self) -> None:
        self._run("SAVEPOINT cube_part")

    async def undo(self) -> None:
        self._run("ROLLBACK TO SAVEPOINT cube_part")
        self._run("RELEASE SAVEPOINT cube_part")

    async def keep(self) -> None:
        self._run("RELEASE SAVEPOINT cube_part")

    def _until(self, deadline: Deadline, text: str, params: Params) -> list[Row]:
        self._connection.set_progress_handler(deadline.is_over, STEPS)
        try:
            return self._connection.execute(text, params).fetchall()
        finally:
            self._connection.set_progress_handler(None, 0)

    async def _on_thread(self, text: str, params: Params) -> list[Row]:
        deadline = Deadline(self._limits.wait)
        running = asyncio.get_running_loop().run_in_executor(None, self._until, deadline, text, params)
        try:
            return await asyncio.shield(running)
        except sqlite3.Error as error:
            raise from_sqlite(error) from error
        finally:
            # Nothing else may use the connection before the statement has come to its end.
            deadline.given_up = True
            while not running.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([running])

    def _look(self) -> None:
        """LostRace if what is required is not so."""
        if self._required:
            (text, params), self._required = self._required, None
            if self._run(text, params).fetchone() is None:
                raise LostRace

    def _run(self, text: str, params: Params = ()) -> sqlite3.Cursor:
        self._look()
        try:
            return self._connection.execute(text, params)
        except sqlite3.Error as error:
            raise self._meaning(error) from error

    def _meaning(self, error: sqlite3.Error) -> Exception:
        message = str(error)
        if not (isinstance(error, sqlite3.IntegrityError) and message.startswith(_FAILED)):
            return from_sqlite(error)
        columns = message.removeprefix(_FAILED)
        found = self._connection.execute(_UNIQUE)
        # An index that stands for a UNIQUE of the table has no name of its own: PostgreSQL's way to name it.
        names = {failed: name if origin == "c" else _constraint_name(failed) for name, origin, failed in found}
        return UniqueViolation(names.get(columns, columns))


@lru_cache(maxsize=256)
def _both(one: str, count: int, other: str) -> str:
    """A row, if both of these yield one; the first has so many parameters."""
    return f"SELECT 1 WHERE EXISTS ({one}) AND EXISTS ({moved(other, count)})"


def _constraint_name(columns: str) -> str:
    """`users.id` -> `users_id_key`."""
    table = columns.partition(".")[0]
    return "_".join([table, *(column.partition(".")[2] for column in columns.split(", ")), "key"])
