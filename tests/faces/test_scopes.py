"""What a scope is missing for is refused when it is asked for by name, and is no part of what is given unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from schema.resources import CLIENT, CUSTOMER, USER
from tests.app.keys import key, user
from tests.world import add, stored

Json = dict[str, Any]

NEEDED = "The scope clients:read is needed."


@pytest.fixture
async def narrow(db: Database, migrated_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A caller that may write customers and read users, but no clients."""
    owner = await user(db)
    client = await add(db, CLIENT, {"name": "Acme", "externalIds": {"erp": "1"}, "ownerId": owner})
    await add(db, CUSTOMER, {"name": "Ada", "externalIds": {"erp": "1"}, "clientId": client, "ownerId": owner})
    secret = (await key(db, owner, "customers:write", "users:read")).secret
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://cube.test", headers=headers) as http:
        yield http


REST: list[tuple[str, str, Json | None]] = [
    ("GET", "/customers?expand=client", None),
    ("GET", "/customers?fields=id,client.name", None),
    ("GET", "/customers?expand=owner,client.owner", None),
    ("GET", "/customers?sort=client.name", None),
    ("GET", "/customers?sort=-client.owner.name", None),
    ("GET", "/customers?client.name=Acme", None),
    ("GET", '/customers?filter={"not":{"or":[{"client":{"name":{"eq":"Acme"}}}]}}', None),
    ("GET", '/customers?filter={"owner":{"clients":{"name":{"eq":"Acme"}}}}', None),
    ("GET", "/customers?clientId=erp:1", None),
    ("GET", "/customers/erp:1?expand=client", None),
    ("GET", "/customers/stats?by=client.industry", None),
    ("GET", "/customers/stats?by=status&client.name=Acme", None),
    ("GET", "/clients", None),
    ("GET", "/clients/erp:1", None),
    ("GET", "/clients/erp:1/changes", None),
    ("GET", "/clients/erp:1/customers", None),
    ("GET", "/users/email:admin@cube.test/clients", None),
    ("QUERY", "/customers", {"orderBy": [{"field": "CLIENT_NAME"}]}),
    ("QUERY", "/customers", {"filter": {"client": {"name": {"eq": "Acme"}}}}),
    ("QUERY", "/customers", {"fields": ["client.name"]}),
]


@pytest.mark.parametrize(("method", "path", "body"), REST)
async def test_rest(narrow: httpx.AsyncClient, method: str, path: str, body: Json | None) -> None:
    answer = await narrow.request(method, path, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (403, NEEDED)
    assert 'scope="clients:read"' in answer.headers["www-authenticate"]


GRAPHQL = [
    "{ customers { nodes { client { id } } } }",
    "{ customers { nodes { owner { clients { totalCount } } } } }",
    "{ customers(orderBy: [{field: CLIENT_NAME}]) { totalCount } }",
    '{ customers(filter: {client: {name: {eq: "Acme"}}}) { totalCount } }',
    '{ customers(filter: {owner: {clients: {name: {eq: "Acme"}}}}) { totalCount } }',
    '{ customers(filter: {clientId: {eq: "erp:1"}}) { totalCount } }',
    "{ users { nodes { customers(orderBy: [{field: CLIENT_NAME}]) { totalCount } } } }",
    '{ customerStats(by: ["client.industry"]) { count } }',
    "{ clients { totalCount } }",
    '{ client(id: "erp:1") { id } }',
    '{ node(id: "cli_01h455vb4pex5vsknk084sn02q") { id } }',
    '{ nodes(ids: ["cli_01h455vb4pex5vsknk084sn02q"]) { id } }',
    "{ me { owner { clients { totalCount } } } }",
    'mutation { createCustomer(input: {name: "New"}) { client { id } } }',
]


@pytest.mark.parametrize("document", GRAPHQL)
async def test_graphql(narrow: httpx.AsyncClient, db: Database, document: str) -> None:
    answer = (await narrow.post("/graphql", json={"query": document})).json()
    (error,) = answer["errors"]
    assert (error["extensions"]["statusCode"], error["extensions"]["detail"]) == (403, NEEDED)
    assert [one["name"] for one in await stored(db, CUSTOMER)] == ["Ada"]


async def test_what_is_given_unasked(narrow: httpx.AsyncClient) -> None:
    (record,) = (await narrow.get("/customers")).json()["data"]
    assert list(record) == [field.name for field in CUSTOMER.fields]
    assert (await narrow.get("/customers/erp:1?expand=owner")).json()["owner"]["name"] == "admin"
    (owner,) = (await narrow.get("/users")).json()["data"]
    assert list(owner) == [field.name for field in USER.fields]
    assert (await narrow.get("/customers/erp:1/changes")).status_code == 200
