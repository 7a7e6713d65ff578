"""The law of reads: one statement for each root field, whatever the depth; and only the columns asked for."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Create
from schema.resources import API_KEY, CLIENT, CUSTOMER, USER
from tests.world import CALL, add, fill


class Watched:
    """A session, and the statements that its database was asked since the last look; authentication apart."""

    def __init__(self, http: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.http = http
        self.seen: list[str] = []
        for name in ("fetch", "fetch_row", "fetch_row_by_one_plan"):
            monkeypatch.setattr(db, name, self._watching(getattr(db, name)))

    def _watching(self, ask: Any) -> Any:
        async def watched(text: str, params: Sequence[Any] = ()) -> Any:
            if "secret_hash" not in text:
                self.seen.append(text)
            return await ask(text, params)

        return watched

    async def statements(self, method: str, path: str, **options: Any) -> list[str]:
        self.seen.clear()
        answer = await self.http.request(method, path, **options)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return list(self.seen)


@pytest.fixture
async def watched(migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    db = await Database.open(settings)
    await fill(db, random.Random(11))
    await add(db, CUSTOMER, {"email": "one@x.io", "externalIds": {"law": "1"}})
    await add(db, CLIENT, {"name": "One", "externalIds": {"law": "1"}})
    owner = await write(
        db, Create(USER, {"name": "A", "email": "law@x.io", "role": "ADMIN", "externalIds": {"chinook": "3"}}), CALL
    )
    secret = (await write(db, Create(API_KEY, {"name": "law", "scopes": ["*"], "ownerId": owner.id}), CALL)).secret
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(settings, db=db)),
        base_url="http://cube.test",
        headers={"Authorization": f"Bearer {secret}"},
    ) as http:
        yield Watched(http, db, monkeypatch)
    await db.close()


REST = [
    "/customers",
    "/customers?status=active&sort=-createdAt,client.name&limit=50&count=true",
    "/customers?expand=client.owner,owner&fields=id,name,client.name",
    "/customers?q=goncalves&client.industry[startsWith]=sof&ownerId=chinook:3",
    '/customers?filter={"or":[{"client":{"owner":{"name":{"contains":"a"}}}},{"tags":{"has":"vip"}}]}',
    "/customers/email:one@x.io?expand=client.parent.owner&deleted=include",
    "/customers/law:1?fields=id",
    "/clients/law:1?expand=owner",
    "/users",
    "/customers/stats?by=status,client.industry",
    "/api-keys?expand=owner",
    "/me",
    "/customers/email:one@x.io/changes?field=email&userId=email:law@x.io&count=true",
    "/clients/law:1/changes?limit=1",
]


@pytest.mark.parametrize("path", REST)
async def test_rest(watched: Watched, path: str) -> None:
    assert len(await watched.statements("GET", path)) == 1


GRAPHQL = {
    "{ customers { nodes { id } } }": 1,
    "{ customers(first: 3) { totalCount nodes { name client { name owner { name email } } } } }": 1,
    """{ clients(first: 5) { nodes { name owner { name } customers(first: 4, orderBy: [{field: FAMILY_NAME}]) {
         totalCount edges { cursor node { name owner { name } } } pageInfo { hasNextPage endCursor } } } } }""": 1,
    """{ users { nodes { name customers { totalCount }
         clients { totalCount nodes { name customers { nodes { id } } } } } } }""": 1,
    "{ a: customers { totalCount } b: customers { nodes { id } } clients { nodes { id } } }": 3,
    '{ customerStats(by: ["status"]) { by count } me { name owner { name } } }': 2,
    '{ customer(id: "law:1") { id client { customers { nodes { client { name } } } } } }': 1,
    """{ nodes(ids: ["cus_01h455vb4pex5vsknk084sn02q", "cli_01h455vb4pex5vsknk084sn02q"]) {
         id ... on Client { name } } }""": 1,
    """{ customer(id: "law:1") { changes(first: 3) { totalCount edges { cursor node { changes } } } client {
         changes(filter: {action: {eq: CREATED}}) { nodes { actor { userId } } pageInfo { hasNextPage } } } } }""": 1,
    """{ clients(first: 5) { nodes { name changes(last: 2) { nodes { version } } customers(first: 4) { nodes {
         changes(first: 2, filter: {field: {in: ["email"]}}) { totalCount nodes { at changes } } } } } } }""": 1,
    "{ __typename }": 0,
    "{ __schema { types { name } } }": 0,
}


@pytest.mark.parametrize("document", GRAPHQL)
async def test_graphql(watched: Watched, document: str) -> None:
    found = await watched.statements("POST", "/graphql", json={"query": document})
    assert len(found) == GRAPHQL[document]


async def test_only_what_is_asked_for_is_read(watched: Watched) -> None:
    (text,) = await watched.statements("GET", "/customers?fields=id,client.name&sort=familyName")
    columns = set(re.findall(r"\b[a-z]\d+\.([a-z_]+)", text))
    assert columns <= {"id", "seq", "name", "family_name_folded", "client_id", "deleted_at", "s", "n", "c", "k"}


async def test_no_total_is_counted_unless_asked_for(watched: Watched) -> None:
    for path in ("/customers", "/customers?sort=name&q=a"):
        (text,) = await watched.statements("GET", path)
        assert "count(*) FROM customers" not in text
