"""The database: reads beside writes, and whole transactions or none."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.services.database import Database, UniqueViolation
from schema.problem import Problem
from tests.services.databases import ENDLESS, SLOW, add, names, opened


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as db:
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text NOT NULL, size bigint)")
            await tx.execute("CREATE UNIQUE INDEX things_name_live ON things (name)")
        yield db


async def test_what_a_transaction_wrote_is_read(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.execute(add(db), ("a", 1)) == 1
        await tx.execute(add(db), ("b", 2))
        await tx.execute(add(db), ("c", None))
        assert await tx.execute("UPDATE things SET size = 5 WHERE size IS NOT NULL") == 2
        assert await tx.fetch_row(f"{add(db)} RETURNING size", ("d", 4)) == (4,)
        assert await tx.fetch_row("SELECT name FROM things WHERE size = 7") is None
        assert await tx.fetch("SELECT name, size FROM things WHERE size IS NULL") == [("c", None)]
        assert await db.fetch("SELECT name FROM things") == []
    assert await names(db) == ["a", "b", "c", "d"]
    where = f"WHERE name = {db.dialect.placeholder(1, 'text')}"
    assert await db.fetch_row(f"SELECT size FROM things {where}", ("b",)) == (5,)
    assert await db.fetch_row(f"SELECT size FROM things {where}", ("x",)) is None


async def test_an_error_undoes_the_transaction(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await tx.execute(add(db), ("a", 1))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    assert await names(db) == []


async def test_a_unique_violation_names_its_index(db: Database) -> None:
    twice = f"{add(db)}, ({db.dialect.placeholder(1, 'text')}, {db.dialect.placeholder(2, 'bigint')})"
    with pytest.raises(UniqueViolation) as caught:
        async with db.transaction() as tx:
            await tx.execute(twice, ("a", 1))
    assert caught.value.name == "things_name_live"
    assert await names(db) == []


async def test_reads_cannot_write(db: Database) -> None:
    with pytest.raises(Problem):
        await db.fetch("DELETE FROM things")
    assert await names(db) == []


async def test_a_fault_of_the_statement_is_not_the_databases(db: Database) -> None:
    with pytest.raises(Exception, match="nothing") as caught:
        await db.fetch("SELECT nothing FROM things")
    assert not isinstance(caught.value, Problem)
    with pytest.raises(Exception, match="nothing") as caught:
        async with db.transaction() as tx:
            await tx.execute("UPDATE things SET nothing = 1")
    assert not isinstance(caught.value, Problem)
    assert await names(db) == []


async def test_many_write_at_once(db: Database) -> None:
    async def write(number: int) -> None:
        async with db.transaction() as tx:
            await tx.execute(add(db), (f"{number:03}", number))

    await asyncio.gather(*(write(number) for number in range(50)))
    assert len(await names(db)) == 50


async def test_cancelled_transactions_leave_nothing_open(db: Database) -> None:
    async def write(number: int) -> None:
        async with db.transaction() as tx:
            for part in range(50):
                await tx.execute(add(db), (f"{number}.{part}", part))
            await asyncio.Event().wait()

    for number in range(50):
        task = asyncio.create_task(write(number))
        for _ in range(number):
            await asyncio.sleep(0)
        if number % 5 == 0:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.sleep(0)
        if number % 2:
            task.cancel()  # while it is undone
        with pytest.raises(asyncio.CancelledError):
            await task
    async with db.transaction() as tx:
        await tx.execute(add(db), ("after", 1))
    assert await names(db) == ["after"]
    if db.dialect.name == "postgresql":
        open_ = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        assert await db.fetch(open_) == [(0,)]


async def test_a_task_started_in_a_transaction_is_not_in_it(db: Database) -> None:
    begun = asyncio.Event()

    async def beside() -> None:
        await begun.wait()
        async with db.transaction() as tx:
            await tx.execute(add(db), ("beside", 1))

    async def fail() -> None:
        async with db.transaction() as tx:
            tasks.append(asyncio.create_task(beside()))
            await tx.execute(add(db), ("undone", 1))
            begun.set()
            await asyncio.sleep(0)
            raise KeyError

    tasks: list[asyncio.Task[None]] = []
    with pytest.raises(KeyError):
        await fail()
    await tasks[0]
    assert await names(db) == ["beside"]


async def test_a_slow_read_lets_others_pass(db: Database) -> None:
    slow = asyncio.create_task(db.fetch(ENDLESS))  # however long the other one takes
    await asyncio.sleep(0)
    assert await names(db) == []
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has threads of their own priority")
async def test_what_is_slow_gives_way_to_what_is_quick(tmp_path: Path) -> None:
    async with opened(f"sqlite://{tmp_path / 'cube.db'}") as db:
        assert await db.fetch(SLOW) == [(500000,)]
        readers = [thread.native_id for thread in threading.enumerate() if thread.name.startswith("cube-read")]
        lower = min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
        assert [os.getpriority(os.PRIO_PROCESS, one or 0) for one in readers] == [lower]


async def test_abandoned_reads_free_their_places(db: Database) -> None:
    tasks = [asyncio.create_task(db.fetch(ENDLESS)) for _ in range(12)]
    await asyncio.sleep(0.2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await db.fetch(SLOW) == [(500000,)]


async def test_sqlite_is_set_up_for_one_writer_and_many_readers(tmp_path: Path) -> None:
    async with opened(f"sqlite://{tmp_path / 'cube.db'}") as db, db.transaction() as tx:
        pragmas = ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        assert [await tx.fetch_row(f"PRAGMA {name}") for name in pragmas] == [("wal",), (0,), (1,), (1,)]
        assert await db.fetch_row("PRAGMA query_only") == (1,)
