"""The token of who is signed in: what a page's script may do with it, and everything that ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services import passwords
from app.services.database import Database
from app.services.maintenance import switch_off, switch_on
from app.services.signing import signature, signing_secret
from app.services.tokens import Claims, _written
from app.services.write import write
from app.settings import Settings
from schema.actor import ROLE_SCOPES
from schema.change import Delete, Update
from schema.reference import Reference
from schema.resources import USER
from schema.values.instant import later, now
from tests.app.keys import CLI, key, user
from tests.app.portal.browsing import EMAIL, ORIGIN, Reader, reader_at
from tests.app.test_health import started, until
from tests.canaries import PASSWORD

Json = dict[str, Any]
INVALID = "The API key is not valid."


async def ask(reader: Reader, csrf: str | None = None, **headers: str) -> httpx.Response:
    """What a page's script is answered that asks for a token, as its browser sends it."""
    if csrf is None:
        csrf = (await reader.http.get("/docs/session")).json()["csrf"] or ""
    sent = {name: value for name, value in ({"Origin": ORIGIN} | headers).items() if value}
    return await reader.http.post("/docs/token", data={"csrf": csrf}, headers=sent)


@dataclass
class Script:
    """A script of the page, with its token."""

    reader: Reader
    made: Json

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.made['token']}"}
        return await self.reader.http.request(method, path, headers=headers, json=body)

    async def run(self, document: str) -> Json:
        answer: Json = (await self.call("POST", "/graphql", {"query": document})).json()
        return answer

    async def statuses(self) -> set[int]:
        """How reads are answered, which go by what is remembered, and requests that are not; through both doors."""
        asked = [("GET", "/customers"), ("POST", "/tokens"), ("POST", "/customers"), ("GET", "/customers")]
        bodies = [None, {}, {"name": "x"}, None]
        found = {(await self.call(*one, body)).status_code for one, body in zip(asked, bodies, strict=True)}
        return found | {(await self.call("POST", "/graphql", {"query": "{ users { totalCount } }"})).status_code}


@pytest.fixture
async def script(reader: Reader) -> Script:
    await reader.sign_in()
    answer = await ask(reader)
    assert answer.status_code == 201, answer.text
    return Script(reader, answer.json())


@pytest.fixture
async def elsewhere(migrated_url: str) -> AsyncIterator[Database]:
    """The database as another process has it."""
    opened = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    yield opened
    await opened.close()


async def jane(db: Database) -> str:
    row = await db.fetch_row(f"SELECT id FROM users WHERE email_exact = '{EMAIL}'")
    assert row is not None
    return str(row[0])


# -- who gets one -------------------------------------------------------------------------------------------------


async def test_a_page_learns_who_is_signed_in(reader: Reader, db: Database) -> None:
    nobody = await reader.http.get("/docs/session")
    assert (nobody.status_code, nobody.json()) == (200, {"user": None, "csrf": None})
    await reader.sign_in()
    answer = await reader.http.get("/docs/session")
    told = {"id": await jane(db), "name": "jane", "email": EMAIL, "role": "EDITOR"}
    assert answer.json() == {"user": told, "csrf": reader.csrf}
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("no-store", "Cookie")
    assert "access-control-allow-origin" not in answer.headers


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


# -- what it is ---------------------------------------------------------------------------------------------------


async def test_what_it_writes_is_by_the_user_through_the_door_it_came_by(script: Script, db: Database) -> None:
    made = (await script.call("POST", "/customers", {"name": "Ada"})).json()
    renamed = await script.run(f'mutation {{ updateCustomer(id: "{made["id"]}", input: {{name: "Bo"}}) {{ name }} }}')
    assert renamed["data"] == {"updateCustomer": {"name": "Bo"}}
    changes = (await script.call("GET", f"/customers/{made['id']}/changes")).json()["data"]
    actor = {"keyId": None, "userId": await jane(db)}
    assert [(one["actor"], one["source"]) for one in changes] == [(actor, "REST"), (actor, "GRAPHQL")]


async def test_who_am_i_tells_that_there_is_no_key(script: Script, db: Database) -> None:
    text = f"This token is of no key: it acts for a user, who is at /users/{await jane(db)}."
    for _ in range(2):
        answer = await script.call("GET", "/me")
        assert (answer.status_code, answer.json()["detail"]) == (404, text)
        told = await script.run("{ me { id } }")
        (error,) = told["errors"]
        assert (told["data"], error["extensions"]["detail"], error["extensions"]["code"]) == (None, text, "not_found")
    owner = await script.call("GET", f"/users/{await jane(db)}")
    assert owner.json()["email"] == EMAIL


async def test_no_key_or_token_that_it_makes_outlives_it(script: Script, db: Database) -> None:
    made = (await script.call("POST", "/api-keys", {"name": "mine", "scopes": ["customers:read"]})).json()
    assert (made["ownerId"], made["expiresAt"]) == (await jane(db), script.made["expiresAt"])
    refused = await script.call("POST", "/api-keys", {"name": "mine", "scopes": ["admin"]})
    assert (refused.status_code, refused.json()["detail"]) == (403, "The scope admin is needed.")
    lasting = await key(db, await jane(db), "customers:read")
    assert (await script.call("POST", f"/api-keys/{lasting.id}/rotate")).status_code == 409
    wider = await key(db, await jane(db), "*")
    assert (await script.call("DELETE", f"/api-keys/{wider.id}")).status_code == 404
    less = (await script.call("POST", "/tokens", {"scopes": ["customers:read"], "expiresIn": 86_400})).json()
    assert less["expiresAt"] == script.made["expiresAt"]
    reading = Script(script.reader, less)
    assert (await reading.call("GET", "/customers")).status_code == 200
    assert (await reading.call("GET", "/clients")).status_code == 403
    await script.reader.send("Sign out")
    assert (await reading.call("GET", "/customers")).status_code == 401


async def test_it_counts_for_its_user(reader: Reader, db: Database, migrated_url: str) -> None:
    slow = "requests=1000/999h, cost=100000/999h, address=100/999h"
    counted = reader_at(db, migrated_url, CUBE_RATE_LIMIT=slow)

    def left(answer: httpx.Response) -> int:
        return int(answer.headers["ratelimit"].partition('"requests";r=')[2].partition(";")[0])

    async with counted.http:
        await counted.sign_in()
        script = Script(counted, (asked := await ask(counted)).json())
        before = left(asked)
        calls = [await script.call("GET", "/customers") for _ in range(2)]
        assert [left(one) for one in calls] == [before - 1, before - 2]
        assert left(await counted.open()) == before - 3, "the pages of the session count for the same"
        assert '"address"' in (await ask(counted, "x", Cookie="cube_session=x")).headers["ratelimit"]


async def test_bad_ones_get_the_one_answer_of_every_bad_key(script: Script, db: Database) -> None:
    secret, admin = await signing_secret(db), await user(db, "chief")
    token: str = script.made["token"]
    body, _, by = token.removeprefix("cubet_").partition(".")
    row = await db.fetch_row("SELECT token_hash FROM portal_sessions")
    assert row is not None
    ends, marked = later(now(), 60), row[0][:16]
    foreign = [
        Claims(admin, f"{marked}:ADMIN", ends, None, frozenset()),
        Claims(await jane(db), f"{marked}:ADMIN", ends, None, frozenset()),
        Claims(await jane(db), f"{'0' * 16}:EDITOR", ends, None, frozenset()),
        Claims(await jane(db), f"{marked}:EDITOR", later(now(), -1), None, frozenset()),
    ]
    bad = [_written(one, secret) for one in foreign]
    bad += [token[:-1], f"cubet_{body}", f"cubet_{body}.{signature(secret, 'other', body)}", f"cubet_{body[:-4]}.{by}"]
    for text in bad:
        for path in ("/customers", "/me"):
            answer = await Script(script.reader, {"token": text}).call("GET", path)
            assert (answer.status_code, answer.json()["message"]) == (401, INVALID), text[:60]
    good = _written(Claims(await jane(db), f"{marked}:EDITOR", ends, None, frozenset()), secret)
    assert (await Script(script.reader, {"token": good}).call("GET", "/customers")).status_code == 200


# -- what ends it -------------------------------------------------------------------------------------------------


async def _changed(db: Database, **values: str) -> None:
    await write(db, Update(USER, Reference("user", "id", await jane(db)), values), CLI)


async def _deleted(db: Database) -> None:
    await write(db, Delete(USER, Reference("user", "id", await jane(db))), CLI)


async def _password(db: Database) -> None:
    await passwords.set_password(db, EMAIL, f"another {PASSWORD}")


async def _executed(db: Database, statement: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(statement)


ENDS: dict[str, Callable[[Database], Awaitable[None]]] = {
    "disabled": lambda db: _changed(db, status="DISABLED"),
    "lowered": lambda db: _changed(db, role="VIEWER"),
    "raised": lambda db: _changed(db, role="ADMIN"),
    "deleted": _deleted,
    "another password": _password,
    "session ended": lambda db: _executed(db, "DELETE FROM portal_sessions"),
    "password replaced": lambda db: _executed(db, "UPDATE users SET password_version = password_version + 1"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_it_ends_at_once_and_in_every_process(script: Script, elsewhere: Database, end: str) -> None:
    assert await script.statuses() == {200, 201}
    await ENDS[end](elsewhere)
    assert await script.statuses() == {401}


async def test_it_ends_with_the_session_that_it_is_of(script: Script, db: Database, migrated_url: str) -> None:
    other = reader_at(db, migrated_url, address="192.0.2.2")
    async with other.http:
        await other.sign_in()
        another = Script(other, (await ask(other)).json())
        assert await script.statuses() == await another.statuses() == {200, 201}
        await script.reader.send("Sign out")
        assert await script.statuses() == {401}
        assert await another.statuses() == {200, 201}


async def test_another_name_ends_nothing(script: Script, elsewhere: Database) -> None:
    await script.statuses()
    await _changed(elsewhere, name="Janet")
    assert await script.statuses() == {200, 201}


async def test_a_remembered_one_costs_no_statement(
    script: Script, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await script.call("GET", "/customers")
    seen: list[str] = []
    for name in ("fetch", "fetch_row", "fetch_row_by_one_plan"):

        async def watched(text: str, params: Any = (), ask: Any = getattr(db, name)) -> Any:
            seen.append(text)
            return await ask(text, params)

        monkeypatch.setattr(db, name, watched)
    assert (await script.call("GET", "/customers")).status_code == 200
    (statement,) = seen
    assert "portal_sessions" in statement
    assert "api_keys" not in statement
