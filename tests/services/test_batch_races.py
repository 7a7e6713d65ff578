"""Batches that want the same records at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from app.services.batch import Done, Result, check_batch, perform_batch
from app.services.database import Database
from app.services.unit_of_work import in_unit_of_work
from schema.actor import SYSTEM
from schema.batch import read_batch
from schema.change import Call, Source
from schema.resources import CLIENT, CUSTOMER
from tests.services.conftest import TRACE, Desk
from tests.services.databases import opened

Json = dict[str, Any]
PARALLEL = 20


@pytest.fixture
async def other(desk: Desk, migrated_url: str) -> AsyncIterator[Database]:
    """The same database, opened as by another process."""
    async with opened(migrated_url) as db:
        yield db


async def do(db: Database, operations: Sequence[Json], *, atomic: bool = True) -> Sequence[Result]:
    checked = await check_batch(read_batch({"operations": list(operations), "atomic": atomic}), SYSTEM)
    call = Call(SYSTEM, Source.BATCH, TRACE)
    return await in_unit_of_work(db, call, lambda work: perform_batch(work, checked))


async def total(desk: Desk, table: str) -> int:
    row = await desk.db.fetch_row(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("atomic", [True, False])
async def test_parallel_upserts_of_the_same_references_lose_nothing(desk: Desk, other: Database, atomic: bool) -> None:
    """Each goes through the references in another order, and leaves its own mark in each record."""

    def batch(number: int) -> list[Json]:
        found = [
            {
                "op": "upsert",
                "resource": "customers",
                "id": f"email:c{i}@x.io" if (i + number) % 2 else f"erp:{i}",
                "data": {"email": f"c{i}@x.io", "externalIds": {"erp": str(i)}, "metadata": {f"n{number}": 1}},
            }
            for i in range(6)
        ]
        found = found[number % 6 :] + found[: number % 6]
        return found[::-1] if number % 3 else found

    both = (desk.db, other)
    told = await asyncio.gather(*(do(both[i % 2], batch(i), atomic=atomic) for i in range(PARALLEL)))
    assert all(isinstance(one, Done) for results in told for one in results)
    assert await total(desk, "customers") == 6
    assert sum(one.status == 201 for results in told for one in results if isinstance(one, Done)) == 6
    rows = await desk.db.fetch("SELECT id FROM customers")
    for (id_,) in rows:
        values = await desk.values(id_)
        assert values["metadata"] == {f"n{number}": 1 for number in range(PARALLEL)}
        assert values["version"] == PARALLEL
        assert [one["version"] for one in await desk.changes(id_)] == list(range(1, PARALLEL + 1))


async def test_single_writes_and_batches_meet_in_any_order(desk: Desk, other: Database) -> None:
    made = [await desk.create(CUSTOMER, {"name": f"c{i}"}) for i in range(6)]
    batches = [
        [
            {"op": "update", "resource": "customers", "id": id_, "data": {"metadata": {f"b{number}": 1}}}
            for id_ in (made if number % 2 else made[::-1])
        ]
        for number in range(6)
    ]
    both = (desk.db, other)
    singles = [desk.update(CUSTOMER, made[number % 6], {"metadata": {f"s{number}": 1}}) for number in range(12)]
    await asyncio.gather(*(do(both[i % 2], one) for i, one in enumerate(batches)), *singles)
    for i, id_ in enumerate(made):
        values = await desk.values(id_)
        assert set(values["metadata"]) == {*(f"b{n}" for n in range(6)), f"s{i}", f"s{i + 6}"}
        assert values["version"] == 9


async def test_a_filter_changes_each_record_once_as_it_was_found(desk: Desk, other: Database) -> None:
    """Whoever finds a record must change it as found: none is counted down twice."""
    for i in range(5):
        await desk.create(CLIENT, {"name": f"c{i}", "status": "PROSPECT"})
    claim = {
        "op": "update",
        "resource": "clients",
        "filter": {"status": {"eq": "PROSPECT"}},
        "atMost": 5,
        "data": {"status": "ACTIVE"},
    }
    both = (desk.db, other)
    told = await asyncio.gather(*(do(both[i % 2], [claim]) for i in range(8)))
    sizes = sorted(len(one.body) > 2 for (one,) in told if isinstance(one, Done))
    assert sizes == [False] * 7 + [True]
    assert await total(desk, "changes") == 10
