"""What the token of who is signed in is good for: it acts for its user, and nothing that it makes outlives it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.services.database import Database
from app.services.signing import signature, signing_secret
from app.services.tokens import Claims, _written
from schema.values.instant import later, now
from tests.app.keys import key, user
from tests.app.portal.browsing import EMAIL, Reader, reader_at
from tests.app.portal.scripting import Script, ask, jane

INVALID = "The API key is not valid."


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
