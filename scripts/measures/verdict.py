"""What a measure says: a table with a verdict in each line that has an aim."""

from __future__ import annotations

import platform
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Report:
    """Lines as they are found, each shown at once."""

    title: str
    head: Sequence[str]
    missed: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        print(f"\n{self.title}\n{machine()}\n")
        self._print((*self.head, "verdict"))
        self._print(["---"] * (len(self.head) + 1))

    def line(self, *cells: object, good: bool | None = None) -> None:
        """A line; without `good` it has no aim and is told only."""
        self.missed += good is False
        self._print([*map(str, cells), "told" if good is None else "good" if good else "MISSED"])

    def _print(self, cells: Sequence[str]) -> None:
        print(f"| {' | '.join(cells)} |", flush=True)


def machine() -> str:
    model = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ": unknown")
    cores = len([line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("processor")])
    software = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{cores} cores ({model.partition(':')[2].strip()}), {software}"


def ms(value: float) -> str:
    return f"{value:,.2f} ms"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
