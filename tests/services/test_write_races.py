"""Writes that overtake one another, in one process and from two."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from app.services.database import Database
from app.services.read import read
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Create, Delete, Outcome, Restore, Update, Upsert
from schema.problem import Problem
from schema.query_string import default_single
from schema.reference import Reference, reference
from schema.resources import API_KEY, CLIENT, CUSTOMER, USER
from schema.selection import Deleted
from tests.app.keys import rotated
from tests.services.conftest import Desk
from tests.services.databases import opened


@pytest.fixture
async def other(desk: Desk, migrated_url: str) -> AsyncIterator[Database]:
    """The same database, opened as by another process."""
    async with opened(migrated_url) as db:
        yield db


async def test_every_update_of_one_record_counts(desk: Desk, other: Database) -> None:
    id_ = await desk.create(CUSTOMER, {"name": "A"})
    by = reference(id_, CUSTOMER)
    changes = [Update(CUSTOMER, by, {"metadata": {f"k{number}": number}}) for number in range(30)]
    both = (desk.db, other)
    await asyncio.gather(*(write(both[i % 2], change, desk.call()) for i, change in enumerate(changes)))
    values = await desk.values(id_)
    assert values["metadata"] == {f"k{number}": number for number in range(30)}
    assert values["version"] == 31
    assert [one["version"] for one in await desk.changes(id_)] == list(range(1, 32))


async def test_of_two_admins_one_stays(desk: Desk, other: Database) -> None:
    admins = [
        await desk.create(USER, {"name": "A", "email": f"{name}@x.io", "role": "ADMIN"}) for name in ("a", "b", "c")
    ]
    changes = [Update(USER, reference(one, USER), {"role": "EDITOR"}) for one in admins]
    both = (desk.db, other)
    found = await asyncio.gather(
        *(write(both[i % 2], change, desk.call()) for i, change in enumerate(changes)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in found) == ["Problem", "Written", "Written"]


async def test_no_circle_of_clients_is_closed(desk: Desk, other: Database) -> None:
    one, two = [await desk.create(CLIENT, {"name": name}) for name in ("one", "two")]
    found = await asyncio.gather(
        write(desk.db, Update(CLIENT, reference(one, CLIENT), {"parentId": two}), desk.call()),
        write(other, Update(CLIENT, reference(two, CLIENT), {"parentId": one}), desk.call()),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in found) == ["Problem", "Written"]


async def test_a_key_is_rotated_by_one_after_the_other(desk: Desk, other: Database) -> None:
    owner = await desk.create(USER, {"name": "A", "email": "a@x.io", "role": "ADMIN"})
    issued = await write(desk.db, Create(API_KEY, {"name": "k", "scopes": ["*"], "ownerId": owner}), desk.call())
    both = (desk.db, other)
    rotating = [rotated(both[i % 2], issued.id, None, desk.call()) for i in range(6)]
    assert sorted(one.version for one in await asyncio.gather(*rotating)) == list(range(2, 8))
    used = Update(API_KEY, reference(issued.id, API_KEY), {"name": "other"})
    assert (await desk.do(used)).version == 8


async def test_one_value_for_many_at_once_has_one_holder(desk: Desk, other: Database) -> None:
    both = (desk.db, other)
    data = {"name": "A", "email": "a@x.io", "externalIds": {"erp": "1", "crm": "2"}}
    found = await asyncio.gather(
        *(write(both[i % 2], Create(CUSTOMER, data), desk.call()) for i in range(10)), return_exceptions=True
    )
    ids = [one.id for one in found if not isinstance(one, BaseException)]
    assert len(ids) == 1
    details = {one.detail for one in found if isinstance(one, Problem)}
    assert details == {"; ".join(f"{at} is taken by {ids[0]}" for at in TAKEN)}
    assert await desk.sides(ids[0]) == {"erp": "1", "crm": "2"}


TAKEN = ("email: a@x.io", "externalIds.erp: 1", "externalIds.crm: 2")


async def test_what_was_written_is_what_is_read(desk: Desk) -> None:
    """The members that a write gives are those that a read of the record gives."""
    owner = await desk.create(USER, {"name": "A", "email": "a@x.io"})
    data = {"name": 'Ä " \\ \u2028', "email": "b@x.io", "ownerId": owner, "metadata": {"z": 1.5, "a": 1e-7, "b": True}}
    by = Reference(CUSTOMER.name, "email", "b@x.io")
    changes = (
        Create(
            CUSTOMER, {**data, "address": {"city": "Bonn"}, "tags": ["x", "é"], "externalIds": {"b": "2", "a": "1"}}
        ),
        Update(CUSTOMER, by, {"metadata": {"z": None}, "phone": "030 1", "externalIds": {"a": "3", "b": None}}),
        Update(CUSTOMER, by, {"phone": "030 1"}),
        Upsert(CUSTOMER, by, {"title": "Dr"}),
        Delete(CUSTOMER, by),
        Restore(CUSTOMER, by),
    )
    for change in changes:
        written = await desk.do(change)
        at = Reference(CUSTOMER.name, "id", written.id)
        answer = await read(desk.db, default_single(CUSTOMER, at, Deleted.INCLUDE), SYSTEM)
        assert answer.body is not None
        assert json.loads(answer.body) == json.loads(f"{{{written.members}}}")
        assert answer.body.decode() == f"{{{written.members}}}"
        assert answer.version == written.version
    unchanged = await desk.do(Update(CUSTOMER, by, {"title": "Dr"}))
    assert unchanged.outcome is Outcome.UNCHANGED
    assert unchanged.members is not None
