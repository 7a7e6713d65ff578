"""A reference looks into another resource: by an e-mail address or an external id it asks for that resource's scope."""

from __future__ import annotations

import httpx
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Create
from schema.resources import API_KEY, CLIENT, CUSTOMER, USER
from tests.faces.face import Asked, Face, Graphql, Rest
from tests.faces.refusals import refused
from tests.world import CALL


@pytest.fixture(params=["rest", "graphql"])
async def narrow(request: pytest.FixtureRequest, db: Database, migrated_url: str) -> Face:
    """A caller that may write customers, and knows nothing of users and clients."""
    owner = await write(db, Create(USER, {"name": "A", "email": "a@x.io", "role": "ADMIN"}), CALL)
    await write(db, Create(CLIENT, {"name": "Acme", "domain": "acme.io", "externalIds": {"erp": "1"}}), CALL)
    data = {"name": "narrow", "scopes": ["customers:write"], "ownerId": owner.id}
    secret = (await write(db, Create(API_KEY, data), CALL)).secret
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cube.test",
        headers={"Authorization": f"Bearer {secret}"},
    )
    return Rest(http) if request.param == "rest" else Graphql(http)


@pytest.mark.parametrize(
    ("field", "reference", "scope"),
    [
        ("ownerId", "email:a@x.io", "users:read"),
        ("ownerId", "email:nobody@x.io", "users:read"),
        ("clientId", "domain:acme.io", "clients:read"),
        ("clientId", "erp:1", "clients:read"),
        ("clientId", "erp:none", "clients:read"),
    ],
)
async def test_whether_somebody_is_there_is_not_told(narrow: Face, field: str, reference: str, scope: str) -> None:
    """The answer is the same for a record that is there and for one that is not."""
    made = await narrow.create(CUSTOMER, {"name": "Ada"})
    asking = [
        narrow.page(CUSTOMER, Asked(filter={field: {"eq": reference}})),
        narrow.page(CUSTOMER, Asked(filter={"not": {field: {"notIn": [reference]}}})),
        narrow.stats(CUSTOMER, ["status"], {field: {"ne": reference}}),
        narrow.create(CUSTOMER, {"name": "x", field: reference}),
        narrow.update(CUSTOMER, made["id"], {field: reference}),
        narrow.upsert(CUSTOMER, "shop:1", {"name": "x", field: reference}),
    ]
    for one in asking:
        problem = await refused(one)
        assert (problem.status, problem.code) == (403, "insufficient_scope")
        assert scope in problem.detail


async def test_an_id_tells_nothing_that_its_holder_does_not_know(narrow: Face, db: Database) -> None:
    owner = await write(db, Create(USER, {"name": "B", "email": "b@x.io"}), CALL)
    made = await narrow.create(CUSTOMER, {"name": "Ada", "ownerId": owner.id})
    assert (await narrow.page(CUSTOMER, Asked(filter={"ownerId": {"eq": owner.id}}))).records == [made]
    assert await narrow.get(CUSTOMER, made["id"]) == made
