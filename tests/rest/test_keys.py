"""API keys by REST: their secret once, their limits always, and who may see them."""

from __future__ import annotations

import pytest

from tests.rest.conftest import Api

NEW = {"name": "sync", "scopes": ["customers:read"]}


async def test_the_life_of_a_key(api: Api) -> None:
    made = await api.http.post("/api-keys", json=NEW)
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    key = made.json()
    assert made.headers["location"] == f"/api-keys/{key['id']}"
    assert list(key)[-1] == "secret"
    secret = key.pop("secret")
    assert key["prefix"] == secret[:12]
    path = made.headers["location"]
    assert (await api.http.get(path)).json() == key
    own = {"Authorization": f"Bearer {secret}"}
    assert (await api.http.get("/customers", headers=own)).status_code == 200

    stale = await api.http.post(f"{path}/rotate", headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    rotated = await api.http.post(f"{path}/rotate")
    assert rotated.status_code == 200
    other = {"Authorization": f"Bearer {rotated.json()['secret']}"}
    for headers in (own, other):
        assert (await api.http.get("/customers", headers=headers)).status_code == 200
    at_once = await api.http.post(f"{path}/rotate", json={"overlapSeconds": 0})
    for headers in (own, other):
        assert (await api.http.get("/customers", headers=headers)).status_code == 401
    last = {"Authorization": f"Bearer {at_once.json()['secret']}"}

    renamed = await api.http.patch(path, json={"name": "other"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "other")
    assert "secret" not in renamed.json()
    revoked = await api.http.delete(path)
    assert revoked.status_code == 200
    assert revoked.json()["revokedAt"]
    assert (await api.http.get("/customers", headers=last)).status_code == 401
    assert (await api.http.get(path)).json()["revokedAt"]
    history = await api.http.get(f"{path}/changes")
    assert history.status_code == 200
    assert "secret" not in history.text.replace("secretary", "")


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_what_keys_do_not_have(sqlite: Api, method: str) -> None:
    path = "/api-keys/key_01h455vb4pex5vsknk084sn02q"
    assert (await sqlite.http.request(method, path, json=NEW)).status_code == 405
    assert (await sqlite.http.post(f"{path}/restore")).status_code == 404


async def test_rotate_takes_nothing_else(sqlite: Api) -> None:
    made = await sqlite.http.post("/api-keys", json=NEW)
    for body in ({"overlapSecond": 1}, {"overlapSeconds": -1}, {"overlapSeconds": "1"}):
        found = await sqlite.http.post(f"{made.headers['location']}/rotate", json=body)
        assert found.status_code == 400
        assert "overlapSeconds" in found.json()["detail"]


async def test_a_key_sees_the_keys_of_its_owner_that_may_no_more(api: Api) -> None:
    ed = await api.user("ed", "EDITOR")
    scopes = ("keys:write", "customers:read")
    own = await api.as_key(*scopes, owner=ed)
    equal = (
        await api.http.post("/api-keys", json={"name": "equal", "scopes": ["customers:read"], "ownerId": ed})
    ).json()
    more = (await api.http.post("/api-keys", json={"name": "more", "scopes": ["clients:read"], "ownerId": ed})).json()
    others = (await api.http.post("/api-keys", json=NEW)).json()

    listed = await api.http.get("/api-keys?sort=name&count=true&fields=name", headers=own)
    assert [one["name"] for one in listed.json()["data"]] == ["equal", "test"]
    assert listed.json()["totalCount"] == 2
    body = {"first": 1, "orderBy": [{"field": "NAME"}], "fields": ["name"]}
    page = await api.http.request("QUERY", "/api-keys", json=body, headers=own)
    assert page.json()["data"] == [{"name": "equal"}]
    body["after"] = page.json()["nextCursor"]
    page = await api.http.request("QUERY", "/api-keys", json=body, headers=own)
    assert page.json() == {
        "data": [{"name": "test"}],
        "nextCursor": None,
        "previousCursor": page.json()["previousCursor"],
    }
    assert (await api.http.get(f"/api-keys/{equal['id']}", headers=own)).status_code == 200
    for unseen in (more, others):
        path = f"/api-keys/{unseen['id']}"
        assert (await api.http.get(path, headers=own)).status_code == 404
        assert (await api.http.patch(path, json={"name": "x"}, headers=own)).status_code == 404
        assert (await api.http.delete(path, headers=own)).status_code == 404
        assert (await api.http.post(f"{path}/rotate", headers=own)).status_code == 404
        assert (await api.http.get(f"{path}/changes", headers=own)).status_code == 404
    assert len((await api.http.get("/api-keys")).json()["data"]) == 5


async def test_me_needs_no_scope(api: Api) -> None:
    found = await api.http.get("/me", headers=await api.as_key("clients:read"))
    assert found.status_code == 200
    assert found.json()["scopes"] == ["clients:read"]
    assert found.json()["owner"]["id"] == api.admin
    assert "secret" not in found.json()
