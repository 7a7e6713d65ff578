"""What a unit of work may do with its transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

Row = tuple[Any, ...]
Params = Sequence[Any]


class Transaction(Protocol):
    """One transaction. After a UniqueViolation nothing more can be done in it: PostgreSQL has given it up."""

    async def execute(self, text: str, params: Params = ()) -> int:
        """Run a statement; the number of rows that it changed."""

    async def execute_many(self, text: str, rows: Iterable[Params]) -> None:
        """Run a statement once for each row of parameters."""

    async def fetch_row(self, text: str, params: Params = ()) -> Row | None:
        """The first row of what a statement yields, if any."""

    async def fetch(self, text: str, params: Params = ()) -> list[Row]:
        """All rows of what a statement yields."""
