"""Whatever is written in whatever order: a record's changes, replayed, give the record that is stored."""

import asyncio
import shutil
from collections.abc import Awaitable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services import rows
from app.services.database import Database
from app.services.sql.words import tokens
from app.settings import Settings
from schema.change import Outcome
from schema.problem import Problem
from schema.resources import CUSTOMER
from tests.services.conftest import Desk

_KEYS = st.sampled_from(["a", "b", "ç"])
_VALUES = st.one_of(st.none(), st.booleans(), st.sampled_from([0, 1, 1.0, 2.5, "1", "é"]))
_DATA = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([None, "Ann", "Bob", " "]),
        "givenName": st.sampled_from([None, "Łucja", "Zoë"]),
        "email": st.sampled_from([None, "a@b.io", "A@b.io", "c@b.io"]),
        "phone": st.sampled_from([None, "030 901820", "+4930901820"]),
        "tags": st.lists(st.sampled_from(["x", "y"]), max_size=3) | st.none(),
        "metadata": st.dictionaries(_KEYS, _VALUES, max_size=3) | st.none(),
        "externalIds": st.dictionaries(st.sampled_from(["erp", "crm"]), st.sampled_from([None, "1", "2"])),
        "address": st.none() | st.fixed_dictionaries({}, optional={"country": st.sampled_from([None, "DE", "UK"])}),
        "status": st.sampled_from(["LEAD", "ACTIVE"]),
    },
)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["create", "update", "update", "delete", "restore", "upsert"]),
        st.integers(0, 2),
        st.sampled_from(["email:a@b.io", "erp:1", "crm:2"]),
        _DATA,
    ),
    max_size=12,
)


async def _step(desk: Desk, ids: list[str], step) -> None:
    kind, which, ref, data = step
    id_ = ids[which % len(ids)] if ids else None
    before = await desk.values(id_) if id_ else None
    match kind:
        case "create":
            ids.append(await desk.create(CUSTOMER, data))
        case "upsert":
            written = await desk.upsert(CUSTOMER, ref, data)
            if written.outcome is Outcome.CREATED:
                ids.append(written.id)
        case _ if id_ and before:
            match kind:
                case "update":
                    written = await desk.update(CUSTOMER, id_, data)
                case "delete":
                    written = await desk.delete(CUSTOMER, id_)
                case _:
                    written = await desk.restore(CUSTOMER, id_)
            grown = written.version - before["version"]
            assert grown == (0 if written.outcome is Outcome.UNCHANGED else 1)
            if written.outcome is Outcome.UNCHANGED:
                assert await desk.values(id_) == before


async def _refusal(work: Awaitable[None]) -> str | None:
    try:
        await work
    except Problem as refusal:
        return refusal.code
    return None


async def _consistent(desk: Desk, id_: str) -> None:
    """The record, its changes, its words and its side rows say the same."""
    values = await desk.values(id_)
    replayed = rows.empty(CUSTOMER) | {"id": id_, "status": None, "emailConsent": None}
    changes = await desk.changes(id_, limit="1000")
    assert [change["version"] for change in changes] == list(range(1, values["version"] + 1))
    for change in changes:
        for name, (before, after) in change["changes"].items():
            if change["action"] != "CREATED":
                assert replayed[name] == before
            replayed[name] = after
        replayed |= {"version": change["version"], "updatedAt": change["at"]}
    assert repr(replayed) == repr({name: values[name] for name in replayed})
    assert await desk.words(id_) == set(tokens(CUSTOMER, values))
    assert await desk.sides(id_) == ({} if values["deletedAt"] else values["externalIds"])


async def _run(url: str, steps) -> None:
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None))
    try:
        async with db.transaction() as tx:
            for table in ("changes", "external_ids", "customers"):
                await tx.execute(f"DELETE FROM {table}")
            if db.dialect.name == "sqlite":
                await tx.execute("DELETE FROM customers_words")
        desk, ids = Desk(db), list[str]()
        for step in steps:
            refusal = await _refusal(_step(desk, ids, step))
            assert refusal in (None, "validation_failed", "already_exists", "not_found")
        for id_ in ids:
            await _consistent(desk, id_)
    finally:
        await db.close()


@pytest.fixture(scope="module")
def sqlite_url(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("replay") / "cube.db"
    shutil.copy(migrated_sqlite, file)
    return f"sqlite://{file}"


@pytest.fixture(scope="module")
def postgresql_url(postgres, migrated_postgresql: str) -> str:
    url: str = postgres.create_database(migrated_postgresql)
    return url


@settings(max_examples=60)
@given(_STEPS)
def test_replay_on_sqlite(sqlite_url: str, steps):
    asyncio.run(_run(sqlite_url, steps))


@settings(max_examples=30)
@given(_STEPS)
def test_replay_on_postgresql(postgresql_url: str, steps):
    asyncio.run(_run(postgresql_url, steps))
