"""The token of who is signed in: what a page's script must show to get one, and how long it lasts."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.main import create_app
from app.services.database import Database
from app.services.maintenance import switch_off, switch_on
from app.services.write import write
from app.settings import Settings
from schema.actor import ROLE_SCOPES
from schema.change import Delete
from schema.reference import Reference
from schema.resources import API_KEY
from schema.values.instant import later, now
from tests.app.keys import CLI, key, rotated, user
from tests.app.portal.browsing import EMAIL, ORIGIN, Reader
from tests.app.portal.scripting import Script, ask, jane
from tests.app.test_health import started, until


async def test_a_page_learns_who_is_signed_in(reader: Reader, db: Database) -> None:
    nobody = await reader.http.get("/docs/session")
    assert (nobody.status_code, nobody.json()) == (200, {"user": None, "csrf": None, "key": None})
    await reader.sign_in()
    answer = await reader.http.get("/docs/session")
    told = {"id": await jane(db), "name": "jane", "email": EMAIL, "role": "EDITOR"}
    assert answer.json() == {"user": told, "csrf": reader.csrf, "key": None}
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Cookie")
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_learns_the_prefix_of_the_newest_key_that_works(reader: Reader, db: Database) -> None:
    await reader.sign_in()

    async def told() -> object:
        answer = await reader.http.get("/docs/session")
        assert "secret" not in answer.text
        return answer.json()["key"]

    await key(db, await user(db, "other", "EDITOR"), "customers:read", name="not hers")
    assert await told() is None
    owner = await jane(db)
    first, second = [await key(db, owner, "customers:read", name=name) for name in ("first", "second")]
    await key(db, owner, "customers:read", name="ended", expiresAt=later(now(), 3600))
    assert first.secret
    assert second.secret
    assert await told() != {"name": "second", "prefix": second.secret[:12]}
    async with db.transaction() as tx:
        await tx.execute(f"UPDATE api_keys SET expires_at = '{now()}' WHERE name = 'ended'")
    assert await told() == {"name": "second", "prefix": second.secret[:12]}
    await write(db, Delete(API_KEY, Reference(API_KEY.name, "id", second.id)), CLI)
    assert await told() == {"name": "first", "prefix": first.secret[:12]}
    renewed = await rotated(db, first.id)
    assert renewed.secret
    assert await told() == {"name": "first", "prefix": renewed.secret[:12]}


async def test_it_may_what_the_role_allows_and_for_a_short_time(script: Script) -> None:
    assert list(script.made) == ["token", "expiresAt", "scopes"]
    assert set(script.made["scopes"]) == ROLE_SCOPES["EDITOR"]
    lasts = datetime.fromisoformat(script.made["expiresAt"]) - datetime.fromisoformat(now())
    assert 0 < lasts.total_seconds() <= 900
    assert (await script.call("GET", "/customers")).status_code == 200
    assert (await script.call("POST", "/customers", {"name": "Ada"})).status_code == 201
    refused = await script.call("PATCH", f"/users/email:{EMAIL}", {"role": "ADMIN"})
    assert (refused.status_code, refused.json()["detail"]) == (403, "The scope admin is needed.")


async def test_it_ends_with_the_session_at_the_latest(reader: Reader, db: Database) -> None:
    await reader.sign_in()
    async with db.transaction() as tx:
        await tx.execute(f"UPDATE portal_sessions SET expires_at = '{(soon := later(now(), 60))}'")
    assert (await ask(reader)).json()["expiresAt"] == soon
    async with db.transaction() as tx:
        seen = later(now(), 30 - 2 * 3600)
        await tx.execute(f"UPDATE portal_sessions SET expires_at = '{later(now(), 3600)}', seen_at = '{seen}'")
    assert (await ask(reader, csrf="x")).status_code == 401, "a use of the session, which is noted"
    assert (await ask(reader)).json()["expiresAt"] > later(now(), 800)


async def test_nobody_gets_one_without_a_session(reader: Reader, db: Database) -> None:
    answer = await ask(reader, "x")
    assert (answer.status_code, answer.json()["message"]) == (401, "Authentication is required.")
    assert answer.json()["detail"] == "Nobody is signed in: sign in at /docs/authentication."
    await reader.sign_in()
    csrf = reader.csrf
    await reader.send("Sign out")
    assert (await ask(reader, csrf)).status_code == 401
    issued = await key(db, await user(db, "other"), "*")
    bearer = {"Authorization": f"Bearer {issued.secret}", "Origin": ORIGIN}
    assert (await reader.http.post("/docs/token", data={"csrf": csrf}, headers=bearer)).status_code == 401
    assert (await reader.http.get("/docs/token")).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_no_other_site_gets_one(reader: Reader, headers: dict[str, str]) -> None:
    await reader.sign_in()
    answer = await ask(reader, reader.csrf, **headers)
    assert (answer.status_code, answer.json()["detail"]) == (401, "This was not asked by a page of this site.")
    assert "access-control-allow-origin" not in answer.headers
    assert (await ask(reader, reader.csrf)).status_code == 201


async def test_it_is_asked_for_by_a_form_of_this_very_session(reader: Reader) -> None:
    await reader.sign_in()
    earlier = reader.csrf
    await reader.send("Sign out")
    await reader.sign_in()
    for csrf in ("", "x", earlier, "ÿ"):
        answer = await ask(reader, csrf)
        assert (answer.status_code, "another sign-in" in answer.json()["detail"]) == (401, True)
    assert (await reader.http.post("/docs/token", json={}, headers={"Origin": ORIGIN})).status_code == 415
    answer = await reader.http.post("/docs/token", headers={"Origin": ORIGIN, "Content-Type": "text/plain"})
    assert answer.status_code == 415


async def test_under_maintenance_nobody_gets_one(reader: Reader, db: Database, migrated_url: str) -> None:
    async with started(create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db)) as http:
        inside = Reader(http)
        await inside.sign_in()
        await switch_on(db, "Back soon.", 77)
        await until(http, "/me", 503)
        for answer in (await http.get("/docs/session"), await ask(inside, "x")):
            assert (answer.status_code, answer.json()["message"]) == (503, "Back soon.")
            assert answer.headers["retry-after"] == "77"
        await switch_off(db)
        await until(http, "/me", 401)
        assert (await ask(inside)).status_code == 201
