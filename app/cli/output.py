"""How the command line speaks: results to stdout, notes and refusals to stderr."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.services.imports.file import Unreadable
from app.settings import SettingsError
from schema.problem import Problem

REFUSED, UNUSABLE = 1, 2


class Refusal(Exception):
    """A command cannot do what it was asked to; the text is for the person who asked."""


def say(text: str = "") -> None:
    print(text)  # noqa: T201


def note(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal, else lines of cells parted by tabs."""
    if not sys.stdout.isatty():
        for row in (header, *rows):
            say("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD)
    for name in header:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*row)
    Console(markup=False, highlight=False).print(made)


def explain(error: Exception) -> tuple[int, list[str]] | None:
    """The exit code and the lines for an error that is no fault of the code; None for one that is."""
    match error:
        case SettingsError():
            return UNUSABLE, list(error.faults)
        case Unreadable():
            return UNUSABLE, [str(error)]
        case Refusal():
            return REFUSED, [str(error)]
        case Problem():
            return REFUSED, [error.detail or error.text]
        case OSError():
            return REFUSED, [f"{error.filename}: {error.strerror}" if error.filename else str(error)]
    return None
