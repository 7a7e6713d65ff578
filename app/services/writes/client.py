"""What a write does to a client: its owner and parent are found, and no client stands above itself."""

from __future__ import annotations

from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork, alone
from app.services.writes.steps import Faults, merged, phones, refuse, resolve
from schema.inputs import Given
from schema.resources import CLIENT

_CIRCLE = "would make the client stand above itself"
# Those between the two may not exist for the actor: then the words are the same, seen or not.
_NOT_HERE = "can't be the parent of this client"


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The client as it will be; raises when it may not be so."""
    faults: Faults = {}
    after = merged(CLIENT, before, given, faults)
    phones(work, CLIENT, given, after)
    await resolve(work, CLIENT, given, after, faults)
    if before and after["parentId"] and after["parentId"] != before.values["parentId"]:
        await alone(work, "clients.parents")
        if await _stands_above(work, before.id, after["parentId"]):
            faults["parentId"] = _CIRCLE if CLIENT.name not in work.call.actor.filters else _NOT_HERE
    refuse(faults)
    return after


async def _stands_above(work: UnitOfWork, id_: str, below: str) -> bool:
    """Whether the client is `below`, or one of those that `below` belongs to, deleted ones included."""
    here, there = (work.dialect.placeholder(i, "text") for i in (1, 2))
    # UNION, not UNION ALL: it ends even in a circle.
    above = f"""
        WITH RECURSIVE above(id) AS (
          SELECT id FROM clients WHERE id = {here}
          UNION SELECT c.parent_id FROM clients c JOIN above ON c.id = above.id
        ) SELECT 1 FROM above WHERE id = {there}"""
    return await work.tx.fetch_row(above, (below, id_)) is not None
