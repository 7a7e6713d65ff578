"""Signing in to the portal: the cookie, the one answer for what is not right, and forms that others send."""

from __future__ import annotations

import re

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.maintenance import switch_off, switch_on
from app.services.passwords import set_password
from app.services.write import write
from app.settings import Settings
from schema.change import Update
from schema.reference import reference
from schema.resources import USER
from tests.app.keys import CLI, user
from tests.app.portal.browsing import EMAIL, ORIGIN, PATH, Reader, reader_at
from tests.app.test_health import started, until
from tests.canaries import PASSWORD

NOT_RIGHT = "E-mail or password is not right."


async def test_the_cookie(reader: Reader):
    await reader.open()
    answer = await reader.post([("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)])
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}#your-keys")
    name, *attributes = answer.headers["set-cookie"].split("; ")
    assert re.fullmatch(r"cube_session=[\w-]{43}", name)
    assert sorted(attributes) == ["HttpOnly", "Path=/docs", "SameSite=strict"]
    secure = await reader.post(
        [("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)], Origin="https://cube.test"
    )
    assert "; Secure" in secure.headers["set-cookie"]
    # Where the cookie does not belong a browser does not send it, and there it opens nothing.
    assert (await reader.http.get("/me")).status_code == 401
    assert (await reader.http.get("/me", headers={"Cookie": name})).status_code == 401


async def test_whatever_is_not_right_is_answered_alike(reader: Reader, db: Database):
    await user(db, "none")
    await set_password(db, "none@cube.test", PASSWORD)
    off = await user(db, "off", "VIEWER")
    await set_password(db, "off@cube.test", PASSWORD)
    await write(db, Update(USER, reference(off, USER), {"status": "DISABLED"}), CLI)
    tries = [
        (EMAIL, "wrong horse battery"),
        (EMAIL, ""),
        ("admin@cube.test", PASSWORD),
        ("nobody@cube.test", PASSWORD),
        ("off@cube.test", PASSWORD),
        ("no address", PASSWORD),
        ("", ""),
    ]
    told = set()
    for email, password in tries:
        await reader.open()
        answer = await reader.send("Password", email=email, password=password)
        assert NOT_RIGHT in answer.text
        assert "set-cookie" not in answer.headers
        trace = answer.headers["traceresponse"]
        told.add((answer.status_code, answer.text.replace(f'value="{email}"', 'value=""').replace(trace, "")))
        assert not password or password not in answer.text
    assert len(told) == 1
    assert told.pop()[0] == 403


async def test_too_many_attempts(reader: Reader, db: Database, migrated_url: str):
    for _ in range(5):
        assert (await reader.sign_in(password="wrong horse battery")).status_code == 403
    answer = await reader.sign_in()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Too many attempts. Try again in 1 second." in reader.text
    assert "set-cookie" not in answer.headers
    elsewhere = reader_at(db, migrated_url, "192.0.2.2")
    async with elsewhere.http:
        await elsewhere.sign_in()
        assert "signed in as jane" in elsewhere.text


async def test_signing_in_again_takes_another_token(reader: Reader):
    await reader.sign_in()
    first = reader.http.cookies["cube_session"]
    await reader.post([("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)])
    assert reader.http.cookies["cube_session"] != first
    answer = await httpx.AsyncClient(transport=reader.http._transport, base_url=ORIGIN).get(
        PATH, headers={"Cookie": f"cube_session={first}"}
    )
    assert "Sign in as a user" in answer.text


async def test_a_token_of_somebody_s_choice_stays_nobody_s(reader: Reader):
    planted = "A" * 43
    reader.http.cookies.set("cube_session", planted, domain="cube.test", path="/docs")
    await reader.sign_in()
    assert [c.value for c in reader.http.cookies.jar if c.value == planted] == []
    token = reader.http.cookies["cube_session"]
    plain = httpx.AsyncClient(transport=reader.http._transport, base_url=ORIGIN)
    for cookie, is_in in ((token, True), (planted, False), (f"{planted}; cube_session={token}", False)):
        answer = await plain.get(PATH, headers={"Cookie": f"cube_session={cookie}"})
        assert ("signed in as" in answer.text) is is_in


async def test_a_session_that_no_longer_holds(reader: Reader, db: Database):
    await reader.sign_in()
    csrf = reader.csrf
    async with db.transaction() as tx:
        await tx.execute("UPDATE portal_sessions SET expires_at = '2026-01-01T00:00:00.000Z'")
    answer = await reader.post([("action", "make"), ("csrf", csrf), ("name", "x"), ("scopes", "users:read")])
    assert answer.status_code == 403
    assert "You are no longer signed in." in answer.text
    assert 'cube_session=""' in answer.headers["set-cookie"]
    assert await db.fetch("SELECT id FROM api_keys") == []
    assert "Sign in as a user" in (await reader.open()).text


async def test_every_process_knows_the_session_and_its_end(reader: Reader, db: Database, migrated_url: str):
    other = reader_at(db, migrated_url)
    async with other.http:
        await reader.sign_in()
        other.http.cookies = httpx.Cookies(reader.http.cookies)
        await other.open()
        assert "signed in as jane" in other.text
        await reader.send("Sign out")
        await other.open()
        assert "Sign in as a user" in other.text


async def test_who_is_disabled_is_out(reader: Reader, db: Database):
    await reader.sign_in()
    await write(db, Update(USER, reference(f"email:{EMAIL}", USER), {"status": "DISABLED"}), CLI)
    await reader.open()
    assert "Sign in as a user" in reader.text
    await reader.sign_in()
    assert NOT_RIGHT in reader.text


# -- forms from elsewhere -----------------------------------------------------------------------------------------

FOREIGN: list[dict[str, str]] = [
    {"Origin": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://cube.test:8000"},
    {"Origin": "http://cube.test.evil.example"},
    {"Origin": "http://sub.cube.test"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Sec_Fetch_Site": "none"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_forms_of_other_sites_are_refused(reader: Reader, db: Database, headers: dict[str, str]):
    await reader.sign_in()
    forms = [
        [("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)],
        [("action", "make"), ("csrf", reader.csrf), ("name", "x"), ("scopes", "users:read")],
        [("action", "sign-out"), ("csrf", reader.csrf)],
    ]
    for form in forms:
        answer = await reader.post(form, **headers)
        assert answer.status_code == 403
        assert "not sent by a page of this site" in answer.text
        assert "set-cookie" not in answer.headers
    assert await db.fetch("SELECT id FROM api_keys") == []
    assert "signed in as" in (await reader.open()).text


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://cube.test"}, {"Origin": "", "Sec_Fetch_Site": "same-origin"}], ids=str
)
async def test_forms_of_this_site_are_taken(reader: Reader, headers: dict[str, str]):
    form = [("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)]
    assert (await reader.post(form, **headers)).status_code == 303


async def test_behind_a_proxy_the_known_address_is_this_site(reader: Reader, db: Database, migrated_url: str):
    behind = reader_at(db, migrated_url, CUBE_BASE_URL="https://api.cube.example/")
    form = [("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)]
    async with behind.http:
        assert (await behind.post(form, Origin="https://api.cube.example")).status_code == 303
        assert (await behind.post(form, Origin="https://cube.example")).status_code == 403


@pytest.mark.parametrize("csrf", ["", "wrong", "é", "of another session"])
async def test_each_form_needs_the_token_of_its_session(reader: Reader, db: Database, migrated_url: str, csrf: str):
    if csrf == "of another session":
        other = reader_at(db, migrated_url)
        await other.sign_in()
        csrf = other.csrf
    await reader.sign_in()
    for action in ("make", "rotate", "revoke", "sign-out"):
        sent = [("action", action), ("name", "x"), ("scopes", "users:read"), ("csrf", csrf)]
        answer = await reader.post(sent if csrf else sent[:-1])
        assert answer.status_code == 403
        assert "earlier sign-in" in answer.text
    assert await db.fetch("SELECT id FROM api_keys") == []
    assert "signed in as" in (await reader.open()).text


async def test_what_is_no_form(reader: Reader):
    for content, type_, status in (
        (b"{}", "application/json", 415),
        (b"action=sign-in", "text/plain", 415),
        (b"action=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"a&" * 101, "application/x-www-form-urlencoded", 400),
    ):
        headers = {"Content-Type": type_, "Origin": ORIGIN}
        answer = await reader.http.post(PATH, content=content, headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    await reader.sign_in()
    assert (await reader.post([("action", "fly"), ("csrf", reader.csrf)])).status_code == 400
    assert (await reader.http.post("/docs/users", data={"a": "b"})).status_code == 405


# -- besides ------------------------------------------------------------------------------------------------------


async def test_during_maintenance_the_page_stands_and_takes_no_form(reader: Reader, db: Database, migrated_url: str):
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    async with started(create_app(settings, db)) as http:
        inside = Reader(http)
        await inside.sign_in()
        sent = [("action", "make"), ("csrf", inside.csrf), ("name", "x"), ("scopes", "users:read")]
        await switch_on(db, "Back at noon.", 77)
        await until(http, "/me", 503)
        answer = await inside.open()
        assert answer.status_code == 200
        assert "Back at noon. Signing in comes back when it is over." in inside.text
        assert "Password" not in inside.text
        for form in (sent, [("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)]):
            answer = await inside.post(form)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "77")
            assert "Back at noon." in answer.text
            assert "set-cookie" not in answer.headers
        assert await db.fetch("SELECT id FROM api_keys") == []
        assert await db.fetch("SELECT count(*) FROM portal_sessions") == [(1,)]
        await switch_off(db)
        await until(http, "/me", 401)
        await inside.open()
        assert "signed in as jane" in inside.text


async def test_who_is_signed_out_costs_no_statement(reader: Reader, db: Database):
    await db.close()
    for cookie in ("", "cube_session=short", "cube_session=a; cube_session=b"):
        answer = await reader.http.get(PATH, headers={"Cookie": cookie} if cookie else {})
        assert answer.status_code == 200
        assert "Sign in as a user" in answer.text


async def test_no_secret_is_logged_or_stored(reader: Reader, db: Database, capfd: pytest.CaptureFixture[str]):
    await reader.sign_in(password="wrong secret battery")
    await reader.sign_in()
    csrf, token = reader.csrf, reader.http.cookies["cube_session"]
    await reader.send("Make the key", name="x", preset="read")
    secret = reader.secret
    assert secret.startswith("cube_")
    out, err = capfd.readouterr()
    assert PATH in err
    tables = ("users", "api_keys", "changes", "portal_sessions", "sign_in_attempts")
    stored = "".join([str(await db.fetch(f"SELECT * FROM {table}")) for table in tables])
    for text in (PASSWORD, "wrong secret battery", token, secret):
        assert text not in out + err + stored
    assert csrf not in out + err


async def test_head_is_answered_as_get(reader: Reader):
    answer = await reader.http.head(PATH)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
