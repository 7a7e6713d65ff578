"""Records by REST, from POST to restore, as the contract's table has them."""

from __future__ import annotations

import pytest

from tests.rest.conftest import Api

BOB = {"name": "Bob", "email": "Bob@X.io", "externalIds": {"erp": "a/b:c d%é"}}


async def test_the_life_of_a_record(api: Api) -> None:
    made = await api.http.post("/customers", json=BOB)
    assert made.status_code == 201
    record = made.json()
    assert made.headers["location"] == f"/customers/{record['id']}"
    assert made.headers["etag"] == '"1"'

    for path in (made.headers["location"], "/customers/email:BOB@x.io", "/customers/erp:a%2Fb%3Ac%20d%25%C3%A9"):
        found = await api.http.get(path)
        assert found.status_code == 200, path
        assert found.json() == record
        assert found.headers["etag"] == '"1"'

    patched = await api.http.patch(made.headers["location"], json={"title": "Buyer"}, headers={"If-Match": '"1"'})
    assert (patched.status_code, patched.headers["etag"], patched.json()["title"]) == (200, '"2"', "Buyer")

    merge = {"Content-Type": "application/merge-patch+json"}
    patched = await api.http.patch(made.headers["location"], content=b'{"title":null}', headers=merge)
    assert (patched.status_code, patched.headers["etag"], patched.json()["title"]) == (200, '"3"', None)

    stale = await api.http.patch(made.headers["location"], json={"title": "x"}, headers={"If-Match": '"1", W/"3"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, '"3"')
    assert stale.json()["message"] == "A precondition failed."

    gone = await api.http.delete(made.headers["location"], headers={"If-Match": "*"})
    assert gone.status_code == 200
    assert gone.json()["deletedAt"]
    assert gone.headers["etag"] == '"4"'
    assert (await api.http.get(made.headers["location"])).status_code == 404
    assert (await api.http.get(f"{made.headers['location']}?deleted=include")).status_code == 200
    assert (await api.http.delete(made.headers["location"])).status_code == 404

    back = await api.http.post(f"{made.headers['location']}/restore")
    assert (back.status_code, back.headers["etag"], back.json()["deletedAt"]) == (200, '"5"', None)

    history = await api.http.get(f"{made.headers['location']}/changes")
    actions = [change["action"] for change in history.json()["data"]]
    assert actions == ["CREATED", "UPDATED", "UPDATED", "DELETED", "RESTORED"]
    assert history.json()["data"][0]["traceId"] == made.headers["traceresponse"]


async def test_head_is_get_without_its_body(api: Api) -> None:
    made = (await api.http.post("/customers", json=BOB)).headers["location"]
    for path in (made, "/customers", "/customers/stats?by=status", "/me", "/users/email:nobody@x.io", "/health/live"):
        got, head = await api.http.get(path), await api.http.head(path)
        assert head.status_code == got.status_code
        assert head.content == b""
        own = ("traceresponse", "server-timing", "content-length", "ratelimit")
        assert {k: v for k, v in head.headers.items() if k not in own} == {
            k: v for k, v in got.headers.items() if k not in own
        }
        if got.status_code == 200 and path != "/me":
            assert head.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', "*", '"7", "1"'])
async def test_not_modified(sqlite: Api, tag: str) -> None:
    made = (await sqlite.http.post("/customers", json=BOB)).headers["location"]
    for method in ("GET", "HEAD"):
        found = await sqlite.http.request(method, made, headers={"If-None-Match": tag})
        assert (found.status_code, found.content, found.headers["etag"]) == (304, b"", '"1"')
        assert "traceresponse" in found.headers
    assert (await sqlite.http.get(made, headers={"If-None-Match": '"2"'})).status_code == 200


async def test_fc_082_the_tag_is_the_version_in_every_view(api: Api) -> None:
    made = await api.http.post("/customers", json=BOB)
    path = made.headers["location"]
    part = await api.http.get(f"{path}?fields=id,name")
    listed = await api.http.get("/customers?fields=version")
    assert part.headers["etag"] == '"1"'
    assert listed.json()["data"][0]["version"] == 1
    patched = await api.http.patch(path, json={"title": "x"}, headers={"If-Match": part.headers["etag"]})
    assert patched.status_code == 200


async def test_put_by_reference(api: Api) -> None:
    made = await api.http.put("/customers/erp:9", json={"name": "Nine"})
    assert (made.status_code, made.json()["externalIds"]) == (201, {"erp": "9"})
    assert made.headers["location"] == f"/customers/{made.json()['id']}"
    same = await api.http.put("/customers/erp:9", json={"name": "Nine"})
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    assert "location" not in same.headers
    changed = await api.http.put("/customers/erp:9", json={"name": "Neun"})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    refused = await api.http.put("/customers/erp:9", json={"name": "x"}, headers={"If-None-Match": "*"})
    assert (refused.status_code, refused.headers["etag"]) == (412, '"2"')
    only = await api.http.put("/customers/erp:10", json={"name": "x"}, headers={"If-None-Match": "*"})
    assert only.status_code == 201
    by_id = await api.http.put(f"/customers/{made.json()['id']}", json={"name": "by id"})
    assert (by_id.status_code, by_id.json()["name"]) == (200, "by id")
    missing = made.json()["id"][:-3] + "zzz"
    assert (await api.http.put(f"/customers/{missing}", json={"name": "x"})).status_code == 404


async def test_pages_and_links(api: Api) -> None:
    for i in range(5):
        assert (await api.http.post("/customers", json={"name": f"N{i}"})).status_code == 201
    path: str | None = "/customers?limit=2&sort=name&fields=name"
    seen: list[str] = []
    last = None
    while path:
        page = await api.http.get(path)
        seen += [one["name"] for one in page.json()["data"]]
        assert ("next" in page.links) == (page.json()["nextCursor"] is not None)
        assert ("prev" in page.links) == (page.json()["previousCursor"] is not None)
        assert page.links["first"]["url"] == "/customers?limit=2&sort=name&fields=name"
        assert page.headers["accept-query"] == "application/json"
        last, path = page, page.links.get("next", {}).get("url")
    assert seen == ["N0", "N1", "N2", "N3", "N4"]
    assert last is not None
    before = await api.http.get(last.links["prev"]["url"])
    assert [one["name"] for one in before.json()["data"]] == ["N2", "N3"]


async def test_query_is_a_list_by_a_body(api: Api) -> None:
    for i in range(3):
        await api.http.post("/customers", json={"name": f"N{i}"})
    body = {"filter": {"name": {"in": ["N0", "N2"]}}, "orderBy": [{"field": "NAME"}], "first": 1, "count": True}
    page = await api.http.request("QUERY", "/customers", json=body)
    assert page.status_code == 200
    assert [one["name"] for one in page.json()["data"]] == ["N0"]
    assert page.json()["totalCount"] == 2
    rest = await api.http.request("QUERY", "/customers", json={**body, "after": page.json()["nextCursor"]})
    assert [one["name"] for one in rest.json()["data"]] == ["N2"]


async def test_related_lists(api: Api) -> None:
    client = (await api.http.post("/clients", json={"name": "Acme", "domain": "acme.io", "ownerId": api.admin})).json()[
        "id"
    ]
    await api.http.post("/customers", json={"name": "Ann", "clientId": "domain:acme.io", "ownerId": api.admin})
    await api.http.post("/customers", json={"name": "Else"})
    for path in (f"/clients/{client}/customers", "/clients/domain:acme.io/customers", f"/users/{api.admin}/customers"):
        page = await api.http.get(path)
        assert [one["name"] for one in page.json()["data"]] == ["Ann"], path
        assert page.links["first"]["url"] == path
    assert [one["name"] for one in (await api.http.get(f"/users/{api.admin}/clients")).json()["data"]] == ["Acme"]
    filtered = await api.http.get("/clients/domain:acme.io/customers?name=nobody")
    assert filtered.json()["data"] == []
    assert (await api.http.get("/clients/domain:other.io/customers")).status_code == 404
    await api.http.delete(f"/clients/{client}")
    assert (await api.http.get(f"/clients/{client}/customers")).status_code == 404


async def test_stats(api: Api) -> None:
    for status in ("LEAD", "ACTIVE", "ACTIVE"):
        await api.http.post("/customers", json={"name": "x", "status": status})
    found = await api.http.get("/customers/stats?by=status")
    assert found.json() == {"data": [{"by": {"status": "ACTIVE"}, "count": 2}, {"by": {"status": "LEAD"}, "count": 1}]}


async def test_stats_is_no_reference_and_shadows_none(sqlite: Api) -> None:
    assert (await sqlite.http.put("/customers/stats:1", json={"name": "x"})).status_code == 201
    assert (await sqlite.http.get("/customers/stats:1")).status_code == 200
    refused = await sqlite.http.delete("/customers/stats")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_a_conflict_names_the_holder(api: Api) -> None:
    first = (await api.http.post("/customers", json=BOB)).json()["id"]
    again = await api.http.post("/customers", json={"name": "x", "email": "bob@x.io"})
    assert again.status_code == 409
    assert again.json()["message"] == "The request conflicts with the current state."
    assert first in again.json()["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/customers/", 404),
        ("/customers//changes", 404),
        ("/Customers", 404),
        ("/customers/%ff", 404),
        ("/customers/a%00b", 404),
        ("/customers/nobody", 404),
        ("/customers/cli_01h455vb4pex5vsknk084sn02q", 404),
        ("/customers/cus_01h455vb4pex5vsknk084sn02q", 404),
        ("/customers/email:nobody@x.io", 404),
        ("/customers/cus_01h455vb4pex5vsknk084sn02q/nothing", 404),
    ],
)
async def test_paths_that_lead_nowhere(sqlite: Api, path: str, status: int) -> None:
    found = await sqlite.http.get(path)
    assert found.status_code == status
    assert found.json()["statusCode"] == status
    assert "location" not in found.headers
