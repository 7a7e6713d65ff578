"""A batch from its operations to its answer: checked outside of any transaction, done within one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.services.batch.checking import Ready, check_all
from app.services.batch.doing import Doing, Result
from app.services.batch.failing import refusal
from app.services.batch.names import Names
from app.services.database import Database
from app.services.rates import WRITE_ROWS, spend
from app.services.sql.guard import Guard
from app.services.timing import timed
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from schema.actor import Actor
from schema.batch import Batch
from schema.change import Call
from schema.problem import Problem

T = TypeVar("T")


async def run_batch(
    db: Database,
    batch: Batch,
    call: Call,
    answer: Callable[[UnitOfWork, Sequence[Result]], Awaitable[T]],
    guard: Guard | None = None,
) -> T:
    """Does the operations in order, and `answer` within the same transaction: what it tells is what has been stored.

    If the batch is atomic and one of them fails, raises the Problem that tells of all that do; nothing is stored then.
    """
    with timed("plan"):
        checked = await check_batch(batch, call.actor)

    async def done(work: UnitOfWork) -> T:
        return await answer(work, await perform_batch(work, checked))

    with timed("db"):
        return await in_unit_of_work(db, call, done, guard)


@dataclass(frozen=True, slots=True)
class Checked:
    """A batch, its names, and for each operation what is to be done, or why it can't be."""

    batch: Batch
    names: Names
    found: Sequence[Ready | Problem]


async def check_batch(batch: Batch, actor: Actor) -> Checked:
    """What can be refused without the database; raises if that leaves nothing to be done of what is atomic."""
    names = Names(batch)
    found = await check_all(batch, names, actor)
    # Each record costs as a write; the unit of work pays for one.
    spend(WRITE_ROWS * (batch.records - 1))
    if batch.atomic and not any(isinstance(one, Ready) for one in found):
        raise refusal({i: one for i, one in enumerate(found) if isinstance(one, Problem)}, {})
    return Checked(batch, names, found)


async def perform_batch(work: UnitOfWork, checked: Checked) -> Sequence[Result]:
    """Does a checked batch within a unit of work, of which nothing may be stored if it refuses anything."""
    return await Doing(work, checked.names, checked.batch.atomic).all(checked.found)
