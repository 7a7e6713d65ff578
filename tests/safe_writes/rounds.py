"""Rounds of callers who want the same at the same time, and what must have come of each round."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]
CALLERS = 20

_CREATE = "mutation($input: CustomerCreate!) { createCustomer(input: $input) { id version tags } }"
_TWO = (
    "mutation($a: CustomerCreate!, $b: CustomerCreate!) "
    "{ a: createCustomer(input: $a) { id } b: createCustomer(input: $b) { id } }"
)
_UPSERT = (
    "mutation($id: ID!, $input: CustomerUpdate!) "
    "{ upsertCustomer(id: $id, input: $input) { outcome customer { version title } } }"
)
_UPDATE = (
    "mutation($id: ID!, $input: CustomerUpdate!, $version: Int!) "
    "{ updateCustomer(id: $id, input: $input, ifVersion: $version) { version title } }"
)
_BATCH = "mutation($operations: [Operation!]!) { batch(operations: $operations) { statusCode data } }"


@dataclass(frozen=True)
class Door:
    """A way to write: what is sent for the records of one tag, and how many they are."""

    name: str
    path: str
    body: Callable[[str], Json]
    makes: int


def _graphql(document: str, **variables: Any) -> Json:
    return {"query": document, "variables": variables}


def _made(tag: str, n: int = 1) -> Json:
    return {"name": f"{tag} {n}", "tags": [tag]}


DOORS = (
    Door("REST", "/customers", _made, 1),
    Door("GraphQL", "/graphql", lambda tag: _graphql(_CREATE, input=_made(tag)), 1),
    Door("GraphQL-two", "/graphql", lambda tag: _graphql(_TWO, a=_made(tag), b=_made(tag, 2)), 2),
    Door(
        "batch",
        "/batch",
        lambda tag: {"operations": [{"op": "create", "resource": "customers", "data": _made(tag, n)} for n in (1, 2)]},
        2,
    ),
    Door(
        "GraphQL-batch",
        "/graphql",
        lambda tag: _graphql(_BATCH, operations=[{"op": "create", "resource": "customers", "data": _made(tag)}]),
        1,
    ),
)


async def keyed(http: httpx.AsyncClient, door: Door, number: int) -> None:
    """All send the same with one idempotency key: it is done once, and all hear of that one."""
    tag = f"{door.name}-{number}"
    headers = {"Idempotency-Key": f'"{tag}"'}

    async def send() -> httpx.Response:
        return await http.post(door.path, json=door.body(tag), headers=headers)

    answers = await asyncio.gather(*(send() for _ in range(CALLERS)))
    done = [one for one in answers if one.status_code != 409]
    for early in (one for one in answers if one.status_code == 409):
        assert early.headers["retry-after"] == "1", early.text
    assert done
    assert {one.status_code for one in done} == {201 if door.path == "/customers" else 200}
    assert sum("idempotent-replayed" not in one.headers for one in done) == 1
    last = await send()
    assert last.headers["idempotent-replayed"] == "true"
    assert {(one.content, one.headers.get("location"), one.headers.get("etag")) for one in (*done, last)} == {
        (last.content, last.headers.get("location"), last.headers.get("etag"))
    }
    assert "errors" not in last.json()
    found = (await http.get("/customers", params={"tags[has]": tag, "count": "true"})).json()
    assert found["totalCount"] == door.makes, tag
    for record in found["data"]:
        assert [one["action"] for one in await history(http, record["id"])] == ["CREATED"]


async def upserts(http: httpx.AsyncClient, number: int) -> None:
    """All want a record of one reference, each with its own title: one is made, and each answer was true."""
    by = f"email:upsert{number}@x.io"

    async def send(i: int) -> tuple[str, Json]:
        data = {"title": f"T{i}"}
        if i % 3 == 0:
            put = await http.put(f"/customers/{by}", json=data)
            return {201: "CREATED", 200: "UPDATED"}[put.status_code], put.json()
        if i % 3 == 1:
            told = (await http.post("/graphql", json=_graphql(_UPSERT, id=by, input=data))).json()
            return told["data"]["upsertCustomer"]["outcome"], told["data"]["upsertCustomer"]["customer"]
        operation = {"op": "upsert", "resource": "customers", "id": by, "data": data}
        (result,) = (await http.post("/batch", json={"operations": [operation]})).json()["results"]
        return {201: "CREATED", 200: "UPDATED"}[result["statusCode"]], result["data"]

    answers = await asyncio.gather(*(send(i) for i in range(CALLERS)))
    assert Counter(outcome for outcome, _ in answers) == {"CREATED": 1, "UPDATED": CALLERS - 1}
    assert [record["title"] for _, record in answers] == [f"T{i}" for i in range(CALLERS)]
    id_ = (await http.get(f"/customers/{by}")).json()["id"]
    stored = {one["version"]: one["changes"]["title"][1] for one in await history(http, id_)}
    assert stored == {record["version"]: record["title"] for _, record in answers}
    assert sorted(stored) == list(range(1, CALLERS + 1))


async def versions(http: httpx.AsyncClient, number: int) -> None:
    """Two save one version, by either door: one does, and the other is told."""
    made = (await http.post("/customers", json={"name": f"V{number}"})).json()
    path, tag = f"/customers/{made['id']}", {"If-Match": '"1"'}

    async def rest(title: str) -> tuple[str, int]:
        return title, (await http.patch(path, json={"title": title}, headers=tag)).status_code

    async def graphql(title: str) -> tuple[str, int]:
        body = _graphql(_UPDATE, id=made["id"], input={"title": title}, version=1)
        told = (await http.post("/graphql", json=body)).json()
        return title, told["errors"][0]["extensions"]["statusCode"] if "errors" in told else 200

    one, other = ((rest, rest), (rest, graphql), (graphql, graphql))[number % 3]
    answers = dict(await asyncio.gather(one("one"), other("other")))
    assert sorted(answers.values()) == [200, 412]
    winner = next(title for title, status in answers.items() if status == 200)
    record = (await http.get(path)).json()
    assert (record["title"], record["version"]) == (winner, 2)


async def history(http: httpx.AsyncClient, id_: str) -> list[Json]:
    """All changes of a customer."""
    page = (await http.get(f"/customers/{id_}/changes", params={"limit": "1000"})).json()
    assert page["nextCursor"] is None
    found: list[Json] = page["data"]
    return found
