"""Units of work on the database: put off, shared, undone and overtaken."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from app.services.database import Database, Limits, LostRace, UniqueViolation
from app.services.database.postgresql_combined import Waiting, _combined, combined
from tests.services.databases import ENDLESS, SLOW, add, names, opened, refused

TABLES = (
    "CREATE TABLE things (name text NOT NULL, size bigint)",
    "CREATE UNIQUE INDEX things_name_live ON things (name)",
)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as db:
        async with db.transaction() as tx:
            for text in TABLES:
                await tx.execute(text)
        yield db


def update(db: Database, text: str) -> str:
    """The statement with a placeholder for a name where @ stands."""
    return f"UPDATE things SET {text}".replace("@", db.dialect.placeholder(1, "text"))


async def test_what_is_put_off_is_done_in_order_before_anything_looks(db: Database) -> None:
    async with db.transaction() as tx:
        tx.later(add(db), ("a", 1))
        tx.later(add(db), ("b", 1))
        tx.later(update(db, "size = 2 WHERE name = @"), ("a",), guarded=True)
        tx.later(add(db), ("c", 1))
        assert await tx.peek("SELECT name, size FROM things ORDER BY name") == [("a", 2), ("b", 1), ("c", 1)]
        tx.later(add(db), ("d", 1))
        assert await tx.fetch_row("SELECT count(*) FROM things") == (4,)
        tx.later(add(db), ("e", 1))
    assert await names(db) == ["a", "b", "c", "d", "e"]


async def test_an_insert_does_not_pass_an_update_that_sets_its_value_free(db: Database) -> None:
    async with db.transaction() as tx:
        assert await tx.peek("SELECT 1") == [(1,)]
        tx.later(add(db), ("a", 1))
        tx.later(update(db, "name = 'other' WHERE name = @"), ("a",))
    assert await names(db) == ["other"]
    async with db.transaction() as tx:
        tx.later(add(db), ("a", 1))
        tx.later(update(db, "name = 'another' WHERE name = @"), ("a",))
        tx.later(add(db), ("a", 2))
    assert await names(db) == ["a", "another", "other"]


def question(db: Database, yes: bool) -> tuple[str, tuple[object, ...]]:
    """A statement with two parameters that yields a row or none."""
    one, other = db.dialect.placeholder(1, "bigint"), db.dialect.placeholder(2, "text")
    return f"SELECT 1 WHERE {one} = 1 AND {other} = 'x'", (1 if yes else 2, "x")


async def required(db: Database, answers: tuple[bool, ...], before: str, *, again: bool) -> None:
    """Requires twice, does something, and stores a row."""
    async with db.transaction(again=again) as tx:
        for yes in answers[:2]:
            tx.require(*question(db, yes))
        match before:
            case "question":
                tx.later(*question(db, answers[2]), guarded=True)
            case "fetch":
                await tx.fetch("SELECT 1")
            case "execute":
                await tx.execute(add(db), ("b", 1))
            case "answer":
                await tx.answer("SELECT 1")
            case "savepoint":
                await tx.savepoint()
                tx.later(add(db), ("undone", 1))
                await tx.undo()
        if before != "end":
            tx.later(add(db), ("a", 1))


@pytest.mark.parametrize("again", [True, False])
@pytest.mark.parametrize("before", ["end", "insert", "question", "fetch", "execute", "answer", "savepoint"])
async def test_nothing_is_stored_unless_what_is_required_is_so(db: Database, before: str, again: bool) -> None:
    for answers in itertools.product((True, False), repeat=3):
        good = all(answers[:2]) and (answers[2] or before != "question")
        with nullcontext() if good else pytest.raises(LostRace):
            await required(db, answers, before, again=again)
        stored = {"end": [], "execute": ["a", "b"]}.get(before, ["a"])
        assert await names(db) == (stored if good else [])
        async with db.transaction() as tx:
            await tx.execute("DELETE FROM things")


def test_the_form_of_many_statements_is_not_kept() -> None:
    one = Waiting("INSERT INTO things VALUES ($1)", ("a",), guarded=False)
    kept = _combined.cache_info().currsize
    assert combined([one] * 3000) is None
    assert _combined.cache_info().currsize == kept


async def put_off(db: Database, *statements: tuple[str, tuple[object, ...], bool], peeks: bool) -> None:
    async with db.transaction() as tx:
        if peeks:
            assert await tx.peek("SELECT 1") == [(1,)]
        for text, params, guarded in statements:
            tx.later(text, params, guarded=guarded)


@pytest.mark.parametrize("peeks", [False, True])
async def test_a_guarded_statement_that_changes_nothing_undoes_all(db: Database, peeks: bool) -> None:
    nobody = update(db, "size = 1 WHERE name = @")
    with pytest.raises(LostRace):
        await put_off(db, (nobody, ("nobody",), True), (add(db), ("a", 1), False), peeks=peeks)
    assert await names(db) == []
    await put_off(db, (nobody, ("nobody",), False), (add(db), ("a", 1), False), peeks=peeks)
    assert await names(db) == ["a"]


@pytest.mark.parametrize("peeks", [False, True])
async def test_a_unique_violation_of_what_was_put_off(db: Database, peeks: bool) -> None:
    await put_off(db, (add(db), ("a", 1), False), peeks=peeks)
    with pytest.raises(UniqueViolation) as caught:
        await put_off(db, (add(db), ("a", 2), False), peeks=peeks)
    assert caught.value.name == "things_name_live"
    assert await db.fetch("SELECT name, size FROM things") == [("a", 1)]


async def test_a_part_is_undone_by_itself(db: Database) -> None:
    async with db.transaction() as tx:
        tx.later(add(db), ("a", 1))
        await tx.savepoint()
        tx.later(add(db), ("b", 1))
        await tx.undo()
        await tx.savepoint()
        tx.later(add(db), ("c", 1))
        await tx.keep()
    assert await names(db) == ["a", "c"]


async def test_units_of_work_at_once_fail_each_by_itself(db: Database) -> None:
    async def write(number: int) -> None:
        async with db.transaction() as tx:
            tx.later(add(db), (f"{number:02}", number))
            if number % 3 == 0:
                tx.later(add(db), ("taken", number))
            if number % 3 == 1:
                raise KeyError

    found = await asyncio.gather(*(write(number) for number in range(12)), return_exceptions=True)
    assert [type(one) for one in found[1::3]] == [KeyError] * 4
    assert sorted(type(one).__name__ for one in found[0::3]) == ["NoneType"] + ["UniqueViolation"] * 3
    assert found[2::3] == [None] * 4
    stored = await names(db)
    assert [name for name in stored if name.isdigit() and int(name) % 3 == 2] == ["02", "05", "08", "11"]
    assert "taken" in stored
    assert len(stored) == 6


async def test_units_of_work_that_begin_anew_come_through_beside_one_that_fails(db: Database) -> None:
    async def write(number: int) -> None:
        while True:
            try:
                async with db.transaction(again=True) as tx:
                    tx.later(add(db), (f"{number:02}", number))
                    if number % 3 == 1:
                        raise KeyError
                return
            except LostRace:
                continue

    async def look(number: int) -> None:
        async with db.transaction(again=number % 2 == 0) as tx:
            await tx.fetch("SELECT 1")
            raise ValueError  # which has nothing to undo

    units = (one(number) for number in range(12) for one in (write, look))
    found = await asyncio.gather(*units, return_exceptions=True)
    assert [type(one) for one in found[2::6]] == [KeyError] * 4
    assert [type(one) for one in found[1::2]] == [ValueError] * 12
    assert await names(db) == [f"{number:02}" for number in range(12) if number % 3 != 1]


async def test_a_slow_answer_sees_what_was_written_and_holds_nobody_else_back(db: Database) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    beside = asyncio.create_task(others())
    async with db.transaction() as tx:
        tx.later(add(db), ("a", 1))
        assert await tx.answer("SELECT name FROM things") == ("a",)
        before = turns
        assert await tx.answer(f"SELECT (SELECT count(*) FROM things), n.* FROM ({SLOW}) n") == (1, 500_000)
        assert turns > before + 10
        tx.later(add(db), ("b", 1))
    beside.cancel()
    assert await names(db) == ["a", "b"]


async def test_an_answer_that_comes_to_no_end_undoes_its_write_alone(sqlite: Database, tmp_path: Path) -> None:
    async with opened(f"sqlite://{tmp_path / 'cube.db'}", Limits(wait=0.2)) as db:
        async with refused(), db.transaction() as tx:
            tx.later(add(db), ("a", 1))
            await tx.answer(ENDLESS)
        async with db.transaction() as tx:
            tx.later(add(db), ("b", 1))
        assert await names(db) == ["b"]


async def test_a_caller_who_goes_away_while_the_answer_is_read_leaves_nothing(db: Database) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with db.transaction() as tx:
            await tx.execute(add(db), ("a", 1))
            begun.set()
            await tx.answer(ENDLESS)

    writing = asyncio.create_task(write())
    await begun.wait()
    await asyncio.sleep(0.05)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with db.transaction() as tx:
        tx.later(add(db), ("b", 1))
    assert await names(db) == ["b"]


async def test_one_that_takes_its_time_holds_no_other_back_for_ever(db: Database) -> None:
    async def slowly() -> None:
        async with db.transaction() as tx:
            tx.later(add(db), ("slow", 1))
            await asyncio.sleep(0.02)

    async def quickly(number: int) -> None:
        await asyncio.sleep(0.001 * number)
        async with db.transaction() as tx:
            tx.later(add(db), (f"{number:02}", number))

    await asyncio.gather(quickly(0), slowly(), *(quickly(number) for number in range(1, 30)))
    assert len(await names(db)) == 31


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite://{tmp_path / 'cube.db'}") as db:
        async with db.transaction() as tx:
            for text in TABLES:
                await tx.execute(text)
            await tx.execute("CREATE TABLE parts (of text REFERENCES things (name))")
        yield db


async def test_all_whose_commit_fails_are_told(sqlite: Database) -> None:
    async def write(name: str, part_of: str) -> None:
        async with sqlite.transaction() as tx:
            await tx.execute("PRAGMA defer_foreign_keys = ON")
            tx.later(add(sqlite), (name, 1))
            tx.later("INSERT INTO parts VALUES (?1)", (part_of,))

    found = await asyncio.gather(write("a", "a"), write("b", "nothing"), return_exceptions=True)
    assert [type(one) for one in found] == [sqlite3.IntegrityError] * 2
    assert await names(sqlite) == []
    await write("a", "a")
    assert await names(sqlite) == ["a"]


async def test_what_is_written_leaves_the_log(sqlite: Database, tmp_path: Path) -> None:
    async with sqlite.transaction() as tx:
        for number in range(5000):
            await tx.execute(add(sqlite), (f"{number}", number))
    held = sqlite3.connect(f"file:{tmp_path / 'cube.db'}?immutable=1", uri=True)
    for _ in range(200):
        held.close()
        held = sqlite3.connect(f"file:{tmp_path / 'cube.db'}?immutable=1", uri=True)
        tables = held.execute("SELECT count(*) FROM sqlite_master WHERE name = 'things'").fetchone()
        if tables == (1,) and held.execute("SELECT count(*) FROM things").fetchone() == (5000,):
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("what was written stays in the log")
    held.close()
