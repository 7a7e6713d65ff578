"""The migrations: from empty and from filled tables, once, whole, and by one process at a time."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

import models.migrations
from app.services.database import Database
from app.services.migrate import MigrationFailed, migrate
from app.services.pending import pending
from app.settings import Settings
from tests.models.rows import insert

STEPS = sorted(path.stem for path in Path(models.migrations.__file__ or "").parent.glob("[0-9]*.py"))

HEAD = f"""
from tortoise import migrations
from tortoise.migrations import operations as ops
from models.columns import Text

class Migration(migrations.Migration):
    dependencies = [("models", "{STEPS[-1]}")]
    operations = [
"""
FILLED = """
        ops.AddField("Customer", "nickname", Text(null=True)),
        ops.AddField("User", "colour", Text(db_default="red")),
        ops.RunSQL("UPDATE customers SET nickname = name || ' the first'; UPDATE users SET colour = 'blue'"),
        ops.AlterField("User", "title", Text(null=True, db_default="none")),
    ]
"""
BROKEN = """
        ops.AddField("Customer", "nickname", Text(null=True)),
        ops.RunSQL("UPDATE customers SET nickname = name"),
        ops.RunSQL("UPDATE nothing SET nothing = nothing"),
    ]
"""

MIGRATE = """
import asyncio, sys
from app.services.migrate import migrate
from app.settings import Settings
print(asyncio.run(migrate(Settings.load({"CUBE_DATABASE_URL": sys.argv[1]}, None))))
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A package of the migrations of today and one more, whose operations the test gives."""
    name = f"later_{abs(hash(str(tmp_path)))}"
    package = tmp_path / name
    shutil.copytree(Path(models.migrations.__file__ or "").parent, package)
    (package / "9999_later.py").write_text(HEAD + request.param)
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


async def fill(settings: Settings) -> None:
    db = await Database.open(settings)
    async with db.transaction() as tx:
        await insert(tx, db.dialect, "users", id="usr_1", title=None)
        await insert(tx, db.dialect, "customers", id="cus_1", owner_id="usr_1")
    await db.close()


async def test_from_empty_and_then_there_is_nothing_to_do(settings: Settings) -> None:
    before = await Database.open(settings)
    assert await pending(before) == STEPS
    await before.close()
    assert await migrate(settings) == STEPS
    assert await migrate(settings) == []
    after = await Database.open(settings)
    assert await pending(after) == []
    await after.close()


@pytest.mark.parametrize("later", [FILLED], indirect=True)
async def test_from_filled(settings: Settings, later: str) -> None:
    await migrate(settings)
    await fill(settings)
    db = await Database.open(settings)
    assert await pending(db, later) == ["9999_later"]
    assert await migrate(settings, later) == ["9999_later"]
    assert await pending(db, later) == []
    assert await db.fetch("SELECT id, nickname, owner_id FROM customers") == [("cus_1", "Ann the first", "usr_1")]
    assert await db.fetch("SELECT id, colour FROM users") == [("usr_1", "blue")]
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with db.transaction() as tx:
            await insert(tx, db.dialect, "customers", id="cus_2", owner_id="usr_2")
    await db.close()


@pytest.mark.parametrize("later", [BROKEN], indirect=True)
async def test_a_failed_step_leaves_all_as_it_was(settings: Settings, later: str) -> None:
    await migrate(settings)
    await fill(settings)
    with pytest.raises(MigrationFailed, match="9999_later failed; the database is as it was"):
        await migrate(settings, later)
    db = await Database.open(settings)
    assert await pending(db, later) == ["9999_later"]
    with pytest.raises(Exception, match="nickname"):
        await db.fetch("SELECT nickname FROM customers")
    assert await db.fetch("SELECT id FROM customers") == [("cus_1",)]
    await db.close()
    assert await migrate(settings) == []


async def test_two_that_start_together_apply_each_step_once(settings: Settings) -> None:
    runs = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MIGRATE, settings.database_url),
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(3)
    ]
    printed = [(await run.communicate())[0].decode().strip() for run in runs]
    assert sorted(printed) == sorted([str(STEPS), "[]", "[]"])


async def test_a_database_that_is_away_is_told_of() -> None:
    settings = Settings.load({"CUBE_DATABASE_URL": "postgresql://cube@127.0.0.1:1/cube"}, None)
    with pytest.raises(MigrationFailed, match="could not be opened"):
        await migrate(settings)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_rows_are_numbered_in_the_order_of_their_ids(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they were not, each goes on to have its own words, its index and what it points at."""
    earlier = _until("0008", tmp_path, monkeypatch)
    await migrate(settings, earlier)
    db = await Database.open(settings)
    async with db.transaction() as tx:
        await insert(tx, db.dialect, "users", id="usr_1")
        for id_ in ("cus_3", "cus_1", "cus_5", "cus_2", "cus_4"):
            await insert(tx, db.dialect, "customers", id=id_, name=f"Ann {id_}", owner_id="usr_1")
            words = "INSERT INTO customers_words (rowid, words, places) VALUES (last_insert_rowid(), ?1, ?2)"
            await tx.execute(words, (f"w{id_.encode().hex()}", f" 1w{id_.encode().hex()}"))
    await db.close()
    assert await migrate(settings) == [step for step in STEPS if step > "0009"]
    db = await Database.open(settings)
    assert await db.fetch("SELECT seq, id FROM customers ORDER BY seq") == [(i, f"cus_{i}") for i in range(1, 6)]
    assert await db.fetch("SELECT id FROM customers WHERE owner_id = 'usr_1' ORDER BY seq LIMIT 1") == [("cus_1",)]
    for i in range(1, 6):
        word = f"w{f'cus_{i}'.encode().hex()}"
        found = "SELECT rowid, places FROM customers_words WHERE customers_words MATCH ?1"
        assert await db.fetch(found, (word,)) == [(i, f" 1{word}")]
    async with db.transaction() as tx:
        await insert(tx, db.dialect, "customers", id="cus_6")
    assert await db.fetch("SELECT seq FROM customers WHERE id = 'cus_6'") == [(6,)]
    await db.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_told_of_indexes_is_of_indexes_that_there_are(settings: Settings) -> None:
    await migrate(settings)
    db = await Database.open(settings)
    told: dict[str, str] = dict(await db.fetch("SELECT idx, stat FROM sqlite_stat1"))
    assert told["customers_status"] == "1000000 50000"
    assert told["customers_status_created_at"] == "1000000 55000 1"
    assert told["clients_parent_id_created_at"] == "1000000 11 1"
    for index, stat in told.items():
        columns = await db.fetch("SELECT name FROM pragma_index_info(?1)", (index,))
        assert len(stat.split()) == len(columns) + 1, index
    await db.close()


def _until(last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of the migrations up to one of them."""
    name = f"until_{last}"
    shutil.copytree(Path(models.migrations.__file__ or "").parent, tmp_path / name)
    for step in STEPS:
        if step[: len(last)] > last:
            (tmp_path / name / f"{step}.py").unlink()
    monkeypatch.syspath_prepend(str(tmp_path))
    return name
