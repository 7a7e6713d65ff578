"""Writes of many records that want the same ones, by other names and in other orders, from two processes at once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import httpx

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from tests.rest.conftest import Api

Json = dict[str, Any]
CALLERS, ROUNDS, RECORDS = 12, 3, 6


def asked(chance: random.Random, ids: list[str], title: str) -> tuple[str, Json]:
    """All of the records in any order, by their ids or external ids, by a filter, or as fields of one mutation."""
    order = chance.sample(range(RECORDS), RECORDS)
    data = {"title": title}
    match chance.choice(("ids", "external", "filter", "fields")):
        case "ids":
            operations: list[Json] = [
                {"op": "update", "resource": "customers", "id": ids[i], "data": data} for i in order
            ]
        case "external":
            operations = [{"op": "upsert", "resource": "customers", "id": f"erp:{i}", "data": data} for i in order]
        case "filter":
            where = {"name": {"startsWith": "n"}}
            operations = [{"op": "update", "resource": "customers", "filter": where, "atMost": 9, "data": data}]
        case _:
            fields = [f'a{i}: updateCustomer(id: "{ids[i]}", input: {{title: "{title}"}}) {{ title }}' for i in order]
            return "/graphql", {"query": f"mutation {{ {' '.join(fields)} }}"}
    return "/batch", {"operations": operations}


async def test_all_are_done_and_none_is_refused(api: Api, migrated_url: str) -> None:
    chance = random.Random(1)
    other = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), other)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=api.http.headers) as second:
        made = [{"name": f"n{i}", "externalIds": {"erp": str(i)}} for i in range(RECORDS)]
        ids = [(await api.http.post("/customers", json=one)).json()["id"] for one in made]
        for number in range(ROUNDS):
            sent = [asked(chance, ids, f"{number}.{i}") for i in range(CALLERS)]
            answers = await asyncio.gather(
                *(
                    (api.http, second)[i % 2].post(path, json=body, headers={"Idempotency-Key": f"{number}.{i}"})
                    for i, (path, body) in enumerate(sent)
                )
            )
            assert [one.text for one in answers if one.status_code != 200 or "errors" in one.json()] == []
        for id_ in ids:
            changes = (await api.http.get(f"/customers/{id_}/changes?limit=1000")).json()["data"]
            assert [one["version"] for one in changes] == list(range(1, ROUNDS * CALLERS + 2))
            last = {one["changes"].get("title", [None, None])[1] for one in changes[1:]}
            assert last == {f"{number}.{i}" for number in range(ROUNDS) for i in range(CALLERS)}
    await other.close()
