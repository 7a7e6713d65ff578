"""Idempotency keys by REST: a request is done once for its key, and answered the same again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services import write
from app.services.database import Database
from app.services.idempotency import sweep
from app.settings import Settings
from schema.values.instant import later, now
from tests.rest.conftest import Api, opened

ANA = {"name": "Ana Lima", "email": "ana@lima.example"}
OWN = {"traceresponse", "server-timing", "ratelimit", "ratelimit-policy", "idempotent-replayed"}
NEW_KEY = {"name": "sync", "scopes": ["customers:read"]}


def keyed(key: str = "k1", **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key} | {name.replace("_", "-"): value for name, value in more.items()}


def own(answer: httpx.Response) -> dict[str, str]:
    """The headers that are the answer's own, and not those of this very request."""
    return {name: value for name, value in answer.headers.items() if name not in OWN}


def assert_replay(first: httpx.Response, again: httpx.Response) -> None:
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content, own(again)) == (first.status_code, first.content, own(first))
    assert again.headers["traceresponse"] != first.headers["traceresponse"]


async def rows(db: Database, table: str) -> int:
    row = await db.fetch_row(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


async def count(api: Api, table: str = "customers") -> int:
    return await rows(api.db, table)


async def test_a_replay_is_the_answer_byte_for_byte(api: Api) -> None:
    first = await api.http.post("/customers", json=ANA, headers=keyed())
    assert first.status_code == 201
    await api.http.patch("/customers/email:ana@lima.example", json={"title": "CEO"})
    again = await api.http.post("/customers", json=ANA, headers=keyed())
    assert_replay(first, again)
    assert again.headers["etag"] == '"1"'
    assert again.headers["location"] == f"/customers/{first.json()['id']}"
    assert await count(api) == 1
    assert await count(api, "idempotency_keys") == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/customers/email:ana@lima.example", {"metadata": {"a": 1}}),
        ("PUT", "/customers/email:ana@lima.example", {"title": "CEO"}),
        ("PUT", "/customers/erp:9", {"name": "Nine"}),
        ("DELETE", "/customers/email:ana@lima.example", None),
        ("POST", "/customers/{id}/restore", None),
        ("PATCH", "/customers/erp:none", {"title": "x"}),
    ],
)
async def test_every_write_takes_a_key(api: Api, method: str, path: str, body: Any) -> None:
    made = (await api.http.post("/customers", json=ANA)).json()
    if path.endswith("restore"):
        await api.http.delete(f"/customers/{made['id']}")
    path = path.replace("{id}", made["id"])
    changes = await count(api, "changes")
    first = await api.http.request(method, path, json=body, headers=keyed())
    done = await count(api, "changes")
    assert done == changes + (first.status_code < 400)
    assert_replay(first, await api.http.request(method, path, json=body, headers=keyed()))
    assert await count(api, "changes") == done


REFUSALS: list[tuple[str, str, dict[str, Any], int, dict[str, str]]] = [
    ("POST", "/customers", {"email": "nonsense", "colour": "red"}, 400, {}),
    ("POST", "/customers", {"name": "Other", "email": "ana@lima.example"}, 409, {}),
    ("PATCH", "/customers/erp:none", {"title": "x"}, 404, {}),
    ("PATCH", "/customers/email:ana@lima.example", {"title": "x"}, 412, {"If_Match": '"9"'}),
    ("PATCH", "/customers/a:b:c", {"title": "x"}, 404, {}),
]


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json"])
@pytest.mark.parametrize(("method", "path", "body", "status", "headers"), REFUSALS)
async def test_a_refusal_is_an_answer_too(
    api: Api, method: str, path: str, body: dict[str, Any], status: int, headers: dict[str, str], accept: str
) -> None:
    """It stays the answer to the key though what was in the way has gone."""
    await api.http.post("/customers", json=ANA)
    sent = keyed(Accept=accept, **headers)
    first = await api.http.request(method, path, json=body, headers=sent)
    assert first.status_code == status
    assert first.headers["content-type"] == accept
    await api.http.delete("/customers/email:ana@lima.example")
    assert_replay(first, await api.http.request(method, path, json=body, headers=sent))
    assert await count(api) == 1


async def test_another_request_under_the_same_key(api: Api) -> None:
    await api.http.put("/customers/erp:1", json={"name": "One"})
    first = await api.http.patch("/customers/erp:1", json={"title": "A"}, headers=keyed())
    assert first.status_code == 200
    others: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
        ("PATCH", "/customers/erp:1", {"title": "B"}, {}),
        ("PATCH", "/customers/erp:1", {"title": "A", "nonsense": 1}, {}),
        ("PATCH", "/customers/erp:2", {"title": "A"}, {}),
        ("PUT", "/customers/erp:1", {"title": "A"}, {}),
        ("PATCH", "/customers/erp:1", {"title": "A"}, {"If_Match": "*"}),
        ("PATCH", "/customers/erp:1", {"title": "A"}, {"If_None_Match": '"7"'}),
        ("PATCH", "/customers/erp:1", {"title": "A"}, {"Accept": "application/problem+json"}),
    ]
    for method, path, body, headers in others:
        found = await api.http.request(method, path, json=body, headers=keyed(**headers))
        assert found.status_code == 400, (method, path, headers)
        message = found.json().get("message") or found.json()["title"]
        assert message == "The idempotency key was used for another request."
        assert "idempotent-replayed" not in found.headers
    assert (await api.http.get("/customers/erp:1")).json()["version"] == 2
    assert_replay(first, await api.http.patch("/customers/erp:1", json={"title": "A"}, headers=keyed()))


async def test_keys_of_one_caller_are_nothing_to_another(api: Api) -> None:
    other = await api.as_key("*")
    first = await api.http.post("/clients", json={"name": "Acme"}, headers=keyed())
    second = await api.http.post("/clients", json={"name": "Acme"}, headers=keyed() | other)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize("key", ["a", "!" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", "it's:a{key}", 'a"b'])
async def test_a_key_is_bare_or_quoted(sqlite: Api, key: str) -> None:
    first = await sqlite.http.post("/customers", json=ANA, headers=keyed(key))
    assert first.status_code == 201
    quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert_replay(first, await sqlite.http.post("/customers", json=ANA, headers=keyed(f" {quoted} ")))


@pytest.mark.parametrize("key", ["", '""', "a b", "é", "!" * 256, '"a', 'a"', '"a\\b"', '"a b"', '"a";b=1'])
async def test_what_is_no_key(sqlite: Api, key: str) -> None:
    refused = await sqlite.http.post("/customers", json=ANA, headers={b"Idempotency-Key": key.encode()})
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("Idempotency-Key: must be one key of 1 to 255 visible ASCII characters")
    assert await count(sqlite) == 0


async def test_one_key_stands_in_one_header(sqlite: Api) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    refused = await sqlite.http.post("/customers", json=ANA, headers=headers)
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "Idempotency-Key")


async def test_what_is_not_the_request_s_own_fault_is_not_kept(api: Api) -> None:
    """Neither is what cannot be read. With the fault gone, the same key does the work."""
    reader = await api.as_key("customers:read")
    nobody = {"Authorization": "Bearer cube_nonsense"}
    json_ = {"Content-Type": "application/json"}
    tries: list[tuple[dict[str, str], bytes, int]] = [
        (reader | json_, b'{"name": "A"}', 403),
        (nobody | json_, b'{"name": "A"}', 401),
        (json_, b'{"name": ', 400),
        ({"Content-Type": "text/plain"}, b"{}", 415),
        (json_ | {"Accept": "text/html"}, b"{}", 406),
    ]
    for headers, body, status in tries:
        found = await api.http.post("/customers", content=body, headers=headers | keyed())
        assert found.status_code == status
    assert await count(api, "idempotency_keys") == 0
    assert (await api.http.post("/customers", json=ANA, headers=keyed())).status_code == 201


async def test_what_fails_for_a_fault_of_cube_s_own_is_not_kept(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    with monkeypatch.context() as patched:
        patched.setitem(write.BECOME, "customer", broken)
        transport = httpx.ASGITransport(api.http._transport.app, raise_app_exceptions=False)  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=transport, base_url="http://cube.test") as http:
            found = await http.post("/customers", json=ANA, headers=dict(api.http.headers) | keyed())
            assert found.status_code == 500
    assert await count(api, "idempotency_keys") == 0
    assert (await api.http.post("/customers", json=ANA, headers=keyed())).status_code == 201


async def test_an_answer_lasts_its_time_and_is_swept_away(api: Api) -> None:
    await api.http.post("/clients", json={"name": "Acme"}, headers=keyed("old"))
    await api.http.post("/clients", json={"name": "Acme"}, headers=keyed("new"))
    expiry = await api.db.fetch_row("SELECT min(expires_at) FROM idempotency_keys")
    assert expiry is not None
    assert later(now(), 24 * 3600 - 60) < expiry[0] <= later(now(), 24 * 3600)
    await _expire(api.db, "old")
    other = await api.http.post("/clients", json={"name": "Other"}, headers=keyed("old"))
    assert other.status_code == 201, "its time is over: it is as if it had never been"
    assert "idempotent-replayed" not in other.headers
    assert_replay(other, await api.http.post("/clients", json={"name": "Other"}, headers=keyed("old")))
    for i in range(7):
        await api.http.post("/clients", json={"name": "Acme"}, headers=keyed(f"old{i}"))
        await _expire(api.db, f"old{i}")
    await sweep(api.db, now(), most=3)
    assert sorted(await api.db.fetch("SELECT key FROM idempotency_keys")) == [("new",), ("old",)]


async def _expire(db: Database, key: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(f"UPDATE idempotency_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE key = '{key}'")


async def test_the_setting_says_how_long(sqlite_url: str) -> None:
    async with opened(sqlite_url, CUBE_IDEMPOTENCY_HOURS="1") as api:
        await api.http.post("/clients", json={"name": "Acme"}, headers=keyed())
        row = await api.db.fetch_row("SELECT expires_at FROM idempotency_keys")
        assert row is not None
        assert later(now(), 3540) < row[0] <= later(now(), 3600)


async def test_fc_080_twenty_at_once_make_one_record(api: Api) -> None:
    """Those that come while it is being made are told to come again, and then get the one answer."""
    for i in range(5):
        data, headers = {"name": "Ana", "email": f"ana{i}@x.io"}, keyed(f"k{i}")
        answers = await asyncio.gather(*(api.http.post("/customers", json=data, headers=headers) for _ in range(20)))
        by_status = Counter(one.status_code for one in answers)
        assert set(by_status) <= {201, 409}
        assert by_status[201] >= 1
        for one in answers:
            if one.status_code == 409:
                assert one.headers["retry-after"] == "1"
                assert "idempotency key is being answered" in one.json()["detail"]
        made = {one.content for one in answers if one.status_code == 201}
        assert len(made) == 1
        assert sum("idempotent-replayed" not in one.headers for one in answers if one.status_code == 201) == 1
        again = await api.http.post("/customers", json=data, headers=headers)
        assert {again.content} == made
        assert await count(api) == i + 1
        assert await count(api, "changes WHERE record LIKE 'cus_%'") == i + 1


async def test_fc_080_two_processes_make_one_record(api: Api, migrated_url: str) -> None:
    """Each process has its own idea of what is in flight: the database decides."""
    async with opened_beside(api, migrated_url) as other:
        for i in range(10):
            data, headers = {"name": "Ana", "externalIds": {"erp": str(i)}}, keyed(f"k{i}")
            answers = await asyncio.gather(*(http.post("/customers", json=data, headers=headers) for http in other))
            assert {one.status_code for one in answers} == {201}, [one.text for one in answers]
            assert len({one.content for one in answers}) == 1
            assert sorted("idempotent-replayed" in one.headers for one in answers) == [False, True]
        assert await count(api) == 10
        assert await count(api, "changes WHERE record LIKE 'cus_%'") == 10


@asynccontextmanager
async def opened_beside(api: Api, url: str) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two sessions with one key, each as in a process of its own: the database is all that they share."""
    settings = Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None)
    db = await Database.open(settings)
    transport = httpx.ASGITransport(create_app(settings, db))
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=api.http.headers) as other:
        yield [api.http, other]
    await db.close()


async def test_two_processes_refuse_one_request_alike(api: Api, migrated_url: str) -> None:
    async with opened_beside(api, migrated_url) as both:
        for i in range(20):
            asked = [
                http.patch("/customers/email:no@one.io", json={"title": "x"}, headers=keyed(f"{i}")) for http in both
            ]
            answers = await asyncio.gather(*asked)
            assert [one.status_code for one in answers] == [404, 404]
            assert len({one.content for one in answers}) == 1
        assert await count(api, "idempotency_keys") == 20


async def test_what_is_being_answered_is_told_to_come_again(sqlite: Api) -> None:
    row = await sqlite.db.fetch_row("SELECT id FROM api_keys")
    assert row is not None
    sqlite.db.in_flight.add((row[0], "k1"))
    try:
        busy = await sqlite.http.post("/customers", json=ANA, headers=keyed(Accept="application/problem+json"))
        assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (409, "in_flight", "1")
    finally:
        sqlite.db.in_flight.discard((row[0], "k1"))
    assert (await sqlite.http.post("/customers", json=ANA, headers=keyed())).status_code == 201


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


async def test_reads_do_not_mind_a_key_and_tokens_do(sqlite: Api) -> None:
    for method, path in (("GET", "/customers"), ("QUERY", "/customers"), ("GET", "/me")):
        body: dict[str, Any] | None = {} if method == "QUERY" else None
        assert (await sqlite.http.request(method, path, json=body, headers=keyed())).status_code == 200
    refused = await sqlite.http.post("/tokens", headers=keyed())
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "Idempotency-Key")
    assert await count(sqlite, "idempotency_keys") == 0


async def test_a_replay_is_a_request_like_any_other(sqlite_url: str) -> None:
    """It counts for its key, and is not answered to who has asked too much."""
    async with opened(sqlite_url, CUBE_RATE_LIMIT="requests=3/h") as api:
        answers = [await api.http.post("/customers", json=ANA, headers=keyed()) for _ in range(4)]
        assert [one.status_code for one in answers] == [201, 201, 201, 429]
        assert_replay(answers[0], answers[2])
        assert "idempotent-replayed" not in answers[3].headers
