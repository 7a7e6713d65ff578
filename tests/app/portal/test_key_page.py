"""The key page: signing in, and making, rotating and revoking keys, by forms alone, on each database."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from app.services.database import Database
from app.services.passwords import set_password
from app.services.write import write
from schema.change import Update
from schema.reference import reference
from schema.resources import USER
from tests.app.keys import CLI, key, user
from tests.app.portal.browsing import EMAIL, PATH, Forms, Reader, reader_at
from tests.app.portal.test_pages import Page
from tests.canaries import PASSWORD


async def api(reader: Reader, secret: str, path: str = "/me") -> httpx.Response:
    return await reader.http.get(path, headers={"Authorization": f"Bearer {secret}"})


# -- the whole way ------------------------------------------------------------------------------------------------


async def test_a_reader_without_scripts_goes_all_the_way(reader: Reader, db: Database):
    await reader.open()
    assert "Sign in as a user" in reader.text
    await reader.send("Password", email="Jane@cube.test", password=PASSWORD)
    assert "signed in as jane (jane@cube.test), with the role EDITOR" in reader.text
    assert "You have no keys yet." in reader.text

    made = await reader.send("Make the key", name="Nightly <sync>", preset="read", scopes=["customers:write"])
    assert made.status_code == 200
    first = reader.secret
    me = (await api(reader, first)).json()
    assert me["name"] == "Nightly <sync>"
    assert set(me["scopes"]) == {"users:read", "clients:read", "customers:read", "customers:write"}
    assert me["owner"]["email"] == "jane@cube.test"
    assert me["expiresAt"] > me["createdAt"]

    await reader.open()
    assert first not in reader.page.text
    assert me["prefix"] in reader.text
    assert me["expiresAt"][:10] in reader.text
    await reader.send("Make a new secret", overlap="0")
    second = reader.secret
    assert second != first
    assert (await api(reader, first)).status_code == 401
    assert (await api(reader, second)).status_code == 200

    await reader.open()
    await reader.send("Revoke for ever")
    assert "revoked 20" in reader.text
    assert "Revoke for ever" not in reader.text
    assert (await api(reader, second)).status_code == 401
    changes = await db.fetch(
        "SELECT action, source, key_id, user_id FROM changes WHERE resource = 'API_KEY' ORDER BY seq"
    )
    assert [row[:3] for row in changes] == [(action, "PORTAL", None) for action in ("CREATED", "UPDATED", "DELETED")]
    assert {row[3] for row in changes} == {me["ownerId"]}

    await reader.send("Sign out")
    assert "Sign in as a user" in reader.text
    assert await db.fetch("SELECT * FROM portal_sessions") == []


async def test_each_page_is_sound_html(reader: Reader):
    pages = [await reader.open(), await reader.sign_in(password="wrong horse battery"), await reader.sign_in()]
    pages += [await reader.send("Make the key", name=""), await reader.send("Make the key", name="x", preset="all")]
    await reader.open()
    for found in pages:
        page = Page(found.text)
        assert page.open == []
        assert len(page.ids) == len(set(page.ids))
        labelled = set(re.findall(r'<label for="([^"]+)"', found.text))
        assert labelled <= set(page.ids)
        # Each control has a label around it or one that names it; hidden ones need none.
        controls = re.findall(r'<(?:input|select|textarea) (?![^>]*type="(?:hidden|radio|checkbox)")[^>]*', found.text)
        assert {re.search(r'id="([^"]+)"', one)[1] for one in controls} == labelled  # type: ignore[index]
        described = set(re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', found.text))
        assert described <= set(page.ids)
        assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
    assert ['role="alert"' in found.text for found in pages] == [False, True, False, True, False]


async def test_answers_are_kept_by_nobody_and_load_nothing_from_elsewhere(reader: Reader):
    answers = [await reader.open(), await reader.sign_in(), await reader.send("Make the key", name="x", preset="read")]
    answers.append(await reader.post([("action", "sign-in")]))
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "Cookie"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        # With `no-referrer` a browser would send the page's own forms with `Origin: null`.
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "etag" not in answer.headers
        assert "content-encoding" not in answer.headers
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert ("static/copy.js" in answer.text) is ('id="secret"' in answer.text)


# -- keys ---------------------------------------------------------------------------------------------------------


async def test_what_is_wrong_stands_beside_the_field_and_what_was_filled_in_stays(reader: Reader):
    await reader.sign_in()
    answer = await reader.send("Make the key", name=" ", lastDay="2020-01-01", lives="365")
    assert answer.status_code == 400
    assert 'aria-describedby="name-wrong"' in answer.text
    assert re.search(r'id="expiresAt-wrong">must be in the future', answer.text)
    assert re.search(r'id="scopes-wrong">needs at least one scope', answer.text)
    answer = await reader.send("Make the key", name="Kept", preset="none", scopes=["users:read"])
    assert answer.status_code == 400
    fields = Forms(answer.text).by("Make the key").fields
    assert {("name", "Kept"), ("scopes", "users:read"), ("lives", "365"), ("lastDay", "2020-01-01")} <= set(fields)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"scopes": ["customer:read"]}, ["scopes"]),
        ({"lives": "10"}, ["expiresAt"]),
        ({"lastDay": "tomorrow"}, ["expiresAt"]),
        ({"name": "x" * 3000}, ["name"]),
        ({"name": "\0"}, ["name"]),
    ],
)
async def test_bad_fields(reader: Reader, fields: dict[str, Any], errors: list[str]):
    await reader.sign_in()
    filled: dict[str, Any] = {"name": "x", "scopes": ["users:read"]}
    answer = await reader.send("Make the key", **(filled | fields))
    assert answer.status_code == 400
    assert re.findall(r'id="(\w+)-wrong"', answer.text) == errors


async def test_nobody_gives_more_than_they_have(reader: Reader, db: Database):
    await reader.sign_in()
    assert 'value="admin"' not in reader.page.text
    assert 'value="*"' not in reader.page.text
    answer = await reader.send("Make the key", name="x", scopes=["*"])
    assert answer.status_code == 403
    assert "The scope * is needed." in answer.text
    assert await db.fetch("SELECT id FROM api_keys") == []


@pytest.mark.parametrize(
    ("role", "preset", "scopes"),
    [
        ("EDITOR", "read", {"users:read", "clients:read", "customers:read"}),
        ("EDITOR", "write", {"users:write", "clients:write", "customers:write"}),
        ("EDITOR", "all", {"users:write", "clients:write", "customers:write", "keys:write"}),
        ("ADMIN", "all", {"*"}),
    ],
)
async def test_presets(reader: Reader, db: Database, role: str, preset: str, scopes: set[str]):
    await write(db, Update(USER, reference(f"email:{EMAIL}", USER), {"role": role}), CLI)
    await reader.sign_in()
    await reader.send("Make the key", name="x", preset=preset, lives="never")
    me = (await api(reader, reader.secret)).json()
    assert set(me["scopes"]) == scopes
    assert me["expiresAt"] is None


async def test_a_key_until_the_end_of_a_day(reader: Reader):
    await reader.sign_in()
    await reader.send("Make the key", name="x", scopes=["keys:read"], lastDay="2099-12-31")
    assert (await api(reader, reader.secret)).json()["expiresAt"] == "2099-12-31T23:59:59.999Z"


async def test_a_viewer_sees_keys_and_makes_none(reader: Reader, db: Database):
    await write(db, Update(USER, reference(f"email:{EMAIL}", USER), {"role": "VIEWER"}), CLI)
    row = await db.fetch_row(f"SELECT id FROM users WHERE email = '{EMAIL}'")
    assert row
    issued = await key(db, row[0], "users:read")
    await reader.sign_in()
    assert issued.secret[:12] in reader.text
    assert "Make the key" not in reader.text
    assert "Revoke" not in reader.text
    for action in ("make", "rotate", "revoke"):
        sent = [("action", action), ("csrf", reader.csrf), ("name", "x"), ("key", issued.id)]
        answer = await reader.post([*sent, ("overlap", "0"), ("scopes", "users:read")])
        assert answer.status_code == 403
        assert "The scope keys:write is needed." in answer.text


async def test_keys_of_others_do_not_exist(reader: Reader, db: Database):
    row = await db.fetch_row("SELECT id FROM users WHERE email = 'admin@cube.test'")
    assert row
    issued = await key(db, row[0], "users:read")
    await reader.sign_in()
    assert issued.secret[:12] not in reader.page.text
    for action in ("rotate", "revoke"):
        for id_ in (issued.id, "key_01m88azc52ev5s2438hcs665rh", "x", "", "\0"):
            sent = [("action", action), ("csrf", reader.csrf), ("key", id_), ("overlap", "0")]
            assert (await reader.post(sent)).status_code == 404
    assert (await api(reader, issued.secret)).status_code == 200


async def test_own_keys_with_more_scopes_than_the_role_are_there_to_be_revoked(reader: Reader, db: Database):
    row = await db.fetch_row(f"SELECT id FROM users WHERE email = '{EMAIL}'")
    assert row
    issued = await key(db, row[0], "*")
    await reader.sign_in()
    await reader.send("Revoke for ever")
    assert (await api(reader, issued.secret)).status_code == 401


@pytest.mark.parametrize("overlap", ["", "-1", "1.5", "x", "999999999999", "٣", str(31 * 86_400)])
async def test_a_bad_overlap(reader: Reader, overlap: str):
    await reader.sign_in()
    await reader.send("Make the key", name="x", preset="read")
    await reader.open()
    answer = await reader.send("Make a new secret", overlap=overlap)
    assert answer.status_code == 400
    assert "overlapSeconds: must be a whole number from 0 to 2592000" in reader.text
    assert reader.secret == ""


async def test_a_key_that_was_revoked_meanwhile(reader: Reader):
    await reader.sign_in()
    await reader.send("Make the key", name="x", preset="read")
    await reader.open()
    old = reader.page
    await reader.send("Revoke for ever")
    reader.page = old
    answer = await reader.send("Make a new secret")
    assert answer.status_code == 412
    assert "A precondition failed." in answer.text


async def test_a_second_click_makes_no_second_secret(reader: Reader):
    """Else nobody would have seen the secret that lives on beside the newest."""
    await reader.sign_in()
    await reader.send("Make the key", name="x", preset="read")
    first, old = reader.secret, reader.page
    await reader.send("Make a new secret")
    second, reader.page = reader.secret, old
    assert (await reader.send("Make a new secret")).status_code == 412
    assert [(await api(reader, one)).status_code for one in (first, second)] == [200, 200]


async def test_the_page_has_its_rates_too(db: Database, migrated_url: str, quick_hashes: None):
    await user(db, "jane", "EDITOR")
    await set_password(db, EMAIL, PASSWORD)
    reader = reader_at(db, migrated_url, CUBE_RATE_LIMIT="requests=3/h, address=2/h")
    async with reader.http:
        assert (await reader.open()).status_code == 200
        assert (await reader.sign_in()).status_code == 200  # and the page that it leads to
        assert (await reader.open()).headers["ratelimit"].startswith('"requests";r=1;')
        assert (await reader.open()).status_code == 200
        answer = await reader.open()
        assert (answer.status_code, "Too many requests." in answer.text) == (429, True)
        assert int(answer.headers["retry-after"]) > 0
        reader.http.cookies.clear()
        assert (await reader.post([("action", "sign-in"), ("email", EMAIL), ("password", "x")])).status_code == 403
        assert (await reader.post([("action", "sign-in"), ("email", EMAIL), ("password", PASSWORD)])).status_code == 429


async def test_many_keys_are_on_several_pages(reader: Reader, db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.portal.account.KEYS_AT_ONCE", 2)
    row = await db.fetch_row(f"SELECT id FROM users WHERE email = '{EMAIL}'")
    assert row
    for number in range(3):
        await key(db, row[0], "users:read", name=f"number {number}")
    await reader.sign_in()
    assert "number 2" in reader.text
    assert "number 0" not in reader.text
    link = re.search(r'href="(\S+\?after=[^"#]+)', reader.page.text)
    assert link
    await reader.open(link[1])
    assert "number 0" in reader.text
    assert "number 2" not in reader.text
    answer = await reader.open(f"{PATH}?after=x")
    assert answer.status_code == 400
    assert "The cursor is not valid here." in reader.text
    assert "number 2" in reader.text
