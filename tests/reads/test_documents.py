"""The text that is kept ready with a record is what its columns say, whatever was written."""

from __future__ import annotations

import random

import orjson
import pytest

from app.services.database import Database
from app.services.read import read
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Delete, Restore, Update
from schema.members import record
from schema.paging import Span, connection
from schema.reference import Reference
from schema.resource import Resource
from schema.resources import CUSTOMER, DIRECTORY
from schema.selection import Deleted, Leaf, Nodes, Record
from tests.world import CALL, fill


async def members(db: Database, asked: Record) -> list[list[tuple[str, object]]]:
    """Every record, its members in their order."""
    page = connection(asked.resource, (Nodes("data", asked),), span=Span(first=1000), deleted=Deleted.INCLUDE)
    answer = await read(db, page, SYSTEM)
    assert answer.body is not None
    return [list(one.items()) for one in orjson.loads(answer.body)["data"]]


@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
async def test_the_kept_text_equals_the_columns(db: Database, resource: Resource) -> None:
    world = await fill(db, random.Random(21))
    for i, one in enumerate(world.live(CUSTOMER)[:9]):
        by = Reference("customer", "id", one["id"])
        changes = (
            Update(CUSTOMER, by, {"title": 'Ünal "x" \\ 😀', "metadata": {"f": 0.1, "q": "é\n"}}),
            Delete(CUSTOMER, by),
            Restore(CUSTOMER, Reference("customer", "id", world.records["customer"][-1]["id"])),
        )
        await write(db, changes[i % 3], CALL)
    by_columns = Record(resource, tuple(Leaf(f.name, f) for f in reversed(resource.fields)))
    kept = await members(db, record(resource))
    assert kept
    assert kept == [one[::-1] for one in await members(db, by_columns)]
