"""Tests for `cube init`, `migrate`, `sample` and `users`: first starts, second starts, several at once."""

import re
import subprocess

import pytest

from app.auth import authenticate
from app.services.database import Database
from app.services.passwords import verify_password
from app.settings import Settings
from tests.canaries import PASSWORD
from tests.cli.conftest import command, environment, run

SECRET = re.compile(r"cube_[0-9A-Za-z]{38}")


@pytest.fixture
async def db(database_url):
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": database_url}, None))
    yield db
    await db.close()


async def count(db, table):
    return (await db.fetch_row(f"SELECT count(*) FROM {table}"))[0]


async def test_a_first_start_makes_the_admin_and_a_second_changes_nothing(cube, db):
    first = cube("init", CUBE_ADMIN_EMAIL="Boss@Cube.example")
    assert first.returncode == 0, first.stderr
    [secret] = SECRET.findall(first.stdout)
    [password] = re.findall(r"Password +(\S+)", first.stdout)
    assert "http://127.0.0.1:8000/graphql" in first.stdout
    assert "http://127.0.0.1:8000/docs" in first.stdout
    actor = await authenticate(db, f"Bearer {secret}")
    assert actor.allows("admin")
    row = await db.fetch_row("SELECT email, role, password_hash FROM users")
    assert row[:2] == ("Boss@cube.example", "ADMIN")
    assert verify_password(row[2], password)
    assert await db.fetch_row("SELECT name, scopes FROM api_keys") == ("First admin key", '["*"]')
    second = cube("init", CUBE_ADMIN_EMAIL="other@cube.example")
    assert second.returncode == 0, second.stderr
    assert "nothing was changed" in second.stderr
    assert second.stdout == ""
    assert (await count(db, "users"), await count(db, "api_keys"), await count(db, "changes")) == (1, 1, 2)


async def test_a_first_start_fills_in_the_sample_once(cube, db):
    assert cube("init", CUBE_SAMPLE="on").returncode == 0
    counts = [await count(db, table) for table in ("users", "clients", "customers")]
    assert counts == [6, 40, 500]
    again = cube("sample")
    assert (again.returncode, again.stdout) == (0, "The sample directory is there already; nothing was added.\n")
    assert await count(db, "customers") == 500


async def test_the_sample_comes_later_too(cube, db):
    cube("init")
    assert cube("sample").stdout == "545 records added.\n"
    assert await count(db, "customers") == 500


async def test_several_first_starts_at_once_make_one_admin(database_url, tmp_path, db):
    env = environment(CUBE_DATABASE_URL=database_url, CUBE_SAMPLE="on")
    pipe = subprocess.PIPE
    starts = [
        subprocess.Popen(command("init"), env=env, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True) for _ in range(3)
    ]
    outputs = [start.communicate() for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0], outputs
    assert len(SECRET.findall("".join(out for out, _ in outputs))) == 1
    counts = [await count(db, table) for table in ("users", "clients", "customers", "api_keys")]
    assert counts == [6, 40, 500, 1]


def test_migrate_alone(cube):
    assert cube("migrate").stdout.startswith("Applied: 0001_initial")
    assert cube("migrate").stdout == "The database is up to date.\n"
    assert cube("keys", "list").returncode == 0


def test_a_database_that_is_not_prepared_is_told(cube):
    for args in (("keys", "list"), ("sample",), ("serve",), ("maintenance", "off")):
        refused = cube(*args)
        assert refused.returncode == 1
        assert "`cube init`" in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_bad_settings_and_odd_ones(cube):
    refused = cube("init", CUBE_PORT="eighty")
    assert refused.returncode == 2
    assert refused.stderr.startswith("CUBE_PORT: 'eighty' is not a whole number")
    odd = cube("init", CUBE_WORKER="2")
    assert odd.returncode == 0
    assert "Warning: CUBE_WORKER is not a setting of Cube and is ignored; the nearest is CUBE_WORKERS." in odd.stderr


def test_a_database_that_is_away_is_told():
    url = "postgresql://nobody@127.0.0.1:1/none"
    for args in (("init",), ("migrate",), ("keys", "list")):
        refused = run(args, "", {"CUBE_DATABASE_URL": url})
        assert refused.returncode == 1
        assert url in refused.stderr
        assert refused.stderr.count("\n") == 1


async def test_passwords(cube, db):
    cube("init")

    async def stored():
        return (await db.fetch_row("SELECT password_hash, version FROM users"))[0]

    done = cube("users", "password", "ADMIN@cube.example", stdin=f"{PASSWORD}\n")
    assert done.returncode == 0, done.stderr
    assert verify_password(await stored(), PASSWORD)
    made = cube("users", "password", "admin@cube.example", "--generate")
    assert verify_password(await stored(), made.stdout.strip())
    short = cube("users", "password", "admin@cube.example", stdin="short\n")
    assert (short.returncode, short.stderr) == (1, "password: must have 12 to 200 characters\n")
    nobody = cube("users", "password", "nobody@cube.example", "--generate")
    assert nobody.returncode == 1
    assert "no user with the e-mail address nobody@cube.example" in nobody.stderr
    assert not verify_password(None, PASSWORD)
