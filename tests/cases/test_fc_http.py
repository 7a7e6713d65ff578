"""Field cases of requests: what callers see of others, paths, headers and methods."""

from __future__ import annotations

import asyncio

from schema.openapi import document
from tests.cases.conftest import created
from tests.rest.conftest import Api


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
