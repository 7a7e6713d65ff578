"""What a unit of work may do with its transaction."""

from collections.abc import Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]
Params = Sequence[Any]


class Transaction(Protocol):
    """One transaction. After a UniqueViolation or LostRace nothing more can be done in it.

    What is put off by `later` is done before any other statement looks at the database, or at the end. Methods that are
    no coroutines wait for nobody.
    """

    async def execute(self, text: str, params: Params = ()) -> int:
        """Run a statement; the number of rows that it changed."""

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        """The first row of what a statement yields, if any."""

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        """All rows of what a statement yields."""

    async def peek(self, text: str, params: Params = ()) -> list[Row]:
        """As `fetch`, for a statement that only reads and locks nothing, so that nothing need have begun for it."""

    async def answer(self, text: str, params: Params = ()) -> Row | None:
        """As `fetch_row`, for a statement that only reads and of which nobody knows how long it takes."""

    def later(self, text: str, params: Params, *, guarded: bool = False) -> None:
        """Run a statement whose outcome nobody waits for. `guarded`: LostRace if it changes or yields no row."""

    def require(self, text: str, params: Params) -> None:
        """Look whether a statement yields a row, before the next one or at the end. If it does not: LostRace."""

    async def settle(self) -> None:
        """Do what was put off by `later`; what is required may still wait for the end."""

    def next_id(self, table: str, prefix: str) -> str:
        """The id of a row that is about to be added. SQLite tells rows of one value by their numbers, in place of ids:
        there it is greater than every id of the table."""

    async def savepoint(self) -> None:
        """Begin a part of the transaction that can be undone by itself."""

    async def undo(self) -> None:
        """Undo all since the savepoint."""

    async def keep(self) -> None:
        """End the savepoint; what has been done since stays."""
