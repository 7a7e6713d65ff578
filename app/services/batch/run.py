"""A batch from its operations to its answer: checked outside of any transaction, done within one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.batch.checking import Ready, check_all
from app.services.batch.doing import Doing, Result
from app.services.batch.failing import refusal
from app.services.batch.names import Names
from app.services.rates import WRITE_ROWS, spend
from app.services.unit_of_work import UnitOfWork
from schema.actor import Actor
from schema.batch import Batch
from schema.problem import Problem


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """A batch, its names, and for each operation what is to be done, or why it can't be."""

    batch: Batch
    names: Names
    found: Sequence[Ready | Problem]


async def check_batch(batch: Batch, actor: Actor) -> CheckedBatch:
    """What can be refused without the database; raises if that leaves nothing to be done of what is atomic."""
    names = Names(batch)
    found = await check_all(batch, names, actor)
    # Each record costs as a write; the unit of work pays for one.
    spend(WRITE_ROWS * (batch.records - 1))
    if batch.atomic and not any(isinstance(one, Ready) for one in found):
        raise refusal({i: one for i, one in enumerate(found) if isinstance(one, Problem)}, {})
    return CheckedBatch(batch, names, found)


async def perform_batch(work: UnitOfWork, checked: CheckedBatch) -> Sequence[Result]:
    """Does the operations in order, within a unit of work of which nothing may be stored if this refuses anything.

    If the batch is atomic and one of them fails, raises the Problem that tells of all that do.
    """
    return await Doing(work, checked.names, checked.batch.atomic).all(checked.found)
