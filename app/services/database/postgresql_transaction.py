"""One transaction of PostgreSQL, which begins no earlier than it must: each round trip costs more than a statement."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Self, TypeVar

import asyncpg

from app.services.database.errors import ERRORS, LostRace, is_lost, postgresql_errors
from app.services.database.postgresql_combined import Waiting, combined, is_insert, params_of
from app.services.database.postgresql_connections import PostgresqlConnections
from app.services.database.postgresql_group import PostgresqlGroups
from app.services.database.transaction import Params, Row
from app.services.ids import new_id
from schema.problem import Problem

T = TypeVar("T")
# In the order in which their rows are made; all others come after them.
_POINTED_AT = ("INSERT INTO users ", "INSERT INTO clients ")


class PostgresqlTransaction:
    """What is put off goes together; what has begun nothing until its end may go as one statement, by itself."""

    def __init__(self, connections: PostgresqlConnections, groups: PostgresqlGroups | None = None) -> None:
        self._connections = connections
        self._groups = groups
        self._connection: Any = None
        self._sound = False
        self._begun: Any = None
        self._required: list[Waiting] = []
        self._waiting: list[Waiting] = []

    async def execute(self, text: str, params: Params = ()) -> int:
        await self._ready()
        with postgresql_errors():
            return _count(await self._connection.execute(text, *params))

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        rows = await self.fetch(text, params)
        return rows[0] if rows else None

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        await self._ready()
        return await self._fetch(text, params)

    async def peek(self, text: str, params: Params = ()) -> list[Row]:
        if self._waiting:
            await self._ready()
        if self._connection is None:
            return await self._first(lambda: self._fetch(text, params))
        return await self._fetch(text, params)

    async def answer(self, text: str, params: Params = ()) -> Row | None:
        return await self.fetch_row(text, params)

    def later(self, text: str, params: Params, *, guarded: bool = False) -> None:
        self._waiting.append(Waiting(text, params, guarded))

    def require(self, text: str, params: Params) -> None:
        self._required.append(Waiting(text, params, guarded=True))

    async def settle(self) -> None:
        if self._waiting:
            await self._ready()

    def next_id(self, table: str, prefix: str) -> str:
        return new_id(prefix)

    async def savepoint(self) -> None:
        await self.execute("SAVEPOINT cube_part")

    async def undo(self) -> None:
        self._waiting.clear()
        await self.execute("ROLLBACK TO SAVEPOINT cube_part")
        await self.execute("RELEASE SAVEPOINT cube_part")

    async def keep(self) -> None:
        await self.execute("RELEASE SAVEPOINT cube_part")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            if error is not None:
                await self._rollback()
                return
            try:
                await self._commit()
            except BaseException:
                await self._rollback()
                raise
        finally:
            if self._connection is not None:  # most have none: that spares a coroutine
                await self.release()

    async def _commit(self) -> None:
        whole = [] if self._begun else [*self._required, *self._waiting]
        together = combined(whole)
        if together is not None:
            if self._groups is not None and self._connection is None and together.only_new:
                await self._groups.stored(together.text, params_of(whole))
            else:
                await self.store(together.text, [params_of(whole)])
        else:
            # What is required is asked last of all: while others held a row, it may have come to be no longer so.
            self._waiting += self._required
            await self.settle()
            if self._begun:
                with postgresql_errors():
                    await self._begun.commit()
        self._sound = True

    async def store(self, text: str, rows: list[list[Any]]) -> None:
        """Run a statement with each of these parameters, as a transaction of its own."""
        if self._connection is None:
            await self._first(self._answers)
        await self._run(text, rows)
        self._sound = True

    async def _rollback(self) -> None:
        # If this fails, or is cancelled too, the pool ends the transaction or the connection.
        if self._begun:
            with suppress(*ERRORS):
                await self._begun.rollback()

    async def release(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._connections.give_back(connection, sound=self._sound)

    async def _ready(self) -> None:
        """Begin, and do what waits."""
        if self._begun is None:
            await (self._begin() if self._connection else self._first(self._begin))
        waiting, self._waiting = self._waiting, []
        if (together := combined(waiting)) is not None:
            await self._run(together.text, [params_of(waiting)])
            return
        for text, rows in _grouped(waiting):
            with postgresql_errors():
                if len(rows) > 1:
                    await self._connection.executemany(text, [one.params for one in rows])
                elif _count(await self._connection.execute(text, *rows[0].params)) == 0 and rows[0].guarded:
                    raise LostRace

    async def _begin(self) -> None:
        transaction = self._connection.transaction()
        with postgresql_errors():
            await transaction.start()
        self._begun = transaction

    async def _answers(self) -> None:
        """A statement that ends its own transaction goes only on a connection that has just answered: on any other one
        that is lost, nobody could tell whether it was done."""
        if not self._connections.has_just_answered(self._connection):
            await self._fetch("SELECT 1", ())

    async def _first(self, work: Callable[[], Awaitable[T]]) -> T:
        """On a connection that has been lost, as after a restart of the server, nothing is done: try another one."""
        try:
            return await self._on_new_connection(work)
        except Problem as problem:
            if not (isinstance(problem.__cause__, Exception) and is_lost(problem.__cause__)):
                raise
        await self.release()
        await self._connections.forget()
        return await self._on_new_connection(work)

    async def _on_new_connection(self, work: Callable[[], Awaitable[T]]) -> T:
        with postgresql_errors():
            self._connection = await self._connections.take()
        return await work()

    async def _fetch(self, text: str, params: Params) -> list[Row]:
        with postgresql_errors():
            return [tuple(record) for record in await self._connection.fetch(text, *params)]

    async def _run(self, text: str, rows: list[list[Any]]) -> None:
        """A combined statement, with each of these parameters."""
        try:
            if len(rows) == 1:
                await self._fetch(text, rows[0])
            else:
                with postgresql_errors():
                    await self._connection.executemany(text, rows)
        except asyncpg.DivisionByZeroError as error:
            raise LostRace from error


def _grouped(waiting: Iterable[Waiting]) -> list[tuple[str, list[Waiting]]]:
    """Inserts of one kind together, but not past anything else: an insert may need what an update sets free."""
    groups: list[tuple[str, list[Waiting]]] = []
    joinable: dict[str, list[Waiting]] = {}
    for one in waiting:
        if not is_insert(one.text):
            groups += _in_order(joinable)
            groups.append((one.text, [one]))
            joinable = {}
        else:
            joinable.setdefault(one.text, []).append(one)
    return groups + _in_order(joinable)


def _in_order(inserts: dict[str, list[Waiting]]) -> list[tuple[str, list[Waiting]]]:
    """What others may point at goes before them."""
    return sorted(inserts.items(), key=lambda one: _rank(one[0]))


def _rank(text: str) -> int:
    return next((i for i, start in enumerate(_POINTED_AT) if text.startswith(start)), len(_POINTED_AT))


def _count(status: str) -> int:
    """Of `UPDATE 3`, `INSERT 0 1`."""
    count = status.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0
