"""Writing: the scope, the input, then one unit of work that finds the record, checks it and stores what it becomes."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from app.services import keys
from app.services.changing import delete, restore, rotate, update, upsert
from app.services.database import Database
from app.services.known import Known
from app.services.making import make
from app.services.sight import stays_in_sight
from app.services.sql.guard import Guard
from app.services.timing import timed
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from app.services.upsert import meant
from app.services.writes.steps import may_look_up
from schema.actor import Actor
from schema.change import Call, Change, Create, Delete, Outcome, Restore, Rotate, Update, Upsert, Written
from schema.inputs import Given, for_create, for_update
from schema.narrowing import known as known_to

T = TypeVar("T")


class Checked(NamedTuple):
    """A change that its actor may ask for, and the values given with it, normalised."""

    change: Change
    given: Given


async def write(db: Database, change: Change, call: Call) -> Written:
    """Does the change, or raises the Problem for which nothing of it is stored."""
    return await write_and_answer(db, change, call, _as_written)


async def write_and_answer(
    db: Database,
    change: Change,
    call: Call,
    answer: Callable[[UnitOfWork, Written], Awaitable[T]],
    guard: Guard | None = None,
) -> T:
    """Does the change, and `answer` within the same transaction: what it tells is what has been stored.

    Raises the Problem, or with a guard NotCurrent, for which nothing of it is stored.
    """
    with timed("plan"):
        checked = check(change, call.actor)

    async def done(work: UnitOfWork) -> T:
        return await answer(work, await perform(work, checked))

    with timed("db"):
        return await in_unit_of_work(db, call, done, guard)


async def _as_written(_: UnitOfWork, written: Written) -> Written:
    return written


def check(change: Change, actor: Actor) -> Checked:
    """What can be refused without the database: a missing scope, then bad values."""
    actor.require(change.resource.write_scope)
    if isinstance(change, Rotate):
        overlap = keys.overlap_of(change.overlap_seconds)
        return Checked(dataclasses.replace(change, overlap_seconds=overlap), {})
    given = _given(change, actor)
    may_look_up(actor, change.resource, given)
    return Checked(meant(change, given) if isinstance(change, Upsert) else change, given)


def _given(change: Change, actor: Actor) -> Given:
    match change:
        case Create(resource=resource, data=data):
            return for_create(known_to(resource, actor.hidden), data)
        case Update(resource=resource, data=data) | Upsert(resource=resource, data=data):
            return for_update(known_to(resource, actor.hidden), data)
        case _:
            return {}


async def perform(work: UnitOfWork, checked: Checked, known: Known | None = None) -> Written:
    """Does a checked change within a unit of work, of which nothing may be stored if it refuses anything.

    `known` is what has been looked up for it, if it makes a record."""
    written = await _doing(work, checked, known)
    if not work.call.actor.narrowed:
        return written
    if written.outcome is not Outcome.UNCHANGED:
        await stays_in_sight(work, checked.change.resource, written.id, checked.given)
    return dataclasses.replace(written, members=None, told=None)  # not all of them may exist for the actor


def _doing(work: UnitOfWork, checked: Checked, known: Known | None) -> Awaitable[Written]:
    match checked.change:
        case Create(resource=resource):
            return make(work, resource, checked.given, known)
        case Rotate() as change:
            return rotate(work, change)
        case Update() as change:
            return update(work, change, checked.given)
        case Upsert() as change:
            return upsert(work, change, checked.given)
        case Delete() as change:
            return delete(work, change)
        case Restore() as change:
            return restore(work, change)
