"""Paging is exhaustive: every sort, both directions, over nulls, ties and accents, whatever is written meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services import ids
from app.services.database import Database
from app.services.read import Answer, read
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Delete
from schema.cursor import Cursor, encode
from schema.paging import mark
from schema.paths import sortable
from schema.query_string import list_selection, parameters
from schema.reference import Reference
from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER, DIRECTORY, USER
from tests.models.rows import insert
from tests.oracle import Directory
from tests.world import CALL, add, customer, directory, fill

Json = dict[str, Any]


async def ask(db: Database, resource: Resource, query: str) -> tuple[Json, Answer]:
    answer = await read(db, list_selection(resource, parameters(query)), SYSTEM)
    assert answer.body is not None
    body = orjson.loads(answer.body)
    assert (body["nextCursor"], body["previousCursor"]) == (answer.next, answer.previous)
    return body, answer


async def forwards(db: Database, resource: Resource, query: str) -> tuple[list[str], str | None]:
    """All ids, page after page, and the last cursor used."""
    found: list[str] = []
    after, body = None, (await ask(db, resource, query))[0]
    assert body["previousCursor"] is None
    while True:
        found += [one["id"] for one in body["data"]]
        if body["nextCursor"] is None:
            return found, after
        after = body["nextCursor"]
        body = (await ask(db, resource, f"{query}&after={after}"))[0]
        assert body["previousCursor"] is not None


async def backwards(db: Database, resource: Resource, query: str, after: str | None) -> list[str]:
    """All ids again, from the last page back to the first."""
    body = (await ask(db, resource, f"{query}&after={after}" if after else query))[0]
    found = [one["id"] for one in body["data"]]
    while (cursor := body["previousCursor"]) is not None:
        body = (await ask(db, resource, f"{query}&before={cursor}"))[0]
        assert body["nextCursor"] is not None
        found = [one["id"] for one in body["data"]] + found
    return found


def sorts() -> list[tuple[Resource, str]]:
    """Every sort in both directions."""
    return [(r, sign + path) for r in DIRECTORY for path in sortable(r) for sign in ("", "-")]


async def test_every_sort_walks_every_record_once_in_order(db: Database) -> None:
    world = await fill(db, random.Random(1))
    for resource, sort in sorts():
        expected = [one["id"] for one in world.ordered(resource, world.live(resource), sort)]
        query = f"fields=id&sort={sort}&limit=7"
        found, last = await forwards(db, resource, query)
        assert found == expected, sort
        assert await backwards(db, resource, query, last) == expected, sort


@st.composite
def several_keys(draw: st.DrawFn) -> str:
    paths = draw(st.lists(st.sampled_from(sorted(sortable(CUSTOMER))), min_size=1, max_size=5, unique=True))
    return ",".join(draw(st.sampled_from(("", "-"))) + path for path in paths)


@pytest.fixture
async def walk(db: Database) -> Callable[[int], Coroutine[Any, Any, Directory]]:
    """Replaces the directory by the random one of a seed."""

    async def fresh(seed: int) -> Directory:
        async with db.transaction() as tx:
            for table in ("customers", "clients", "users", "external_ids", "changes"):
                await tx.execute(f"DELETE FROM {table}", ())
                if db.dialect.name == "sqlite" and table in ("customers", "clients", "users"):
                    await tx.execute(f"DELETE FROM {table}_words", ())
        return await fill(db, random.Random(seed), users=3, clients=4, customers=14)

    return fresh


@pytest.mark.parametrize("size", [1, 4, 100])
async def test_random_data_and_random_sorts(db: Database, walk: Any, size: int) -> None:
    loop = asyncio.get_running_loop()
    examples: list[tuple[int, str]] = []

    @settings(max_examples=12, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 10**6), several_keys())
    def collect(seed: int, sort: str) -> None:
        examples.append((seed, sort))

    await loop.run_in_executor(None, collect)
    for seed, sort in examples:
        world = await walk(seed)
        expected = [one["id"] for one in world.ordered(CUSTOMER, world.live(CUSTOMER), sort)]
        query = f"fields=id&sort={sort}&limit={size}"
        found, last = await forwards(db, CUSTOMER, query)
        assert found == expected, (seed, sort)
        assert await backwards(db, CUSTOMER, query, last) == expected, (seed, sort)


@pytest.mark.parametrize("sort", ["-createdAt", "familyName", "-familyName", "client.name", "-address.city,familyName"])
async def test_untouched_records_come_once_while_others_are_written(db: Database, sort: str) -> None:
    r = random.Random(sort)
    world = await fill(db, r)
    untouched = {one["id"] for one in world.live(CUSTOMER)}
    users, clients = ([one["id"] for one in world.live(resource)] for resource in (USER, CLIENT))
    found: list[str] = []
    query = f"fields=id&sort={sort}&limit=3"
    body = (await ask(db, CUSTOMER, query))[0]
    number = 1000
    while True:
        found += [one["id"] for one in body["data"]]
        if body["nextCursor"] is None:
            break
        for _ in range(2):
            number += 1
            await add(db, CUSTOMER, customer(r, number, users, clients))
        body = (await ask(db, CUSTOMER, f"{query}&after={body['nextCursor']}"))[0]
        assert number < 2000, "the walk does not end"
    assert len(found) == len(set(found))
    assert untouched <= set(found)


async def test_the_way_back_from_beyond_the_end(db: Database) -> None:
    """A page may be empty since its records went: the cursors still tell what lies around it."""
    world = await fill(db, random.Random(3))
    ids = [one["id"] for one in world.ordered(CUSTOMER, world.live(CUSTOMER), "familyName")]
    query = f"fields=id&sort=familyName&limit={len(ids) - 2}"
    first = (await ask(db, CUSTOMER, query))[0]
    for one in ids[-2:]:
        await write(db, Delete(CUSTOMER, Reference("customer", "id", one)), CALL)
    empty = (await ask(db, CUSTOMER, f"{query}&after={first['nextCursor']}"))[0]
    assert (empty["data"], empty["nextCursor"]) == ([], None)
    back = (await ask(db, CUSTOMER, f"{query}&before={empty['previousCursor']}"))[0]
    assert [one["id"] for one in back["data"]] == ids[:-2]
    assert (back["previousCursor"], back["nextCursor"]) == (None, None)
    assert len((await directory(db)).live(CUSTOMER)) == len(ids) - 2


async def test_ids_tell_equal_records_apart_though_a_clock_was_ahead(db: Database) -> None:
    """On SQLite the rows' numbers stand for their ids, so these must grow alike, whoever adds a row."""
    made = [await add(db, CUSTOMER, {"name": "Ann"})]
    ahead = f"cus_{ids.encode(ids.decode(made[0][4:]) + (3_600_000 << 80))}"
    async with db.transaction() as tx:
        await insert(tx, db.dialect, "customers", id=ahead, members=f'"id":"{ahead}"')
    # Some of these in one transaction, one in another.
    made += [ahead, *await asyncio.gather(*(add(db, CUSTOMER, {"name": "Ann"}) for _ in range(5)))]
    made.append(await add(db, CUSTOMER, {"name": "Ann"}))
    if db.dialect.name == "sqlite":
        numbered = [id_ for (id_,) in await db.fetch("SELECT id FROM customers ORDER BY seq")]
        assert numbered == sorted(made)
    for sort in ("name", "-name", "id", "-status,id"):
        expected = sorted(made, reverse=sort == "-name")
        found, last = await forwards(db, CUSTOMER, f"fields=id&sort={sort}&limit=2")
        assert found == expected, sort
        assert await backwards(db, CUSTOMER, f"fields=id&sort={sort}&limit=2", last) == expected, sort


async def test_rows_whose_numbers_were_mixed_up_come_once_all_the_same(db: Database) -> None:
    """As by hand, or by an older version that still wrote: what is told of them may be in another order, but whole."""
    made = [f"cus_{ids.encode(i)}" for i in (5, 1, 4, 2, 3, 0)]
    async with db.transaction() as tx:
        for i, id_ in enumerate(made):
            await insert(tx, db.dialect, "customers", id=id_, members=f'"id":"{id_}"', name_folded=f"ann {i % 2}")
    for sort in ("phone", "-phone", "phone,name", "client.name", "status,-name", "id", "-client.name,id"):
        found, last = await forwards(db, CUSTOMER, f"fields=id&sort={sort}&limit=2")
        assert sorted(found) == sorted(made), sort
        assert await backwards(db, CUSTOMER, f"fields=id&sort={sort}&limit=2", last) == found, sort
    newest = await add(db, CUSTOMER, {"name": "Ann"})
    assert newest > max(made)


async def test_an_id_that_was_never_given_stands_between_two_records(db: Database) -> None:
    made = [await add(db, CUSTOMER, {"name": "Ann"}) for _ in range(3)]
    between = f"cus_{ids.encode(ids.decode(made[1][4:]) - 1)}"
    first, last = f"cus_{ids.encode(0)}", f"cus_{ids.encode(2**128 - 1)}"

    async def page(end: str, id_: str, *, inclusive: bool = False) -> list[str]:
        cursor = encode(Cursor(("ann", id_), inclusive), mark(list_selection(CUSTOMER, {"sort": "name"})))
        body = (await ask(db, CUSTOMER, f"fields=id&sort=name&{end}={cursor}"))[0]
        return [one["id"] for one in body["data"]]

    for inclusive in (False, True):
        assert await page("after", between, inclusive=inclusive) == made[1:]
        assert await page("after", first, inclusive=inclusive) == made
        assert await page("after", last, inclusive=inclusive) == []
        assert await page("before", between, inclusive=inclusive) == made[:1]
        assert await page("before", first, inclusive=inclusive) == []
        assert await page("before", last, inclusive=inclusive) == made
        assert await page("after", made[1], inclusive=inclusive) == made[2 - inclusive :]
        assert await page("before", made[1], inclusive=inclusive) == made[: 1 + inclusive]
