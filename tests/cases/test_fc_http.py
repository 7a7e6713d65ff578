"""Field cases of requests: what callers see of others, paths and methods, sorts and tags, values that come back."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from schema.openapi import document
from tests.cases.conftest import Json
from tests.rest.conftest import Api


async def created(api: Api, data: Json, path: str = "/customers") -> Json:
    answer = await api.http.post(path, json=data)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def walked(api: Api, path: str | None) -> list[Json]:
    found: list[Json] = []
    while path:
        page = await api.http.get(path)
        assert page.status_code == 200, page.text
        found += page.json()["data"]
        path = page.links.get("next", {}).get("url")
    return found


async def test_fc_029_nobody_sees_what_another_was_shown(api: Api) -> None:
    """The same document under two keys, then after a change: nothing is kept from one request to the next."""
    client = await created(api, {"name": "Acme", "domain": "acme.io"}, "/clients")
    customer = await created(api, {"name": "Ada", "clientId": client["id"]})
    text = "query($id: ID!) { customer(id: $id) { name client { name } } }"
    body = {"query": text, "variables": {"id": customer["id"]}}
    less = await api.as_key("customers:read")
    for name in ("Acme", "Renamed"):
        full = (await api.http.post("/graphql", json=body)).json()
        assert full["data"]["customer"]["client"] == {"name": name}
        part = (await api.http.post("/graphql", json=body, headers=less)).json()
        assert part["data"] == {"customer": None}
        assert part["errors"][0]["extensions"]["code"] == "insufficient_scope"
        expanded = f"/customers/{customer['id']}?expand=client"
        assert (await api.http.get(expanded)).json()["client"]["name"] == name
        assert (await api.http.get(expanded, headers=less)).status_code == 403
        await api.http.patch(f"/clients/{client['id']}", json={"name": "Renamed"})


async def test_fc_043_no_path_is_redirected(api: Api) -> None:
    for path in ("/customers/", "/customers//", "/docs/", "/me/", "/graphql/", "/health/"):
        found = await api.http.get(path, headers={"X-Forwarded-Proto": "https"}, follow_redirects=False)
        assert (found.status_code, "location" in found.headers) == (404, False), path


async def test_fc_049_what_a_caller_says_of_itself_leads_nowhere(api: Api) -> None:
    """Paths in answers are paths: neither Host nor a forwarded name gets into them."""
    said = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "1.2.3.4, 10.0.0.1",
        "X-Forwarded-Proto": "ftp",
        "Forwarded": "host=evil.example",
    }
    made = await api.http.post("/customers", json={"name": "Ada"}, headers=said)
    assert made.headers["location"] == f"/customers/{made.json()['id']}"
    await created(api, {"name": "Eve"})
    for path in ("/customers?limit=1", "/", "/openapi.json", "/nowhere", "/me"):
        found = await api.http.get(path, headers=said)
        assert "evil" not in found.text + str(found.headers), path


def get_paths(api: Api, customer: str, key: str) -> list[str]:
    references = {"customers": customer, "api-keys": key, "clients": "erp:1", "users": api.admin}
    found = []
    for path, item in document()["paths"].items():
        if "get" in item:
            query = "?by=id" if path.endswith("/stats") else ""
            found.append(path.replace("{ref}", references.get(path.split("/")[1], "")) + query)
    return found


async def test_fc_052_head_is_get_without_a_body_on_every_route(api: Api) -> None:
    customer = (await created(api, {"name": "Ada"}))["id"]
    await created(api, {"name": "Acme", "externalIds": {"erp": "1"}}, "/clients")
    key = (await api.http.get("/me")).json()["id"]
    for _ in range(100):  # the use of the key is noted a moment later, and would show
        if (await api.http.get("/me")).json()["lastUsedAt"]:
            break
        await asyncio.sleep(0.02)
    for path in get_paths(api, customer, key):
        get, head = await api.http.get(path), await api.http.head(path)
        assert get.status_code == 200, (path, get.text)
        assert (head.status_code, head.content) == (200, b""), path
        passing = {"server-timing", "traceresponse"}
        for one in (get, head):
            assert passing <= set(one.headers)
        passing |= {"ratelimit"}  # the second leaves less than the first
        assert {k: v for k, v in head.headers.items() if k not in passing} == {
            k: v for k, v in get.headers.items() if k not in passing
        }, path


CELLS = [
    "=1+1",
    "+44 20 7946 0000",
    "-5",
    "@cmd",
    "\u00a0x",
    "'=1",
    '"q"',
    "a,b;c\\d",
    "0171",
    "007",
    "1E5",
    "NULL",
    "true",
]


async def test_fc_059_058_text_stays_text(api: Api) -> None:
    """No sign at the beginning means anything; what looks like a number is none."""
    for text in CELLS:
        wanted = text.strip()
        made = await created(
            api, {"name": text, "title": text, "externalIds": {"erp": wanted}, "metadata": {"a": wanted}}
        )
        assert (made["name"], made["title"]) == (wanted, wanted)
        assert (made["externalIds"], made["metadata"]) == ({"erp": wanted}, {"a": wanted})
        found = await api.http.get(f"/customers/erp:{quote(wanted, safe='')}")
        assert found.json() == made
        for field in ("name", "title", "externalIds.erp", "metadata.a"):
            hits = (await api.http.get("/customers", params={field: wanted})).json()["data"]
            assert [one["id"] for one in hits] == [made["id"]], (field, text)


async def test_fc_065_equal_sort_values_lose_no_row(api: Api) -> None:
    at = "2024-05-05T05:05:05.005Z"
    cities = ["Oslo", "oslo", "Ōslo", None]
    ids = set()
    for i in range(60):
        data: Json = {"name": "Same", "createdAt": at}
        if city := cities[i % 4]:
            data["address"] = {"city": city}
        ids.add((await created(api, data))["id"])
    for sort in ("createdAt", "-createdAt", "address.city", "-address.city", "title", "client.name", "-name,title"):
        for size in (7, 60):
            seen = [one["id"] for one in await walked(api, f"/customers?sort={sort}&limit={size}&fields=id")]
            assert len(seen) == 60, sort
            assert set(seen) == ids, sort


async def test_fc_067_a_walk_while_others_write(api: Api) -> None:
    kept = {(await created(api, {"name": f"K{i:02}"}))["id"] for i in range(20)}
    doomed = [(await created(api, {"name": f"D{i:02}"}))["id"] for i in range(10)]
    path: str | None = "/customers?sort=-name&limit=3&fields=id,name"
    seen: list[str] = []
    i = 0
    while path:
        page = await api.http.get(path)
        seen += [one["id"] for one in page.json()["data"]]
        path = page.links.get("next", {}).get("url")
        writes = [api.http.post("/customers", json={"name": f"{'AZ'[i % 2]}{i}"})]
        if doomed:
            writes.append(api.http.delete(f"/customers/{doomed.pop(i % len(doomed))}"))
        await asyncio.gather(*writes)
        i += 1
    assert max(Counter(seen).values()) == 1
    assert kept <= set(seen)


SORTS = [
    "(CASE WHEN 1=1 THEN name ELSE email END)",
    "name;--",
    "name DESC",
    "-password_hash",
    "owner.passwordHash",
    "owner.password",
    "client__secret",
    "secretHash",
    "owner.owner.name",
    "customers.name",
    "client.customers.name",
    "client.parent.parent.name",
    "metadata.plan",
    "name,name",
    "1",
    "--name",
    "name%00",
    "name'",
    ",".join(["name"] * 500),
]


async def test_fc_070_only_known_fields_are_sorted_and_filtered_by(api: Api) -> None:
    for sort in SORTS:
        refused = await api.http.get("/customers", params={"sort": sort})
        assert (refused.status_code, refused.json()["message"]) == (400, "One or more validation errors occurred.")
        assert refused.json()["detail"].startswith("sort: "), sort
    for path in ("/users?passwordHash=x", "/customers?owner.passwordHash[startsWith]=a", "/api-keys?secretHash=x"):
        refused = await api.http.get(path)
        assert refused.status_code == 400
        assert "is not a" in refused.json()["detail"]
    for name in ("PASSWORD_HASH", "name", "(SELECT 1)"):
        body = {"orderBy": [{"field": name}]}
        assert (await api.http.request("QUERY", "/users", json=body)).status_code == 400
    for text in (
        "{ users(orderBy: [{field: PASSWORD_HASH}]) { nodes { id } } }",
        "{ users { nodes { passwordHash } } }",
    ):
        answer = await api.http.post(
            "/graphql", json={"query": text}, headers={"Accept": "application/graphql-response+json"}
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("number", ["-0", "-0.0", "0.1", "-1e-300", "9007199254740991", "1.50", "1e2"])
async def test_fc_079_each_number_that_is_stored_can_be_read(api: Api, number: str) -> None:
    body = f'{{"name": "x", "metadata": {{"n": {number}}}}}'.encode()
    made = await api.http.post("/customers", content=body, headers={"Content-Type": "application/json"})
    assert made.status_code == 201, made.text
    value = made.json()["metadata"]["n"]
    assert float(value) == float(number)
    assert (await api.http.get("/customers")).json()["data"] == [made.json()]
    text = "{ customers { nodes { metadata } } }"
    answer = (await api.http.post("/graphql", json={"query": text})).json()
    assert answer["data"]["customers"]["nodes"] == [{"metadata": {"n": value}}]
    assert type(answer["data"]["customers"]["nodes"][0]["metadata"]["n"]) is type(value)
    found = await api.http.get(f"/customers?metadata.n={number}")
    assert [one["id"] for one in found.json()["data"]] == [made.json()["id"]]


async def test_fc_082_a_tag_from_any_view_serves_and_one_of_two_wins(api: Api) -> None:
    made = await created(api, {"name": "Ada"})
    path = f"/customers/{made['id']}"

    async def patch(match: str | None, **data: Any) -> int:
        headers = {"If-Match": match} if match is not None else {}
        return (await api.http.patch(path, json=data or {"title": match}, headers=headers)).status_code

    for view in (path, f"{path}?fields=id", f"{path}?expand=owner", f"{path}?deleted=include"):
        assert (await api.http.get(view, headers={"Accept-Encoding": "gzip"})).headers["etag"] == '"1"'
    assert await patch('W/"1"') == 412
    assert await patch('"2"') == 412
    assert await patch('"0", "1"') == 200
    assert await patch("*") == 200
    assert await patch(None, title="free") == 200
    assert await patch('"1"') == 412
    assert await patch("1") == 400
    tag = (await api.http.get(path)).headers["etag"]
    both = await asyncio.gather(*(patch(tag, title=f"T{i}") for i in range(6)))
    assert Counter(both) == {200: 1, 412: 5}
    refused = await api.http.patch(path, json={"title": "x"}, headers={"If-Match": tag})
    assert refused.headers["etag"] == f'"{int(tag.strip(chr(34))) + 1}"'


@pytest.mark.parametrize("door", ["tag", "none"])
async def test_fc_082_every_action_asks_for_the_tag(api: Api, door: str) -> None:
    """Each change of a record or of a key holds to If-Match, and to If-None-Match which asks for the opposite."""
    made = await created(api, {"name": "Ada", "externalIds": {"erp": "1"}})
    key = (await api.http.post("/api-keys", json={"name": "k", "scopes": ["customers:read"]})).json()
    customer, key_ = f"/customers/{made['id']}", f"/api-keys/{key['id']}"
    actions: list[tuple[str, str, Any]] = [
        ("PATCH", customer, {"title": "a"}),
        ("PUT", customer, {"title": "b"}),
        ("PUT", "/customers/erp:1", {"title": "c"}),
        ("DELETE", customer, None),
        ("POST", f"{customer}/restore", None),
        ("PATCH", key_, {"name": "l"}),
        ("POST", f"{key_}/rotate", None),
        ("DELETE", key_, None),
    ]
    for method, path, body in actions:
        current = (await api.http.get(path.removesuffix("/restore").removesuffix("/rotate") + _deleted(path))).headers
        tag = current["etag"]
        if door == "tag":
            wrong, right = {"If-Match": f'W/{tag}, "77"'}, {"If-Match": f'"77", {tag}'}
        elif method == "PUT":
            wrong, right = {"If-None-Match": "*"}, {"If-Match": "*"}
        else:
            wrong, right = {"If-None-Match": f"W/{tag}"}, {"If-None-Match": '"77"'}
        refused = await api.http.request(method, path, json=body, headers=wrong)
        assert (refused.status_code, refused.headers["etag"]) == (412, tag), (method, path)
        assert (await api.http.request(method, path, json=body, headers=right)).status_code == 200, (method, path)
        assert (await api.http.request(method, path, json=body, headers={"If-Match": "3"})).status_code == 400


def _deleted(path: str) -> str:
    return "?deleted=include" if path.endswith("/restore") else ""


async def test_fc_082_of_many_that_only_create_one_does(api: Api) -> None:
    async def put(i: int) -> httpx.Response:
        return await api.http.put("/customers/erp:1", json={"name": f"N{i}"}, headers={"If-None-Match": "*"})

    answers = await asyncio.gather(*(put(i) for i in range(20)))
    assert Counter(one.status_code for one in answers) == {201: 1, 412: 19}
    (made,) = [one.json() for one in answers if one.status_code == 201]
    assert (await api.http.get("/customers/erp:1")).json() == made
    assert {one.headers["etag"] for one in answers} == {'"1"'}


async def test_fc_083_both_spellings_find_one_address(api: Api) -> None:
    made = await created(api, {"email": "rene\u0301@bücher.example"})
    again = await api.http.post("/customers", json={"email": "RENÉ@xn--bcher-kva.example"})
    assert (again.status_code, made["id"] in again.json()["detail"]) == (409, True)
    for spelt in ("ren\u00e9@bücher.example", "rene\u0301@XN--BCHER-KVA.example"):
        assert (await api.http.get(f"/customers/email:{quote(spelt)}")).json() == made
        for params in ({"email": spelt}, {"q": spelt}, {"q": "bücher.ex"}, {"q": "xn--bcher"}):
            hits = (await api.http.get("/customers", params=params)).json()["data"]
            assert [one["id"] for one in hits] == [made["id"]], params
