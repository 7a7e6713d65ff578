"""A batch is done once under its idempotency key, and a dry run of it stores nothing, by both doors."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from app.services.batch import doing
from app.services.database import Database
from tests.faces.face import Json

BATCH = """mutation($operations: [Operation!]!, $atomic: Boolean, $dry: Boolean) {
  batch(operations: $operations, atomic: $atomic, dryRun: $dry) { statusCode outcome data error { detail } }
  apart: createClient(input: {name: "Apart"}, dryRun: $dry) { name } }"""
_ID_OR_INSTANT = re.compile(r"(usr|cli|cus)_[0-9a-z]{26}|\d{4}-\d\d-\d\dT[0-9:.]{12}Z|00-[0-9a-f]{32}-[0-9a-f]{16}-01")
TABLES = ("clients", "customers", "changes", "external_ids", "idempotency_keys")
GOOD: list[Json] = [
    {"op": "create", "resource": "clients", "ref": "acme", "data": {"name": "Acme", "domain": "acme.io"}},
    {
        "op": "create",
        "resource": "customers",
        "data": {"name": "Ada", "clientId": "$acme", "externalIds": {"erp": "1"}},
    },
    {"op": "update", "resource": "customers", "id": "erp:1", "data": {"title": "Boss"}},
]
BAD: list[Json] = [*GOOD, {"op": "create", "resource": "clients", "data": {"name": "Other", "domain": "acme.io"}}]


class Door:
    """A way to send a batch."""

    def __init__(self, http: httpx.AsyncClient, name: str) -> None:
        self.http, self.name = http, name

    async def send(
        self, operations: list[Json], key: str | None = None, *, dry: bool = False, atomic: bool = True
    ) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key else {}
        if self.name == "REST":
            path, body = f"/batch?dryRun={str(dry).lower()}", {"operations": operations, "atomic": atomic}
            return await self.http.post(path, json=body, headers=headers)
        variables: dict[str, Any] = {"operations": operations, "atomic": atomic, "dry": dry}
        return await self.http.post("/graphql", json={"query": BATCH, "variables": variables}, headers=headers)


@pytest.fixture(params=["REST", "GraphQL"])
def door(request: pytest.FixtureRequest, http: httpx.AsyncClient) -> Door:
    return Door(http, request.param)


async def counts(db: Database) -> dict[str, int]:
    found = {}
    for table in TABLES:
        row = await db.fetch_row(f"SELECT count(*) FROM {table}")
        assert row is not None
        found[table] = int(row[0])
    return found


def masked(answer: httpx.Response) -> str:
    return _ID_OR_INSTANT.sub("*", answer.text)


@pytest.mark.parametrize(("operations", "atomic"), [(GOOD, True), (BAD, True), (BAD, False)])
async def test_a_dry_run_answers_as_the_batch_would_and_stores_nothing(
    door: Door, db: Database, operations: list[Json], atomic: bool
) -> None:
    before = await counts(db)
    dry = await door.send(operations, "dry", dry=True, atomic=atomic)
    assert await counts(db) == before
    real = await door.send(operations, atomic=atomic)
    assert (dry.status_code, masked(dry)) == (real.status_code, masked(real))
    if door.name == "REST" and dry.status_code == 200:
        assert (dry.headers["cube-dry-run"], "cube-dry-run" in real.headers) == ("true", False)
    stored = await counts(db)
    assert stored["customers"] - before["customers"] == (0 if operations is BAD and atomic else 1)


@pytest.mark.parametrize(("operations", "atomic"), [(GOOD, True), (BAD, True), (BAD, False)])
async def test_a_batch_is_done_once_under_its_key(
    door: Door, db: Database, operations: list[Json], atomic: bool
) -> None:
    first = await door.send(operations, "k", atomic=atomic)
    stored = await counts(db)
    assert stored["idempotency_keys"] == 1
    again = await door.send(operations, "k", atomic=atomic)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert await counts(db) == stored
    other = await door.send(GOOD[:1], "k", atomic=atomic)
    assert (other.status_code, other.json()["message"]) == (
        400,
        "The idempotency key was used for another request.",
    )


async def test_changes_by_filter_that_take_too_long_are_undone(
    door: Door, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doing, "_PATIENCE", -1.0)
    by_filter = {"op": "update", "resource": "customers", "filter": {"name": {"eq": "Ada"}}, "data": {"title": "x"}}
    told = await door.send([*GOOD, by_filter], atomic=False)
    assert "The changes by filter take too long" in told.text
    assert (await counts(db))["customers"] == 0
    if door.name == "REST":
        assert (told.status_code, told.headers["retry-after"]) == (503, "1")


async def test_a_field_beside_a_batch_that_is_refused_is_stored_with_the_key(
    http: httpx.AsyncClient, db: Database
) -> None:
    told = await Door(http, "GraphQL").send(BAD, "k")
    assert [error["path"] for error in told.json()["errors"]] == [["batch"]]
    stored = await counts(db)
    assert (stored["clients"], stored["customers"], stored["idempotency_keys"]) == (0, 0, 1)
