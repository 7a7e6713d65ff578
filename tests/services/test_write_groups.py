"""Creates that come in together are stored together, and each is told what came of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from app.services.database import Database
from app.services.write import write_and_answer
from schema.change import Create
from schema.problem import Problem
from schema.resources import CLIENT, CUSTOMER
from tests.services.conftest import Desk

MANY = 40


async def at_once(*writes: Awaitable[Any]) -> list[Any]:
    return await asyncio.gather(*writes, return_exceptions=True)


async def stored(db: Database) -> set[str]:
    return {name for (name,) in await db.fetch("SELECT name FROM customers")}


async def test_each_is_stored_once_with_its_change(desk: Desk) -> None:
    client = await desk.create(CLIENT, {"name": "Acme"})
    data = [{"name": f"n{i}", "email": f"n{i}@x.io", "clientId": client} for i in range(MANY)]
    found = await at_once(*(desk.create(CUSTOMER, one) for one in data))
    rows = await desk.db.fetch("SELECT c.id, c.name, count(h.seq) FROM customers c JOIN changes h ON h.record = c.id "
                               "GROUP BY c.id, c.name ORDER BY c.id")  # fmt: skip
    assert sorted(map(tuple, rows)) == sorted((id_, f"n{i}", 1) for i, id_ in enumerate(found))


async def test_one_that_is_refused_takes_no_other_with_it(desk: Desk) -> None:
    client = await desk.create(CLIENT, {"name": "Acme"})
    gone = await desk.create(CLIENT, {"name": "Gone"})
    await desk.delete(CLIENT, gone)
    await desk.create(CUSTOMER, {"name": "first", "email": "taken@x.io", "clientId": client})
    bad = {3: {"email": "taken@x.io"}, 17: {"clientId": gone}, 18: {"clientId": gone}, 30: {"email": "n29@x.io"}}
    data = [{"name": f"n{i}", "email": f"n{i}@x.io", "clientId": client} | bad.get(i, {}) for i in range(MANY)]
    found = await at_once(*(desk.create(CUSTOMER, one) for one in data))
    refused = {i: one.code for i, one in enumerate(found) if isinstance(one, Problem)}
    # Of two that want the same address one gets it, whichever that is.
    (loser,) = refused.keys() & {29, 30}
    codes = {3: "already_exists", 17: "validation_failed", 18: "validation_failed", loser: "already_exists"}
    assert refused == codes
    assert [one for one in found if not isinstance(one, str | Problem)] == []
    assert await stored(desk.db) == {"first"} | {f"n{i}" for i in range(MANY) if i not in refused}


async def test_one_who_goes_away_takes_no_other_along(desk: Desk) -> None:
    writes = [asyncio.create_task(desk.create(CUSTOMER, {"name": f"n{i}"})) for i in range(MANY)]
    await asyncio.sleep(0)
    for i in range(0, MANY, 5):
        writes[i].cancel()
    found = await at_once(*writes)
    gone = {i for i, one in enumerate(found) if isinstance(one, asyncio.CancelledError)}
    assert gone <= set(range(0, MANY, 5))
    assert [one for i, one in enumerate(found) if i not in gone and not isinstance(one, str)] == []
    assert await stored(desk.db) >= {f"n{i}" for i in range(MANY) if i not in gone}


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_a_few_transactions_are_enough(desk: Desk) -> None:
    client = await desk.create(CLIENT, {"name": "Acme"})
    data = [{"name": f"n{i}", "email": f"n{i}@x.io", "clientId": client} for i in range(MANY)]
    await at_once(*(desk.create(CUSTOMER, one) for one in data))
    ((transactions,),) = await desk.db.fetch("SELECT count(DISTINCT tx::text) FROM changes WHERE resource = 'CUSTOMER'")
    assert transactions <= MANY / 4


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_whoever_wants_a_lock_waits_for_it_alone(desk: Desk) -> None:
    held = "INSERT INTO external_ids (resource, system, value, record) VALUES ('customer', 'erp', 'held', 'cus_x')"
    async with desk.db.transaction() as tx:
        await tx.execute(held)
        data = [{"name": f"n{i}", "externalIds": {"erp": f"e{i}" if i else "held"}} for i in range(8)]
        writes = [asyncio.create_task(desk.create(CUSTOMER, one)) for one in data]
        # The others are answered while the lock is still there.
        assert all(isinstance(one, str) for one in await at_once(*writes[1:]))
        assert not writes[0].done()
    (refusal,) = await at_once(writes[0])
    assert isinstance(refusal, Problem)
    assert await stored(desk.db) == {f"n{i}" for i in range(1, 8)}


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_whoever_comes_behind_one_who_waits_for_a_lock_does_not_wait_for_it(desk: Desk) -> None:
    wanted = {"externalIds": {"erp": "held"}}
    held = "INSERT INTO external_ids (resource, system, value, record) VALUES ('customer', 'erp', 'held', 'cus_x')"
    async with desk.db.transaction() as tx:
        await tx.execute(held)
        first = [asyncio.create_task(desk.create(CUSTOMER, {"name": "first"} | wanted)) for _ in range(2)]
        while len(await desk.db.fetch("SELECT 1 FROM pg_locks WHERE NOT granted")) < len(first):
            await asyncio.sleep(0)
        # They have the same statement, are too few to go at once, and nobody arrives before them.
        behind = [desk.create(CUSTOMER, {"name": f"n{i}", "externalIds": {"erp": f"e{i}"}}) for i in range(2)]
        assert all(isinstance(one, str) for one in await at_once(*behind))
        assert not any(one.done() for one in first)
    assert all(isinstance(one, Problem) for one in await at_once(*first))
    assert await stored(desk.db) == {"n0", "n1"}


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_what_nobody_waits_for_any_more_is_called_back(desk: Desk) -> None:
    async with desk.db.transaction() as tx:
        await tx.execute("LOCK TABLE changes")
        write = asyncio.create_task(desk.create(CUSTOMER, {"name": "gone"}))
        waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'changes'::regclass"
        while not await desk.db.fetch(waits):
            await asyncio.sleep(0)
        write.cancel()
        assert isinstance((await at_once(write))[0], asyncio.CancelledError)
        while await desk.db.fetch(waits):
            await asyncio.sleep(0)
    assert await stored(desk.db) == set()


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_when_the_server_goes_away_nobody_waits_and_nothing_is_there_twice(desk: Desk) -> None:
    others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    end = f"SELECT pg_terminate_backend(pid) FROM {others}"

    async def answer(work: Any, written: Any) -> Any:
        return written

    async def create(i: int) -> Any:
        return await write_and_answer(desk.db, Create(CUSTOMER, {"name": f"n{i}"}), desk.call(), answer)

    writes = [asyncio.create_task(create(i)) for i in range(MANY)]
    ended = asyncio.create_task(desk.db.fetch(end))
    found = await at_once(*writes)
    await at_once(ended)
    failed = {i for i, one in enumerate(found) if isinstance(one, BaseException)}
    assert all(isinstance(found[i], Problem) and found[i].status == 503 for i in failed)
    names = [name for (name,) in await desk.db.fetch("SELECT name FROM customers")]
    assert len(names) == len(set(names))
    assert set(names) >= {f"n{i}" for i in range(MANY) if i not in failed}
