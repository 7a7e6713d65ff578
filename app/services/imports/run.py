"""The import itself: rows in batches, each batch in one transaction, in which no row harms another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from app.services.database import Database
from app.services.imports.columns import knows, map_columns
from app.services.imports.draft import CellFault
from app.services.imports.match import match_of
from app.services.imports.report import Report
from app.services.imports.row import Plan, Prepared, Refused, faults_of_problem, prepare, store
from app.services.imports.table import BrokenRow, Row, Table
from app.services.known import Known, look_up, wanted
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from schema.change import Call, Outcome
from schema.problem import Problem
from schema.reference import Reference
from schema.resource import Resource

# Few enough that other writers of SQLite get their turn between two batches.
BATCH = 100

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported, and how."""

    path: Path
    resource: Resource
    mapping: Mapping[str, str] = field(default_factory=dict)
    match: str | None = None
    null_word: str | None = None
    rest_to_metadata: bool = False
    on_error: Literal["skip", "stop"] = "skip"
    delimiter: str | None = None


@dataclass(slots=True)
class _Done:
    """What a batch came to; begun anew whenever its transaction is."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)


async def run_import(db: Database, asked: Import, call: Call, progress: Progress | None = None) -> Report:
    """Reads the file and writes its rows; raises Unreadable when no row can be read."""
    with Table(asked.path, lambda name: knows(asked.resource, asked.mapping, name), asked.delimiter) as table:
        columns = map_columns(asked.resource, table.header, asked.mapping, asked.rest_to_metadata)
        match = match_of(asked.resource, columns, asked.match) if asked.match else None
        plan = Plan(asked.resource, columns, match, asked.null_word, call.actor)
        report = Report(columns, table.delimiter, table.encoding)
        seen: dict[Reference, int] = {}
        rows = table.rows()
        while report.stopped_at is None and (batch := list(islice(rows, BATCH))):
            await _run_batch(db, plan, batch, seen, asked.on_error == "stop", call, report)
            if progress:
                progress(report.total)
    return report


async def _run_batch(
    db: Database,
    plan: Plan,
    batch: Sequence[Row | BrokenRow],
    seen: dict[Reference, int],
    stop: bool,
    call: Call,
    report: Report,
) -> None:
    # Values are checked before the transaction begins: SQLite has one writer at a time.
    filled = [row for row in batch if isinstance(row, BrokenRow) or row.cells]
    prepared = [_broken(row) if isinstance(row, BrokenRow) else prepare(plan, row, seen) for row in filled]
    try:
        done = await in_unit_of_work(db, call, lambda work: _store_all(work, plan, prepared, stop))
    except Problem as problem:
        # The database is away or busy: nothing of this batch is stored, all before it is.
        report.stopped_at, report.stopped_by = batch[0].line, problem.detail or problem.text
        return
    report.outcomes += done.outcomes
    report.made += done.made
    for refused in done.refused:
        report.fail(refused.line, [(fault.column, fault.value, fault.reason) for fault in refused.faults])
    if stop and done.refused:
        report.stopped_at = done.refused[-1].line
    report.blank += sum(not isinstance(row, BrokenRow) and not row.cells for row in batch if _reached(row, report))


async def _store_all(work: UnitOfWork, plan: Plan, rows: Sequence[Prepared | Refused], stop: bool) -> _Done:
    done = _Done()
    prepared = [row.checked.given for row in rows if isinstance(row, Prepared)]
    known = await look_up(work, [one for given in prepared for one in wanted(plan.resource, given)])
    for row in rows:
        refused = row if isinstance(row, Refused) else await _stored_or_refused(work, plan, row, known, done)
        if refused:
            done.refused.append(refused)
            if stop:
                break
    return done


async def _stored_or_refused(work: UnitOfWork, plan: Plan, row: Prepared, known: Known, done: _Done) -> Refused | None:
    try:
        outcome, made = await store(work, plan, row, known)
    except Problem as problem:
        if problem.status >= 500:
            raise
        return Refused(row.line, faults_of_problem(plan, row.row, problem))
    done.outcomes[outcome] += 1
    done.made.update(made)
    return None


def _broken(row: BrokenRow) -> Refused:
    return Refused(row.line, [CellFault("", row.text, row.reason)])


def _reached(row: Row | BrokenRow, report: Report) -> bool:
    return report.stopped_at is None or row.line < report.stopped_at
