"""Answers to idempotency keys are swept away in the background, once their time is over."""

from __future__ import annotations

import asyncio

from app.services.database import Database
from app.services.idempotency import Reply, keep, sweep
from app.services.sweeping import sweeping
from schema.change import Once
from schema.problem import problem
from schema.values.instant import later, now

AT = "2026-01-31T09:30:00.000Z"


async def kept(db: Database, key: str, ends_at: str) -> None:
    once = Once("key_1", key, "f", AT, ends_at, "", "")
    async with db.transaction() as tx:
        keep(tx, db.dialect, once, Reply(200, [], b"{}"))


async def keys(db: Database) -> list[str]:
    return [key for (key,) in await db.fetch("SELECT key FROM idempotency_keys ORDER BY key")]


async def test_what_is_over_goes_a_few_at_a_time(db: Database) -> None:
    for i in range(10):
        await kept(db, f"old{i}", AT)
    await kept(db, "young", later(AT, 1))
    await sweep(db, AT, most=4)
    assert await keys(db) == ["young"]
    await sweep(db, later(AT, 1), most=4)
    assert await keys(db) == []


async def test_two_processes_sweep_at_once(db: Database) -> None:
    for i in range(20):
        await kept(db, f"old{i}", AT)
    await asyncio.gather(*(sweep(db, AT, most=3) for _ in range(4)))
    await sweep(db, AT)
    assert await keys(db) == []


async def test_it_goes_on_by_itself_though_the_database_be_away(db: Database) -> None:
    await kept(db, "old", AT)
    await kept(db, "young", later(now(), 3600))
    away = iter([True])
    fetch_row = db.fetch_row

    async def sometimes(*args: object) -> object:
        if next(away, False):
            raise problem("unavailable")
        return await fetch_row(*args)  # type: ignore[arg-type]

    db.fetch_row = sometimes  # type: ignore[assignment, method-assign]
    begun = sweeping(db, every=0.01)
    try:
        for _ in range(500):
            if await keys(db) == ["young"]:
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("it was never swept")
    finally:
        await begun.stop()
        del db.fetch_row
