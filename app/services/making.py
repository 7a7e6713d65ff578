"""Making a record: what it wants is expected to be there and free, or else looked up; then it is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from app.services import keys
from app.services.database import LostRace
from app.services.known import Known, expect, look_up, unique_of, wanted
from app.services.rows import Stored, Values
from app.services.sight import can_be_made
from app.services.unit_of_work import UnitOfWork, add
from app.services.writes import api_key, client, customer, user
from app.services.writes.steps import free
from schema.change import Outcome, Written
from schema.inputs import Given
from schema.problem import Problem
from schema.resource import Resource

Become = Callable[[UnitOfWork, Stored | None, Given], Awaitable[Values]]
BECOME: Mapping[str, Become] = {
    "user": user.become,
    "client": client.become,
    "customer": customer.become,
    "apiKey": api_key.become,
}


async def make(work: UnitOfWork, resource: Resource, given: Given, known: Known | None = None) -> Written:
    """Makes a record, be it a key; what it points at and wants is found out first, unless it is `known`."""
    if resource.name == "apiKey":
        return await keys.make(work, given)
    if known is not None:
        return written(await make_known(work, resource, given, known), Outcome.CREATED)
    known = expect(work, resource, given)
    if known is None:
        known = await look_up(work, wanted(resource, given))
        return written(await make_known(work, resource, given, known), Outcome.CREATED)
    try:
        return written(await make_known(work, resource, given, known), Outcome.CREATED)
    except Problem as refusal:
        if refusal.status >= 500:
            raise
        raise LostRace from refusal  # what was expected may be wrong too, and all that is wrong is told at once


async def make_known(work: UnitOfWork, resource: Resource, given: Given, known: Known) -> Stored:
    """Makes a record of what is known, or expected, of all that it points at and wants; it refuses nothing after it has
    stored anything."""
    can_be_made(work, resource, given)
    values = await BECOME[resource.name](work, None, known.resolved(resource, given))
    unique = unique_of(resource, values)
    if not unique <= known.free:
        await free(work, resource, None, values)
    stored = add(work, resource, values)
    known.forget(unique)
    return stored


def written(record: Stored, outcome: Outcome) -> Written:
    """What is told of a write that has stored something."""
    return Written(record.id, record.version, outcome, record.members, record.told)
