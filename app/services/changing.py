"""Changing a record that is found, a deleted one too: it is held to the version that the caller knows, and stored anew.

An upsert that finds none makes one.
"""

from __future__ import annotations

from app.services import finding, keys
from app.services.database import LostRace
from app.services.known import look_up, unique_of, wanted
from app.services.making import BECOME, make, written
from app.services.rows import Stored, changed, leaving, members
from app.services.sight import without_unseen
from app.services.unit_of_work import UnitOfWork, replace
from app.services.upsert import create_data
from app.services.writes import api_key, user
from app.services.writes.steps import free
from schema.change import Action, Delete, Outcome, Precondition, Restore, Rotate, Update, Upsert, Written, stale
from schema.inputs import Given, for_create
from schema.narrowing import known as known_to
from schema.problem import Problem, problem
from schema.reference import Reference
from schema.resource import Resource


async def update(work: UnitOfWork, change: Update, given: Given) -> Written:
    before = await _found(work, change, given)
    return await _save(work, change.resource, before, given, Action.UPDATED)


async def upsert(work: UnitOfWork, change: Upsert, given: Given) -> Written:
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


async def delete(work: UnitOfWork, change: Delete) -> Written:
    before = await _found(work, change)
    if change.resource.name == "user":
        user.may_end(work.call.actor, before)
        await user.leave(work, before)
        await user.sign_out(work, before)
    if before.values.get("revokedAt"):
        return _unchanged(change.resource, before)
    return written(replace(work, change.resource, before, before.values, Action.DELETED), Outcome.DELETED)


async def restore(work: UnitOfWork, change: Restore) -> Written:
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
    return written(replace(work, resource, before, values, Action.RESTORED), Outcome.RESTORED)


async def rotate(work: UnitOfWork, change: Rotate) -> Written:
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
    return written(replace(work, resource, before, values, action), Outcome(action.value))


async def _revive(work: UnitOfWork, change: Upsert, given: Given) -> Written:
    """Restores the last deleted holder of the reference, or makes a new record when there is none."""
    deleted = await finding.last_deleted(work, change.resource, change.by)
    if deleted is not None:
        if change.resource.name == "user":
            user.may_return(work.call.actor, deleted)
        return await _save(work, change.resource, deleted, given, Action.RESTORED)
    shown = known_to(change.resource, work.call.actor.hidden)
    return await make(work, change.resource, for_create(shown, create_data(change)))


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


def _unchanged(resource: Resource, record: Stored) -> Written:
    if not resource.documented:
        return Written(record.id, record.version, Outcome.UNCHANGED)
    told = leaving(resource, record.values)
    return Written(record.id, record.version, Outcome.UNCHANGED, members(told), told)
