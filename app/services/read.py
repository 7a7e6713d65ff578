"""Reading: plan, one statement, and the JSON that it built."""

from __future__ import annotations

from time import perf_counter
from typing import NamedTuple

from app.services.database import Database
from app.services.database.transaction import Row
from app.services.prepared import Prepared, prepare
from app.services.rates import spend
from app.services.sql.guard import Guard
from app.services.sql.statement import MAX_GROUPS
from app.services.timing import took
from app.services.unit_of_work import UnitOfWork
from schema.actor import Actor
from schema.change import Written
from schema.history import check_cursors
from schema.narrowing import known
from schema.problem import Problem, invalid, problem
from schema.query_string import default_single
from schema.reference import Reference
from schema.resource import Resource
from schema.selection import Deleted, Selection, Single


class Answer(NamedTuple):
    """The JSON text (None: no such record), and what a door says beside it.

    `version` belongs to a single record, `next` and `previous` are the cursors of a page's neighbours.
    """

    body: bytes | None
    version: int | None = None
    next: str | None = None
    previous: str | None = None
    cost: int = 0


async def read(db: Database, selection: Selection, actor: Actor, guard: Guard | None = None) -> Answer:
    """Answers a Selection by one statement; raises what `plan` and the database raise.

    With a guard the statement also finds out whether the actor is still the one remembered; if not, NotCurrent.
    """
    begun = perf_counter()
    prepared = prepare(selection, actor, db.dialect, guard)
    spend(prepared.cost)
    params = prepared.params(selection, guard)
    planned = took("plan", begun)
    fetch = db.fetch_row_by_one_plan if prepared.steady else db.fetch_row
    try:
        row = await fetch(prepared.text, params)
    except Problem:
        if guard is not None:
            guard.final = True
        raise
    finally:
        took("db", planned)
    if guard is not None:
        guard.found(row is not None and bool(row[0]))
        row = row and row[1:]
    return _answer(selection, prepared, row)


async def read_within(work: UnitOfWork, selection: Selection) -> Answer:
    """As `read`, within a unit of work and for its actor: what it has written is there already."""
    prepared = prepare(selection, work.call.actor, work.dialect)
    spend(prepared.cost)
    row = await work.tx.answer(prepared.text, prepared.params(selection, None))
    return _answer(selection, prepared, row)


async def as_left(work: UnitOfWork, resource: Resource, written: Written) -> Answer:
    """The record with its default fields, as a write leaves it and as the actor sees it; `resource` is as declared."""
    if written.members is not None:
        return Answer(f"{{{written.members}}}".encode(), written.version)
    by = Reference(resource.name, "id", written.id)
    found = await read_within(work, default_single(known(resource, work.call.actor.hidden), by, Deleted.INCLUDE))
    if found.body is None:  # in the meantime another has moved it out of sight
        raise problem("not_found", f"There is no {resource.name} with the id {written.id}.")
    return found


def _answer(selection: Selection, prepared: Prepared, row: Row | None) -> Answer:
    if row is None or row[0] is None:
        return Answer(None, cost=prepared.cost)
    beside = dict(zip(prepared.columns, row, strict=True))
    if "record" in beside:
        assert isinstance(selection, Single)
        check_cursors(selection.record, beside["record"])
    if beside.get("groups", 0) > MAX_GROUPS:
        raise invalid({"by": f"gives more than {MAX_GROUPS:,} groups: filter, or count by fewer fields"})
    return Answer(beside["body"], beside.get("version"), beside.get("next"), beside.get("previous"), prepared.cost)
