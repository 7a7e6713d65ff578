"""Field cases of lists: sorts that lose no row, walks while others write, names that are no fields."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.cases.conftest import Json, created
from tests.rest.conftest import Api


async def walked(api: Api, path: str | None) -> list[Json]:
    found: list[Json] = []
    while path:
        page = await api.http.get(path)
        assert page.status_code == 200, page.text
        found += page.json()["data"]
        path = page.links.get("next", {}).get("url")
    return found


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
