"""SQLite's reads of one turn of the event loop see one state: never one that was over when they were asked for."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.services.database import Database
from tests.services.databases import add, names, opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cube.db"


@pytest.fixture
async def db(file: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite:///{file}") as db:
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE things (name text NOT NULL, size bigint)")
        yield db


@pytest.fixture
def other(db: Database, file: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as connection:
        yield connection


async def test_one_turn_sees_one_state_and_the_next_what_was_stored_meanwhile(
    db: Database, other: sqlite3.Connection
) -> None:
    assert await names(db) == []
    other.execute("INSERT INTO things VALUES ('a', 1)")
    assert await names(db) == []
    await asyncio.sleep(0)
    assert await names(db) == ["a"]


async def test_nothing_is_held_between_turns(db: Database, other: sqlite3.Connection) -> None:
    await names(db)
    await asyncio.sleep(0)
    other.execute("INSERT INTO things VALUES ('a', 1)")
    (busy, _, _) = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0


async def test_a_long_turn_sees_what_was_stored_meanwhile(db: Database, other: sqlite3.Connection) -> None:
    assert await names(db) == []
    other.execute("INSERT INTO things VALUES ('a', 1)")
    while await names(db) == []:
        pass
    assert await names(db) == ["a"]


@pytest.mark.parametrize("seed", range(5))
async def test_whoever_has_written_reads_it(db: Database, seed: int) -> None:
    """However many write and read in the same turns."""
    chance = random.Random(seed)

    async def writes(name: str) -> None:
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        async with db.transaction() as tx:
            if chance.random() < 0.5:
                await names(db)
            await tx.execute(add(db), (name, 1))
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
                await names(db)
        assert name in await names(db)

    async def reads() -> None:
        for _ in range(50):
            await names(db)
            await asyncio.sleep(0)

    await asyncio.gather(*(writes(f"n{i}") for i in range(40)), *(reads() for _ in range(5)))
    assert len(await names(db)) == 40


def test_a_loop_that_ended_holds_nothing(db: Database, other: sqlite3.Connection) -> None:
    """It has no next turn."""
    assert _read_in_a_loop_of_its_own(db) == []
    other.execute("INSERT INTO things VALUES ('a', 1)")
    assert _read_in_a_loop_of_its_own(db) == ["a"]


def _read_in_a_loop_of_its_own(db: Database) -> list[str]:
    found: list[list[str]] = []

    async def read() -> None:
        found.append(await names(db))
        asyncio.get_running_loop().stop()

    loop = asyncio.new_event_loop()
    try:
        task = loop.create_task(read())
        loop.run_forever()
        assert task.done()
    finally:
        loop.close()
    return found[0]
