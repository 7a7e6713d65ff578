"""Making one of many records."""

from __future__ import annotations

from app.services.bulk.known import Known, keys
from app.services.rows import Stored
from app.services.unit_of_work import UnitOfWork, add
from app.services.write import BECOME
from app.services.writes.steps import free
from schema.inputs import Given
from schema.resource import Resource


async def create(work: UnitOfWork, resource: Resource, given: Given, known: Known) -> Stored:
    """As any other door makes a record, but for what has been looked up already; raises before it stores anything."""
    values = await BECOME[resource.name](work, None, known.resolved(given))
    wanted = keys(resource, values)
    if not wanted <= known.free:
        await free(work, resource, None, values)
    stored = await add(work, resource, values)
    known.forget(wanted)
    return stored
