"""Fills an SQLite file with a directory of a given size: each row as Cube itself stores it, only sooner."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count, repeat
from pathlib import Path
from typing import Any, cast

from app.cli.running import call
from app.services.database import Database, Transaction
from app.services.ids import encode
from app.services.known import look_up
from app.services.making import make_known
from app.services.setup import prepare
from app.services.sql.dialect import DIALECTS
from app.services.unit_of_work import UnitOfWork, add, in_unit_of_work
from app.services.writes import customer as customers
from app.settings import Settings
from schema.change import Source
from schema.inputs import Given, for_create, pointed
from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER, USER
from scripts.measures import directory

Statement = tuple[str, Sequence[Any]]
_FIRST = 1_700_000_000_000  # in milliseconds: when the first customer seems to have been made
_PART = 2_000  # customers that a process makes at a time
_INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?, ?)"


class Gathered:
    """What there is of a transaction for a record that is only added: it gathers what is to be stored.

    There are no change records, which no measure reads. Ids are of made-up times: `first`, and on from there by the
    millisecond. Processes that make theirs at the same time would give them in no order.
    """

    def __init__(self, first: int) -> None:
        self.statements: list[Statement] = []
        self._times = count(first)

    def later(self, text: str, params: Sequence[Any], *, guarded: bool = False) -> None:
        if not text.startswith("INSERT INTO changes "):
            self.statements.append((text, params))

    def next_id(self, _: str, prefix: str) -> str:
        return f"{prefix}_{encode(next(self._times) << 80 | 7 << 76 | 2 << 62)}"


def fill(file: Path, size: int) -> str:
    """Makes the file; the secret of a key that may do everything."""
    settings = Settings.load({"CUBE_DATABASE_URL": f"sqlite://{file}", "CUBE_SAMPLE": "off"}, dotenv=None)
    admin = asyncio.run(prepare(settings, call())).admin
    assert admin, "the file has been filled before"
    owners, clients = asyncio.run(_related(settings))
    _store(file, size, clients, owners)
    return admin.secret


async def _related(settings: Settings) -> tuple[list[str], list[str]]:
    """The ids of the users and of the clients, who are made on Cube's usual way."""
    db = await Database.open(settings)
    try:
        return await in_unit_of_work(db, call(Source.IMPORT), _make_related)
    finally:
        await db.close()


async def _make_related(work: UnitOfWork) -> tuple[list[str], list[str]]:
    owners = [await _made(work, USER, directory.user(i)) for i in range(directory.USERS)]
    clients = [await _made(work, CLIENT, directory.client(i, owners)) for i in range(directory.CLIENTS)]
    return owners, clients


async def _made(work: UnitOfWork, resource: Resource, data: dict[str, Any]) -> str:
    given = _given(resource, data)
    return (await make_known(work, resource, given, await look_up(work, ()))).id


def _store(file: Path, size: int, clients: list[str], owners: list[str]) -> None:
    """Indexes are left out meanwhile: made at the end, each is one sort."""
    db = sqlite3.connect(file, isolation_level=None)
    for pragma in ("synchronous=OFF", "cache_size=-256000", "temp_store=MEMORY", "foreign_keys=OFF"):
        db.execute(f"PRAGMA {pragma}")
    indexes = db.execute(_INDEXES, (CUSTOMER.table, "external_ids")).fetchall()
    told = db.execute("SELECT * FROM sqlite_stat1 WHERE tbl = ?", (CUSTOMER.table,)).fetchall()  # goes with the indexes
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
    parts = [range(i, min(i + _PART, size)) for i in range(0, size, _PART)]
    with ProcessPoolExecutor(2) as pool:
        for statements in pool.map(_customers, parts, repeat(size), repeat(clients), repeat(owners)):
            db.execute("BEGIN")
            for text, params in statements:
                db.execute(text, params)
            db.execute("COMMIT")
    for _, text in indexes:
        db.execute(text)
    db.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", told)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _customers(numbers: range, of: int, clients: list[str], owners: list[str]) -> list[Statement]:
    records = (directory.customer(i, of, clients, owners) for i in numbers)
    return asyncio.run(_gather(records, _FIRST + numbers.start))


async def _gather(records: Iterator[dict[str, Any]], first: int) -> list[Statement]:
    gathered = Gathered(first)
    work = UnitOfWork(cast("Transaction", gathered), DIALECTS["sqlite"], call(Source.IMPORT))
    for data in records:
        add(work, CUSTOMER, await customers.become(work, None, _given(CUSTOMER, data)))
    return gathered.statements


def _given(resource: Resource, data: dict[str, Any]) -> Given:
    """References that hold an id are taken at their word."""
    return pointed(resource, for_create(resource, data), lambda one: one.value)
