"""Tests for `cube keys`, `maintenance` and `print`."""

from datetime import UTC, datetime, timedelta

import pytest

from app.auth import authenticate
from app.services.database import Database
from app.services.maintenance import state
from app.settings import Settings
from schema.problem import Problem


@pytest.fixture
async def db(cube, database_url):
    assert cube("init").returncode == 0
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": database_url}, None))
    yield db
    await db.close()


async def test_a_key_is_made_listed_and_revoked(cube, db):
    scopes = ("--scope", "customers:read", "--scope", "clients:write")
    made = cube("keys", "create", "--name", "Nightly sync", *scopes, "--expires", "90d", "--quiet")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    actor = await authenticate(db, f"Bearer {secret}")
    assert actor.scopes == {"customers:read", "clients:read", "clients:write"}
    listed = [line.split("\t") for line in cube("keys", "list").stdout.splitlines()]
    assert [line[2] for line in listed] == ["name", "Nightly sync", "First admin key"]
    assert listed[1][3:5] == ["customers:read clients:write", "admin@cube.example"]
    assert secret not in str(listed)
    until = datetime.fromisoformat(listed[1][5].removeprefix("until ")).replace(tzinfo=UTC)
    assert timedelta(days=88) < until - datetime.now(UTC) < timedelta(days=91)
    gone = cube("keys", "revoke", secret[:12])
    assert (gone.returncode, gone.stdout) == (0, f"{listed[1][0]} is revoked.\n")
    with pytest.raises(Problem):
        await authenticate(db, f"Bearer {secret}")
    assert cube("keys", "revoke", listed[1][0]).stdout == f"{listed[1][0]} was revoked already.\n"
    assert await db.fetch("SELECT action, source FROM changes WHERE record = " + f"'{listed[1][0]}' ORDER BY seq") == [
        ("CREATED", "CLI"),
        ("DELETED", "CLI"),
    ]


async def test_a_key_that_sees_only_some_rows_and_fields(cube, db):
    filters = '{"customers": {"status": {"eq": "LEAD"}}}'
    narrow = ("--filters", filters, "--hide", "customer.phone,customer.email", "--hide", "user.phone")
    made = cube("keys", "create", "--name", "Leads", "--scopes", "customers:read", *narrow, "--quiet")
    assert made.returncode == 0, made.stderr
    actor = await authenticate(db, f"Bearer {made.stdout.strip()}")
    assert set(actor.filters) == {"customer"}
    assert actor.hidden == {"customer.phone", "customer.email", "user.phone"}
    listed = [line.split("\t") for line in cube("keys", "list").stdout.splitlines()]
    assert listed[0][7:] == ["sees only", "hidden"]
    assert listed[1][7:] == [filters, "customer.email customer.phone user.phone"]
    assert listed[2][7:] == ["-", "-"]


async def test_what_a_key_cannot_be(cube, db):
    cases = (
        (("--scope", "customer:read"), "scopes[0]: customer:read is not a scope; did you mean customers:read?"),
        (("--scope", "*", "--user", "nobody@cube.example"), "no user with the e-mail address nobody@cube.example"),
        (("--scope", "*", "--expires", "2020-01-01T00:00:00Z"), "expiresAt: must be in the future"),
        (("--scope", "*", "--expires", "soon"), "expiresAt: is not an instant"),
        (("--scope", "*", "--filters", "{"), "--filters: is not valid JSON:"),
        (
            ("--scope", "*", "--filters", '{"customer": {}}'),
            "filters.customer: can't be filtered; did you mean customers?",
        ),
        (("--scope", "*", "--hide", "customer.phon"), "hiddenFields[0]: customer.phon is not a field; did you mean"),
    )
    for args, text in cases:
        refused = cube("keys", "create", "--name", "x", *args)
        assert refused.returncode == 1
        assert text in refused.stderr
        assert refused.stderr.count("\n") == 1
    for wrong in ("cube_nothing", "key_7", "short"):
        refused = cube("keys", "revoke", wrong)
        assert refused.returncode == 1
        assert "no key has this prefix" in refused.stderr
    assert cube("keys", "create", "--scope", "*").returncode == 2


async def test_a_key_of_a_user_whose_role_allows_less(cube, db, tmp_path):
    (tmp_path / "users.csv").write_text("name,email\nZoë,zoe@cube.example\n")
    assert cube("import", "users.csv", "--resource", "users").returncode == 0
    made = cube("keys", "create", "--name", "x", "--scope", "*", "--user", "zoe@cube.example", "--quiet")
    assert made.returncode == 0
    assert "role VIEWER of zoe@cube.example allows less" in made.stderr
    assert not (await authenticate(db, f"Bearer {made.stdout.strip()}")).allows("customers:write")


async def test_maintenance(cube, db):
    assert cube("maintenance", "on", "--message", "Back at noon.", "--retry-after", "120").returncode == 0
    now = await state(db)
    assert now is not None
    assert (now.message, now.retry_after) == ("Back at noon.", 120)
    assert cube("maintenance", "off").returncode == 0
    assert await state(db) is None


def test_printed_documents_are_up_to_date(cube):
    from schema.graphql import print_schema

    assert cube("print", "schema", "--stdout").stdout == print_schema().rstrip("\n") + "\n"
    for name in ("schema", "openapi"):
        checked = cube("print", name, "--check")
        assert checked.returncode == 0, checked.stderr
