"""A directory to try things out on: invented people and organisations, filled in once."""

from __future__ import annotations

from app.services.database import Database
from app.services.known import look_up, unique_of
from app.services.making import make_known
from app.services.sample.directory import SYSTEM, records
from app.services.unit_of_work import UnitOfWork, alone, in_unit_of_work
from app.services.write import check
from schema.change import Call, Create


async def fill(db: Database, call: Call) -> int:
    """Adds the sample; how many records that were: 0 if any of it is there already."""
    return await in_unit_of_work(db, call, fill_within)


async def fill_within(work: UnitOfWork) -> int:
    """As `fill`, as a part of a larger unit of work."""
    await alone(work, "sample")
    system = work.dialect.placeholder(1, "text")
    if await work.tx.fetch_row(f"SELECT 1 FROM external_ids WHERE system = {system} LIMIT 1", (SYSTEM,)):
        return 0
    checked = [check(Create(resource, data), work.call.actor) for resource, data in records()]
    known = await look_up(work, {key for one in checked for key in unique_of(one.change.resource, one.given)})
    for one in checked:
        stored = await make_known(work, one.change.resource, one.given, known)
        known.ids |= dict.fromkeys(unique_of(one.change.resource, stored.values), stored.id)
    return len(checked)
