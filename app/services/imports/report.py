"""What an import came to: counts, and each row that failed with its line, column, value and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from app.services.imports.columns import Column
from schema.change import Outcome


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with a row; `column` is empty where it is the row itself."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Report:
    """`made` counts the records that relations were made for, by plural name; `stopped_at` is a line."""

    columns: tuple[Column, ...]
    delimiter: str
    encoding: str
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    failed: int = 0
    blank: int = 0
    stopped_at: int | None = None
    stopped_by: str = ""

    @property
    def total(self) -> int:
        """Every row of the file that was read, blank ones included."""
        return self.outcomes.total() + self.failed + self.blank

    @property
    def unmapped(self) -> list[str]:
        return [column.shown for column in self.columns if column.target is None]

    def fail(self, line: int, faults: list[tuple[str, str, str]]) -> None:
        self.failed += 1
        self.faults += [RowFault(line, column, value, reason) for column, value, reason in faults]
