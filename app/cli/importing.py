"""The command that imports a file, and its report."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.output import REFUSED, Refusal, note, say, table
from app.cli.running import call, database, load_settings, run
from app.services.imports.file import Unreadable
from app.settings import Settings
from schema.change import Outcome, Source

if TYPE_CHECKING:
    from app.services.imports.report import Report, RowFault
    from app.services.imports.run import Import, Progress

_SHOWN = 60
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}


class Into(StrEnum):
    """What the rows are."""

    USERS = "users"
    CLIENTS = "clients"
    CUSTOMERS = "customers"


class OnError(StrEnum):
    """What happens after a row that failed."""

    SKIP = "skip"
    STOP = "stop"


def import_file(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header.")],
    resource: Annotated[Into, typer.Option(help="What its rows are.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="COLUMN=FIELD", help="Where a column goes: a field, field:system, or - (nowhere)."
        ),
    ] = None,
    match: Annotated[
        str | None, typer.Option(help="Update the record with the same email, domain or externalIds.SYSTEM.")
    ] = None,
    null: Annotated[str | None, typer.Option(metavar="WORD", help="The word that clears a field.")] = None,
    metadata_rest: Annotated[
        bool, typer.Option("--metadata-rest", help="Keep columns that mean nothing else in metadata.")
    ] = False,
    on_error: Annotated[OnError, typer.Option(help="After a row that failed.")] = OnError.SKIP,
    delimiter: Annotated[str | None, typer.Option(help="A sign, or comma, semicolon, tab, pipe.")] = None,
) -> None:
    """Import a file, row by row. Exit code 0: all rows are in; 1: some failed; 2: nothing was read."""
    from app.services.imports.run import Import
    from app.services.imports.table import delimiter_of
    from schema.resources import BY_PATH

    asked = Import(
        path=file,
        resource=BY_PATH[resource],
        mapping=_mapping(mapping or []),
        match=match,
        null_word=null,
        rest_to_metadata=metadata_rest,
        on_error=on_error.value,
        delimiter=delimiter_of(delimiter) if delimiter else None,
    )
    try:
        report = run(_import(load_settings(), asked))
    except Refusal as refusal:  # there is no database to read anything into
        raise Unreadable(str(refusal)) from refusal
    _show(file, resource, report)
    if report.total == report.blank:
        raise Unreadable(f"{file}: there are no rows under the header")
    if report.failed or report.stopped_by:
        raise typer.Exit(REFUSED)


async def _import(settings: Settings, asked: Import) -> Report:
    from app.services.imports.run import run_import

    async with database(settings) as db:
        if not sys.stderr.isatty():
            return await run_import(db, asked, call(Source.IMPORT))
        from rich.console import Console

        with Console(stderr=True).status("Reading …") as status:
            progress: Progress = lambda rows: status.update(f"{rows} rows")  # noqa: E731
            return await run_import(db, asked, call(Source.IMPORT), progress)


def _mapping(texts: list[str]) -> dict[str, str]:
    """`COLUMN=field`, parted at the last `=`: a header may hold one, a field does not."""
    mapping: dict[str, str] = {}
    for text in texts:
        name, equals, path = text.rpartition("=")
        if not equals or not name.strip() or not path.strip():
            raise Unreadable(f"--map {text}: must be COLUMN=field, as in --map Zip=address.postalCode")
        if name.strip() in mapping:
            raise Unreadable(f"--map {text}: the column {name.strip()} is mapped twice")
        mapping[name.strip()] = path.strip()
    return mapping


def _show(file: Path, resource: str, report: Report) -> None:
    sign = _NAMES.get(report.delimiter, report.delimiter)
    say(f"{file.name} to {resource}: {report.encoding.upper()}, parted by {sign}")
    table(("column", "goes to"), [(c.shown, c.target.path if c.target else "nowhere") for c in report.columns])
    if report.unmapped:
        say(f"Not imported: {', '.join(report.unmapped)}.")
    if report.faults:
        table(("line", "column", "value", "reason"), [_row(fault) for fault in report.faults])
    counts = {
        "created": report.outcomes[Outcome.CREATED],
        "updated": report.outcomes[Outcome.UPDATED],
        "unchanged": report.outcomes[Outcome.UNCHANGED],
        "failed": report.failed,
        "skipped": report.blank,
        "total": report.total,
    }
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    if report.made:
        say("Made on the way: " + ", ".join(f"{count} {_counted(name, count)}" for name, count in report.made.items()))
    if report.stopped_at is not None:
        why = f": {report.stopped_by}" if report.stopped_by else ""
        note(f"Stopped at line {report.stopped_at}{why}")


def _counted(plural: str, count: int) -> str:
    return plural if count != 1 else plural.removesuffix("s")


def _row(fault: RowFault) -> tuple[str, str, str, str]:
    value = " ".join(fault.value.split())
    return str(fault.line), fault.column, value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…", fault.reason
