"""Idempotency keys by REST: a request is done once for its key, and answered the same again."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.services import making
from app.services.database import Database
from app.services.idempotency import sweep
from schema.values.instant import later, now
from tests.rest.conftest import Api, opened
from tests.rest.replays import ANA, assert_replay, count, keyed


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
        patched.setitem(making.BECOME, "customer", broken)
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
