"""Field cases of writes and of the database below them: races, transactions, migrations, exact comparisons."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.services.imports.run import Import, run_import
from app.services.migrate import migrate
from app.services.pending import pending
from app.settings import Settings
from schema.actor import SYSTEM
from schema.change import Call, Source
from schema.resources import BY_PATH
from tests.cases.conftest import Json
from tests.rest.conftest import Api

CALL = Call(SYSTEM, Source.CLI, "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01")


async def listed(api: Api, query: str = "", resource: str = "customers") -> list[Json]:
    found = await api.http.get(f"/{resource}?limit=1000&{query}")
    assert found.status_code == 200, found.text
    data: list[Json] = found.json()["data"]
    return data


async def history(api: Api, id_: str) -> list[Json]:
    found: list[Json] = (await api.http.get(f"/customers/{id_}/changes?limit=1000")).json()["data"]
    return found


async def graphql(api: Api, text: str, **variables: Any) -> Json:
    answer = await api.http.post("/graphql", json={"query": text, "variables": variables})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


async def test_fc_004_parallel_requests_that_get_or_create_the_same_two(api: Api) -> None:
    """Each of 30 callers wants both records: all are answered, and two are made."""
    upsert = 'upsertClient(id: "erp:{key}", input: {{name: "{key}"}}) {{ outcome }}'
    document = f"mutation {{ a: {upsert.format(key=1)} b: {upsert.format(key=2)} }}"
    answers = await asyncio.gather(*(graphql(api, document) for _ in range(30)))
    assert [one for one in answers if "errors" in one] == []
    outcomes = Counter(field["outcome"] for one in answers for field in one["data"].values())
    assert outcomes == {"CREATED": 2, "UNCHANGED": 58}
    assert sorted(one["name"] for one in await listed(api, resource="clients")) == ["1", "2"]


async def test_fc_005_parallel_upserts_each_store_what_they_answer(api: Api) -> None:
    async def put(i: int) -> httpx.Response:
        return await api.http.put("/customers/erp:1", json={"name": f"N{i}", "title": f"T{i}"})

    answers = await asyncio.gather(*(put(i) for i in range(12)))
    assert Counter(one.status_code for one in answers) == {201: 1, 200: 11}
    (record,) = await listed(api)
    assert record["name"][1:] == record["title"][1:]
    assert record["version"] == 12
    written = await history(api, record["id"])
    assert [change["version"] for change in written] == list(range(1, 13))
    assert {change["changes"]["name"][1] for change in written} == {f"N{i}" for i in range(12)}


async def test_fc_007_what_happens_beside_a_write_is_not_in_its_transaction(api: Api) -> None:
    """The use of the key is noted in a task of its own, whatever becomes of the request's transaction."""
    fresh = await api.as_key("*")
    answers = await asyncio.gather(
        *(api.http.post("/customers", json={"email": f"a{i % 4}@x.io"}, headers=fresh) for i in range(12))
    )
    assert Counter(one.status_code for one in answers) == {201: 4, 409: 8}
    records = await listed(api)
    assert len(records) == 4
    for record in records:
        assert [change["action"] for change in await history(api, record["id"])] == ["CREATED"]
    for _ in range(200):
        if (await api.http.get("/me", headers=fresh)).json()["lastUsedAt"]:
            break
        await asyncio.sleep(0.02)
    else:
        pytest.fail("the use of the key was never noted")


async def test_fc_008_upserts_of_one_key_in_one_request_run_one_after_another(api: Api) -> None:
    upsert = 'upsertCustomer(id: "erp:{key}", input: {{name: "{name}"}}) {{ outcome customer {{ version }} }}'
    for i in range(20):
        fields = [f"{name}: {upsert.format(key=i, name=name)}" for name in ("a", "b", "c")]
        told = await graphql(api, f"mutation {{ {' '.join(fields)} }}")
        assert told["data"] == {
            "a": {"outcome": "CREATED", "customer": {"version": 1}},
            "b": {"outcome": "UPDATED", "customer": {"version": 2}},
            "c": {"outcome": "UPDATED", "customer": {"version": 3}},
        }


async def test_fc_010_a_walk_by_change_loses_no_row_of_an_import(api: Api, tmp_path: Path) -> None:
    """While a file comes in, records that were read by the time of their change come once each."""
    file = tmp_path / "file.csv"
    file.write_text("name,externalIds.erp\n" + "".join(f"N{i},{i}\n" for i in range(250)))
    running = asyncio.create_task(run_import(api.db, Import(file, BY_PATH["customers"]), CALL))
    await running
    path: str | None = "/customers?sort=updatedAt&limit=40&fields=id,updatedAt"
    seen: list[Json] = []
    while path:
        page = await api.http.get(path)
        seen += page.json()["data"]
        path = page.links.get("next", {}).get("url")
    assert len({one["id"] for one in seen}) == len(seen) == 250
    assert [one["updatedAt"] for one in seen] == sorted(one["updatedAt"] for one in seen)
    middle = seen[100]["updatedAt"]
    since = await listed(api, f"updatedAt[gte]={middle}&fields=id")
    before = await listed(api, f"updatedAt[lt]={middle}&fields=id")
    assert len({one["id"] for one in since + before}) == 250


async def test_fc_011_metadata_missing_null_and_the_word_null(api: Api) -> None:
    values: list[Json] = [
        {},
        {"tier": "null"},
        {"tier": "gold"},
        {"tier": 5},
        {"tier": "5"},
        {"tier": True},
        {"tier": ""},
    ]
    for i, value in enumerate(values):
        await api.http.post("/customers", json={"name": f"N{i}", "metadata": value})
    assert (await api.http.post("/customers", json={"name": "x", "metadata": {"tier": {"a": 1}}})).status_code == 400

    async def names(test: Json) -> str:
        body = {"filter": {"metadata": {"tier": test}}, "orderBy": [{"field": "NAME"}], "fields": "name"}
        found = await api.http.request("QUERY", "/customers", json=body)
        assert found.status_code == 200, found.text
        return "".join(one["name"][1:] for one in found.json()["data"])

    assert await names({"isNull": True}) == "0"
    assert await names({"isNull": False}) == "123456"
    assert await names({"eq": "null"}) == "1"
    assert await names({"eq": "gold"}) == "2"
    assert await names({"eq": 5}) == "3"
    assert await names({"eq": "5"}) == "4"
    assert await names({"eq": True}) == "5"
    assert await names({"ne": "gold"}) == "013456"
    assert await names({"in": ["gold", 5, ""]}) == "236"
    assert await names({"contains": "ul"}) == "1"
    await api.http.patch("/customers/" + (await listed(api, "name=N2"))[0]["id"], json={"metadata": {"tier": None}})
    assert await names({"isNull": True}) == "02"


async def test_fc_013_migrating_a_filled_database_again_changes_nothing(api: Api, migrated_url: str) -> None:
    made = (await api.http.post("/customers", json={"name": "Ada", "externalIds": {"erp": "1"}})).json()
    assert await pending(api.db) == []
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    for _ in range(2):
        await migrate(settings)
    assert await pending(api.db) == []
    assert (await api.http.get("/customers/erp:1")).json() == made


async def test_fc_014_reserved_words_as_names(api: Api) -> None:
    """As a sort they are unknown and said to be; as keys of maps they are names like any other."""
    for word in ("order", "group", "user", "select", "desc"):
        refused = await api.http.get(f"/customers?sort={word}")
        assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "sort"), word
        made = await api.http.put(
            f"/customers/{word}:1", json={"name": word, "metadata": {word: word, f"{word}'\"": 1}}
        )
        assert made.status_code == 201, made.text
        assert (await api.http.get(f"/customers/{word}:1")).json() == made.json()
        assert [one["id"] for one in await listed(api, f"metadata.{word}={word}")] == [made.json()["id"]]
        assert [one["id"] for one in await listed(api, f"externalIds.{word}=1")] == [made.json()["id"]]


async def test_fc_019_a_record_is_counted_once_however_often_it_matches(api: Api) -> None:
    owner = (await api.http.get("/me")).json()["ownerId"]
    client = (await api.http.post("/clients", json={"name": "Acme", "ownerId": owner})).json()["id"]
    for i in range(9):
        tags = [tag for tag, every in (("a", 2), ("b", 3)) if i % every == 0]
        data = {"name": f"N{i}", "tags": tags, "clientId": client, "ownerId": owner}
        assert (await api.http.post("/customers", json=data)).status_code == 201
    either = {"or": [{"tags": {"has": "a"}}, {"tags": {"has": "b"}}]}
    through = {"customers": {"tags": {"has": "a"}}, "owner": {"customers": {"tags": {"has": "b"}}}}
    for path, filter_, many in (("customers", either, 6), ("clients", through, 1), ("users", {"customers": either}, 1)):
        body: Json = {"filter": filter_, "count": True, "first": 2, "fields": "id"}
        seen: list[str] = []
        after = None
        while True:
            page = (await api.http.request("QUERY", f"/{path}", json=body | {"after": after})).json()
            assert page["totalCount"] == many
            seen += [one["id"] for one in page["data"]]
            after = page["nextCursor"]
            if after is None:
                break
        assert len(set(seen)) == len(seen) == many
