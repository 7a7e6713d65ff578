"""Writing: the scope, the input, then one unit of work that finds the record, checks it and stores what it becomes."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, TypeVar

from app.services import finding, keys
from app.services.database import Database, LostRace
from app.services.known import Known, expect, look_up, unique_of, wanted
from app.services.rows import Stored, Values, changed, leaving, members
from app.services.sight import can_be_made, stays_in_sight, without_unseen
from app.services.sql.guard import Guard
from app.services.timing import timed
from app.services.unit_of_work import UnitOfWork, add, in_unit_of_work, replace
from app.services.upsert import create_data, meant
from app.services.writes import api_key, client, customer, user
from app.services.writes.steps import free, may_look_up
from schema.actor import Actor
from schema.change import (
    Action,
    Call,
    Change,
    Create,
    Delete,
    Outcome,
    Precondition,
    Restore,
    Rotate,
    Update,
    Upsert,
    Written,
    stale,
)
from schema.inputs import Given, for_create, for_update
from schema.narrowing import known as known_to
from schema.problem import Problem, problem
from schema.reference import Reference
from schema.resource import Resource

T = TypeVar("T")
Become = Callable[[UnitOfWork, Stored | None, Given], Awaitable[Values]]
BECOME: Mapping[str, Become] = {
    "user": user.become,
    "client": client.become,
    "customer": customer.become,
    "apiKey": api_key.become,
}


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
            return _create(work, resource, checked.given, known)
        case Rotate() as change:
            return _rotate(work, change)
        case Update() as change:
            return _update(work, change, checked.given)
        case Upsert() as change:
            return _upsert(work, change, checked.given)
        case Delete() as change:
            return _delete(work, change)
        case Restore() as change:
            return _restore(work, change)


async def create(work: UnitOfWork, resource: Resource, given: Given, known: Known) -> Stored:
    """Makes a record, for which `wanted` has been looked up; what it refuses, it refuses before it stores anything."""
    can_be_made(work, resource, given)
    values = await BECOME[resource.name](work, None, known.resolved(resource, given))
    unique = unique_of(resource, values)
    if not unique <= known.free:
        await free(work, resource, None, values)
    stored = add(work, resource, values)
    known.forget(unique)
    return stored


async def _create(work: UnitOfWork, resource: Resource, given: Given, known: Known | None = None) -> Written:
    if resource.name == "apiKey":
        return await keys.make(work, given)
    if known is not None:
        return _written(await create(work, resource, given, known), Outcome.CREATED)
    known = expect(work, resource, given)
    if known is None:
        known = await look_up(work, wanted(resource, given))
        return _written(await create(work, resource, given, known), Outcome.CREATED)
    try:
        return _written(await create(work, resource, given, known), Outcome.CREATED)
    except Problem as refusal:
        if refusal.status >= 500:
            raise
        raise LostRace from refusal  # what was expected may be wrong too, and all that is wrong is told at once


async def _update(work: UnitOfWork, change: Update, given: Given) -> Written:
    before = await _found(work, change, given)
    return await _save(work, change.resource, before, given, Action.UPDATED)


async def _rotate(work: UnitOfWork, change: Rotate) -> Written:
    return await keys.rotate(work, await _found(work, change), change.overlap_seconds)


async def _save(work: UnitOfWork, resource: Resource, before: Stored, given: Given, action: Action) -> Written:
    """Stores what the record becomes by the values given, if that is anything new."""
    held = unique_of(resource, before.values) if action is Action.UPDATED else set()
    given = await without_unseen(work, resource, before, given)
    known = await look_up(work, [one for one in wanted(resource, given) if one not in held])
    values = await BECOME[resource.name](work, before, known.resolved(resource, given))
    if action is Action.RESTORED:
        values = {**values, "deletedAt": None}
    if not changed(resource, before.values, values):
        return _unchanged(resource, before)
    if not unique_of(resource, values) <= known.free | held:
        await free(work, resource, before.values if action is Action.UPDATED else None, values)
    return _written(replace(work, resource, before, values, action), Outcome(action.value))


async def _upsert(work: UnitOfWork, change: Upsert, given: Given) -> Written:
    resource = change.resource
    before = await finding.live(work, resource, change.by)
    if before is not None:
        if change.create_only:
            raise stale(before.version)
        _hold(change.precondition, before)
        return await _save(work, resource, before, given, Action.UPDATED)
    if change.by.by_id:
        raise _missing(resource, change.by)
    if change.precondition:
        raise problem("precondition_failed", "There is no such record.")
    try:
        return await _revive(work, change, given)
    except Problem as refusal:
        if refusal.code == "already_exists" and await finding.id_of(
            work.tx, work.dialect, work.call.actor, resource, change.by
        ):
            raise LostRace from refusal
        raise


async def _revive(work: UnitOfWork, change: Upsert, given: Given) -> Written:
    """Restores the last deleted holder of the reference, or makes a new record when there is none."""
    deleted = await finding.last_deleted(work, change.resource, change.by)
    if deleted is not None:
        if change.resource.name == "user":
            user.may_return(work.call.actor, deleted)
        return await _save(work, change.resource, deleted, given, Action.RESTORED)
    shown = known_to(change.resource, work.call.actor.hidden)
    return await _create(work, change.resource, for_create(shown, create_data(change)))


async def _delete(work: UnitOfWork, change: Delete) -> Written:
    before = await _found(work, change)
    if change.resource.name == "user":
        user.may_end(work.call.actor, before)
        await user.leave(work, before)
        await user.sign_out(work, before)
    if before.values.get("revokedAt"):
        return _unchanged(change.resource, before)
    return _written(replace(work, change.resource, before, before.values, Action.DELETED), Outcome.DELETED)


async def _restore(work: UnitOfWork, change: Restore) -> Written:
    resource, by = change.resource, change.by
    if not resource.deletable:
        raise problem("conflict", f"An {resource.name} that was revoked stays so.")
    find = finding.any_by_id(work, resource, by.value) if by.by_id else finding.live(work, resource, by)
    before = await find or (None if by.by_id else await finding.last_deleted(work, resource, by))
    if before is None:
        raise _missing(resource, by)
    _hold(change.precondition, before)
    if before.values["deletedAt"] is None:
        return _unchanged(resource, before)
    if resource.name == "user":
        user.may_return(work.call.actor, before)
    values = {**before.values, "deletedAt": None}
    await free(work, resource, None, values)
    return _written(replace(work, resource, before, values, Action.RESTORED), Outcome.RESTORED)


async def _found(work: UnitOfWork, change: Update | Delete | Rotate, given: Given | None = None) -> Stored:
    """The live record that is to be changed: it is there for the actor, and in a version that the caller knows."""
    before = await finding.live(work, change.resource, change.by)
    if given and change.resource.name == "apiKey":
        api_key.refuse_unknown(work.call.actor, before, given)
    if before is None:
        raise _missing(change.resource, change.by)
    _hold(change.precondition, before)
    return before


def _hold(precondition: Precondition | None, before: Stored) -> None:
    if precondition is not None:
        precondition.hold(before.version)


def _missing(resource: Resource, by: Reference) -> Problem:
    return problem("not_found", f"There is no {resource.name} with the {by.key} {by.value[:100]}.")


def _written(record: Stored, outcome: Outcome) -> Written:
    return Written(record.id, record.version, outcome, record.members, record.told)


def _unchanged(resource: Resource, record: Stored) -> Written:
    if not resource.documented:
        return Written(record.id, record.version, Outcome.UNCHANGED)
    told = leaving(resource, record.values)
    return Written(record.id, record.version, Outcome.UNCHANGED, members(told), told)
