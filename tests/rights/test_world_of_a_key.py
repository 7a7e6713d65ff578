"""What a key is told equals what anybody is told of a directory from which all is gone that the key may not see.

`CUBE_TEST_EXAMPLES` sets how many random directories and keys are tried on each database.
"""

from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from app.main import create_app
from app.services.database import Database
from app.services.key_use import noted
from app.services.write import write
from app.settings import Settings
from schema.actor import Actor
from schema.change import Update
from schema.narrowing import hideable, settled
from schema.paths import sortable
from schema.problem import Problem
from schema.reference import Reference
from schema.resource import Resource, constant_case
from schema.resources import BY_NAME, CLIENT, CUSTOMER, DIRECTORY, USER
from tests.app.keys import user
from tests.conftest import migrated
from tests.filters import some_filter
from tests.oracle import Directory
from tests.rights.keys import narrow_key, session
from tests.rights.questions import KEY, Questions
from tests.rights.twin import clear, copy, sight, without
from tests.world import CALL, directory, fill

Json = dict[str, Any]

EXAMPLES = int(os.environ.get("CUBE_TEST_EXAMPLES", "15"))
QUESTIONS = 16
SCOPES = ("users:read", "clients:read", "customers:read")


@dataclass(frozen=True)
class Side:
    db: Database
    app: ASGIApp


@pytest.fixture
def twin_url(request: pytest.FixtureRequest, migrated_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of another fresh database of the same kind as that of `migrated_url`."""
    with migrated(request, migrated_url.partition(":")[0], tmp_path / "twin.db") as url:
        yield url


@pytest.fixture
async def sides(migrated_url: str, twin_url: str) -> AsyncIterator[tuple[Side, Side]]:
    """A directory and its twin, on the same kind of database."""
    opened = []
    for url in (migrated_url, twin_url):
        config = Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None)
        db = await Database.open(config)
        opened.append(Side(db, create_app(config, db=db)))
    yield opened[0], opened[1]
    await noted()
    for side in opened:
        await side.db.close()


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.generate],  # a smaller seed is no smaller example
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_the_world_of_a_key(sides: tuple[Side, Side], seed: int) -> None:
    r = random.Random(seed)
    whole, twin = sides
    for side in sides:
        await clear(side.db)
    owner = await user(whole.db, "owner")
    world = await _filled(whole.db, r)
    hidden, filters, scopes = _hidden(r), _filters(r, world, owner), _scopes(r)
    narrow = await narrow_key(whole.db, owner, scopes, filters, hidden)
    await copy(whole.db, twin.db, sight(world, filters, settled(hidden)))
    plain = await narrow_key(twin.db, owner, scopes)
    questions = Questions(world, r, settled(hidden))
    async with session(whole.app, narrow) as one, session(twin.app, plain) as other:
        for _ in range(QUESTIONS):
            await _rest(one, other, questions)
            await _graphql(one, other, questions.graphql())
        for resource in DIRECTORY:
            await _unasked(one, other, resource, settled(hidden))
        await _introspection(one, settled(hidden))


async def _filled(db: Database, r: random.Random) -> Directory:
    """A random directory with some history."""
    world = await fill(db, r, users=3, clients=5, customers=10)
    live = {resource.name: [one["id"] for one in world.live(resource)] for resource in DIRECTORY}
    call = CALL._replace(actor=Actor(KEY, r.choice(live["user"]), CALL.actor.scopes))
    for id_ in r.sample(live["client"], 2):
        await _update(db, CLIENT, id_, {"parentId": r.choice(live["client"]), "industry": "Mining"}, call)
    for id_ in r.sample(live["customer"], 4):
        data = {"clientId": r.choice([*live["client"], None]), "ownerId": r.choice(live["user"]), "phone": "0171 5"}
        await _update(db, CUSTOMER, id_, data, call)
    await _update(db, USER, r.choice(live["user"]), {"title": "Boss", "tags": ["vip"]}, call)
    return await directory(db)


async def _update(db: Database, resource: Resource, id_: str, data: Json, call: Any) -> None:
    if data.get("parentId") != id_:
        try:
            await write(db, Update(resource, Reference(resource.name, "id", id_), data), call)
        except Problem as circle:
            if "above itself" not in (circle.detail or ""):
                raise


def _hidden(r: random.Random) -> frozenset[str]:
    names = [f"{resource.name}.{name}" for resource in DIRECTORY for name in hideable(resource)]
    return frozenset(r.sample(names, r.choice((0, 1, 3, 8))))


def _filters(r: random.Random, world: Directory, owner: str) -> Json:
    """Of some resources a part; the key's own owner is always there, for the twin's key needs one too."""
    found: Json = {}
    for resource in DIRECTORY:
        if r.random() < 0.6:
            tried = [some_filter(world, r, resource, 2) for _ in range(4)]
            found[resource.plural] = next((one for one in tried if world.matching(resource, one)), tried[0])
    if "users" in found:
        found["users"] = {"or": [found["users"], {"id": {"eq": owner}}]}
    return found


def _scopes(r: random.Random) -> list[str]:
    return ["*"] if r.random() < 0.7 else r.sample(SCOPES, r.choice((1, 2)))


async def _rest(one: httpx.AsyncClient, other: httpx.AsyncClient, questions: Questions) -> None:
    method, path, body = questions.rest()
    for _ in range(3):
        first, second = [_told(await http.request(method, path, json=body)) for http in (one, other)]
        assert first == second, (method, path, body)
        following = first[1].get("nextCursor") if method == "GET" else None
        if following is None:
            return
        path = f"{path.partition('&after=')[0]}&after={following}"


async def _graphql(one: httpx.AsyncClient, other: httpx.AsyncClient, document: Json) -> None:
    first, second = [_told(await http.post("/graphql", json=document)) for http in (one, other)]
    assert first == second, document
    assert first[0] == 200 or "aliases" in first[1]["errors"][0]["message"], (first, document)


async def _unasked(
    one: httpx.AsyncClient, other: httpx.AsyncClient, resource: Resource, hidden: frozenset[str]
) -> None:
    """What a list gives without being asked for fields."""
    first, second = [_told(await http.get(f"/{resource.path}?deleted=include")) for http in (one, other)]
    if second[0] == 200:
        second[1]["data"] = [without(resource, record, hidden) for record in second[1]["data"]]
        assert [list(record) for record in first[1]["data"]] == [list(record) for record in second[1]["data"]]
    assert first == second


async def _introspection(http: httpx.AsyncClient, hidden: frozenset[str]) -> None:
    """The schema has each member that is not hidden, and no other."""
    text = "{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }"
    types = (await http.post("/graphql", json={"query": text})).json()["data"]["__schema"]["types"]
    found = {
        type_["name"]: [one["name"] for one in type_["fields"] or type_["inputFields"] or type_["enumValues"] or ()]
        for type_ in types
    }
    for resource in DIRECTORY:
        names = [name for name in resource.names if f"{resource.name}.{name}" not in hidden]
        assert found[resource.type] == [*names, "changes"]
        assert found[f"{resource.type}Filter"] == [*names, "and", "or", "not"]
        created = [field.name for field in resource.writable if field.name in names]
        assert found[f"{resource.type}Create"] == created
        updated = [name for name in created if name != "createdAt"]
        assert found.get(f"{resource.type}Update", []) == updated
        sorts = [constant_case(path) for path in sortable(resource) if not hidden.intersection(_steps(resource, path))]
        assert found[f"{resource.type}OrderField"] == sorts


def _steps(resource: Resource, path: str) -> list[str]:
    """What a path goes over, each step named like a hidden field."""
    steps = []
    for name in path.split("."):
        steps.append(f"{resource.name}.{name}")
        relation = resource.relation(name)
        if relation is None:
            break
        resource = BY_NAME[relation.target]
    return steps


def _told(answer: httpx.Response) -> tuple[int, Json, str | None]:
    """The whole answer but for its trace."""
    body = orjson.loads(answer.content)
    body.pop("traceId", None)
    body.get("extensions", {}).pop("traceId", None)
    for error in body.get("errors", ()):
        error["extensions"].pop("traceId")
    return answer.status_code, body, answer.headers.get("etag")
