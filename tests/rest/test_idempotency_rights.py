"""To whom an answer is given again: to who may see it, and a secret to the secret that asked for it alone."""

from __future__ import annotations

from app.services.database import Database
from tests.rest.conftest import Api
from tests.rest.replays import ANA, assert_replay, count, keyed

NEW_KEY = {"name": "sync", "scopes": ["customers:read"]}


async def stored_text(db: Database) -> str:
    return repr(await db.fetch("SELECT holder, key, fingerprint, headers, body, secrets FROM idempotency_keys"))


async def test_the_store_holds_no_secret(api: Api) -> None:
    """And yet a replay tells it again, to whoever comes with the secret that asked for it."""
    made = await api.http.post("/api-keys", json=NEW_KEY, headers=keyed("make"))
    assert made.status_code == 201
    path = made.headers["location"]
    rotated = await api.http.post(f"{path}/rotate", headers=keyed("rotate"))
    assert rotated.status_code == 200
    secrets = [made.json()["secret"], rotated.json()["secret"]]
    assert len(set(secrets)) == 2
    for secret in secrets:
        assert (await api.http.get("/customers", headers={"Authorization": f"Bearer {secret}"})).status_code == 200
    text = await stored_text(api.db)
    for secret in (*secrets, api.secret):
        assert secret not in text
        assert secret[12:] not in text
    assert_replay(made, await api.http.post("/api-keys", json=NEW_KEY, headers=keyed("make")))
    assert_replay(rotated, await api.http.post(f"{path}/rotate", headers=keyed("rotate")))
    assert await count(api, "api_keys") == 2


async def test_a_secret_is_told_again_to_nobody_else(api: Api) -> None:
    own_key = (await api.http.get("/me")).json()["id"]
    made = await api.http.post("/api-keys", json=NEW_KEY, headers=keyed())
    rotated = await api.http.post(f"/api-keys/{own_key}/rotate")
    assert rotated.status_code == 200, rotated.text
    other = rotated.json()["secret"]
    refused = await api.http.post("/api-keys", json=NEW_KEY, headers=keyed() | {"Authorization": f"Bearer {other}"})
    assert (refused.status_code, refused.json()["message"]) == (409, "The request conflicts with the current state.")
    assert "told again only to the secret or token that asked for it" in refused.json()["detail"]
    assert "secret" not in refused.json()
    assert_replay(made, await api.http.post("/api-keys", json=NEW_KEY, headers=keyed()))


async def test_an_answer_is_for_the_rights_that_it_was_given_to(api: Api) -> None:
    """A token of the key that may see less is not shown what the key was answered."""
    first = await api.http.post("/customers", json=ANA, headers=keyed())
    filters = {"customers": {"status": {"eq": "LEAD"}}}
    token = (await api.http.post("/tokens", json={"filters": filters})).json()["token"]
    found = await api.http.post("/customers", json=ANA, headers=keyed() | {"Authorization": f"Bearer {token}"})
    assert (found.status_code, first.json()["id"] in found.text) == (400, False)


async def test_a_replay_needs_a_key_that_works(api: Api) -> None:
    own_key = await api.as_key("*")
    for _ in range(2):
        first = await api.http.post("/customers", json=ANA, headers=own_key | keyed())
        assert first.status_code == 201
    row = await api.db.fetch_row("SELECT max(id) FROM api_keys")
    assert row is not None
    assert (await api.http.delete(f"/api-keys/{row[0]}")).status_code == 200
    assert (await api.http.post("/customers", json=ANA, headers=own_key | keyed())).status_code == 401
