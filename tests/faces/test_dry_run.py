"""A dry run answers what the write that follows it answers, instants and ids apart, and touches nothing."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.types import ASGIApp

from app.main import create_app
from app.services.database import Database
from app.services.key_use import noted
from app.settings import Settings
from schema.resource import Resource
from schema.resources import API_KEY, CLIENT, CUSTOMER, DIRECTORY, USER
from tests import world
from tests.app.keys import key, user
from tests.faces.face import Json, members
from tests.oracle import Directory
from tests.rights.keys import narrow_key, session
from tests.rights.twin import clear

EXAMPLES = 4
WRITES = 15
GRAPHQL = "application/graphql-response+json"

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ID = re.compile(r"(usr|cli|cus|key)_[0-9a-z]{26}")
_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_SECRET = re.compile(r"cube_[0-9A-Za-z]{38}")
_PREFIX = re.compile(r'"prefix" ?: ?"cube_\w{7}"')


@dataclass(frozen=True)
class Write:
    """A write, as either door can be asked for it; `version` is the one that the record must have."""

    verb: str
    resource: Resource
    ref: str = ""
    data: Json | None = None
    version: int | None = None


@dataclass
class Side:
    db: Database
    app: ASGIApp


@pytest.fixture
async def side(migrated_url: str) -> AsyncIterator[Side]:
    config = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    db = await Database.open(config)
    yield Side(db, create_app(config, db=db))
    await noted()
    await db.close()


@pytest.mark.parametrize("door", ["rest", "graphql"])
@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_a_dry_run_tells_what_comes_and_touches_nothing(side: Side, door: str, seed: int) -> None:
    r = random.Random(seed)
    await clear(side.db)
    owner = await user(side.db, "owner")
    keys = [(await key(side.db, owner, "customers:read", name=f"k{i}")).id for i in range(3)]
    directory = await world.fill(side.db, r, users=3, clients=4, customers=6)
    callers = [
        (await key(side.db, owner, "*")).secret,
        (await key(side.db, owner, "customers:read", "clients:write")).secret,
        await narrow_key(side.db, owner, ["*"], {"customers": {"status": {"eq": "LEAD"}}}, ["customer.phone"]),
    ]
    statuses = set()
    for i in range(WRITES):
        asked = write(r, directory, keys, i)
        async with session(side.app, callers[i % 5 if i % 5 < 3 else 0]) as http:
            before = await dump(side.db)
            known = {found[0] for found in _ID.finditer(" ".join(map(str, before.values())))}
            dry = await put(http, door, asked, dry_run=True)
            await noted()
            assert await dump(side.db) == before, asked
            real = await put(http, door, asked, dry_run=False)
            await noted()
        assert dry.status_code == real.status_code, (asked, dry.text, real.text)
        assert told(dry, known) == told(real, known), asked
        if door == "rest":
            ok = real.status_code < 400
            assert dry.headers.get("etag") == real.headers.get("etag")
            assert dry.headers.get("cube-dry-run") == ("true" if ok else None)
            assert "cube-dry-run" not in real.headers
            assert "location" not in dry.headers
        statuses.add(real.status_code if door == "rest" else "errors" in real.json())
    assert len(statuses) > 1


def write(r: random.Random, directory: Directory, keys: list[str], i: int) -> Write:
    """A write of which about half can be done."""
    if r.random() < 0.25:
        verb = r.choice(("create", "update", "delete", "rotate"))
        data = {"name": f"n{i}", "scopes": [r.choice(("customers:read", "nonsense", "*"))]}
        return Write(verb, API_KEY, r.choice(keys), data, r.choice((None, 1, 2)))
    resource = r.choice(DIRECTORY)
    verb = r.choice(("create", "update", "upsert", "delete", "restore"))
    ids = [one["id"] for one in directory.records[resource.name]]
    refs = [*ids, *ids, "erp:1", "erp:e2", f"erp:new{i}", "email:customer1@x.io", "domain:c1.example", "nonsense"]
    return Write(verb, resource, r.choice(refs), _data(r, resource, directory, i), r.choice((None, None, 1, 2)))


def _data(r: random.Random, resource: Resource, directory: Directory, i: int) -> Json:
    users, clients = ([one["id"] for one in directory.records[name]] for name in ("user", "client"))
    number = r.choice((i + 100, 1, 2))
    match resource.name:
        case USER.name:
            data = world.user(r, number)
        case CLIENT.name:
            data = world.client(r, number, users)
        case CUSTOMER.name:
            data = world.customer(r, number, users, clients)
        case _:
            raise AssertionError(resource)
    if r.random() < 0.2:
        data["email"] = "nonsense"
    return data


def _changeable(asked: Write) -> Json:
    """What may be changed of what may be given to a new record."""
    return {name: value for name, value in (asked.data or {}).items() if name != "createdAt"}


async def put(http: httpx.AsyncClient, door: str, asked: Write, *, dry_run: bool) -> httpx.Response:
    return await (_rest if door == "rest" else _graphql)(http, asked, dry_run)


async def _rest(http: httpx.AsyncClient, asked: Write, dry_run: bool) -> httpx.Response:
    base = f"/{asked.resource.path}"
    one = f"{base}/{quote(asked.ref, safe='')}"
    ways: dict[str, tuple[str, str, Any]] = {
        "create": ("POST", base, asked.data),
        "update": ("PATCH", one, _changeable(asked)),
        "upsert": ("PUT", one, _changeable(asked)),
        "delete": ("DELETE", one, None),
        "restore": ("POST", f"{one}/restore", None),
        "rotate": ("POST", f"{one}/rotate", {"overlapSeconds": 60}),
    }
    method, path, body = ways[asked.verb]
    headers = {"If-Match": f'"{asked.version}"'} if asked.version and asked.verb != "create" else {}
    return await http.request(method, path, params={"dryRun": "true"} if dry_run else {}, json=body, headers=headers)


async def _graphql(http: httpx.AsyncClient, asked: Write, dry_run: bool) -> httpx.Response:
    type_, name = asked.resource.type, asked.resource.name
    key_ = asked.resource is API_KEY
    record = members(asked.resource)
    verb = {"delete": "revoke"}.get(asked.verb, asked.verb) if key_ else asked.verb
    kinds, given, back = {
        "create": (f"$input: {type_}Create!", "input: $input", record),
        "update": (f"$id: ID!, $input: {type_}Update!, $v: Int", "id: $id, input: $input, ifVersion: $v", record),
        "upsert": (
            f"$id: ID!, $input: {type_}Update!, $v: Int",
            "id: $id, input: $input, ifVersion: $v",
            f"outcome {name} {{ {record} }}",
        ),
        "delete": ("$id: ID!, $v: Int", "id: $id, ifVersion: $v", record),
        "restore": ("$id: ID!, $v: Int", "id: $id, ifVersion: $v", record),
        "rotate": ("$id: ID!, $v: Int", "id: $id, ifVersion: $v", record),
    }[asked.verb]
    if key_ and asked.verb in ("create", "rotate"):
        back = f"secret apiKey {{ {record} }}"
    document = f"mutation($dry: Boolean, {kinds}) {{ {verb}{type_}({given}, dryRun: $dry) {{ {back} }} }}"
    data = asked.data if asked.verb == "create" else _changeable(asked)
    variables = {"id": asked.ref, "input": data, "v": asked.version, "dry": dry_run or None}
    return await http.post(
        "/graphql", content=orjson.dumps({"query": document, "variables": variables}), headers=_HEADERS
    )


_HEADERS = {"Content-Type": "application/json", "Accept": GRAPHQL}


def told(answer: httpx.Response, known: set[str]) -> str:
    """The body, with one word for whatever is another each time."""
    text = _SECRET.sub("(secret)", _TRACE.sub("(trace)", _INSTANT.sub("(instant)", answer.text)))
    text = _PREFIX.sub("(prefix)", text)
    return _ID.sub(lambda found: found[0] if found[0] in known else "(id)", text)


async def dump(db: Database) -> dict[str, list[Any]]:
    """All that is stored, but when keys were last used."""
    if db.dialect.name == "postgresql":
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1"
        row = "(to_jsonb(t) - 'last_used_at')::text"
        return {name: await db.fetch(f'SELECT {row} FROM "{name}" t ORDER BY 1') for (name,) in await db.fetch(tables)}
    found = {}
    for (table,) in await db.fetch("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"):
        columns = [name for (name,) in await db.fetch(f"SELECT name FROM pragma_table_info('{table}')")]
        kept = ", ".join(f'"{name}"' for name in columns if name != "last_used_at")
        found[table] = await db.fetch(f'SELECT {kept} FROM "{table}" ORDER BY 1')
    return found


async def test_a_dry_key_opens_nothing(http: httpx.AsyncClient) -> None:
    data = {"name": "k", "scopes": ["customers:read"]}
    dry = await http.post("/api-keys?dryRun=true", json=data)
    assert (dry.status_code, dry.headers["cache-control"]) == (201, "no-store")
    bearer = {"Authorization": f"Bearer {dry.json()['secret']}"}
    assert (await http.get("/customers", headers=bearer)).status_code == 401
    made = (await http.post("/api-keys", json=data)).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    rotated = await http.post(f"/api-keys/{made['id']}/rotate?dryRun=true", json={"overlapSeconds": 0})
    assert rotated.status_code == 200
    assert (await http.get("/customers", headers=bearer)).status_code == 200


@pytest.mark.parametrize("value", ["1", "yes", "True", ""])
async def test_a_dry_run_is_true_or_false(http: httpx.AsyncClient, value: str) -> None:
    refused = await http.post(f"/clients?dryRun={value}", json={"name": "A"})
    assert (refused.status_code, refused.json()["detail"]) == (400, "dryRun: must be true or false")
    assert (await http.get("/clients?count=true")).json()["totalCount"] == 0
    assert (await http.post("/clients?dryRun=false", json={"name": "A"})).status_code == 201


async def test_a_dry_run_takes_no_idempotency_key(http: httpx.AsyncClient, db: Database) -> None:
    sent = {"Idempotency-Key": "k"}
    for _ in range(2):
        dry = await http.post("/clients?dryRun=true", json={"name": "A"}, headers=sent)
        assert (dry.status_code, "idempotent-replayed" in dry.headers) == (201, False)
    assert await db.fetch("SELECT 1 FROM idempotency_keys") == []
    assert (await http.post("/clients", json={"name": "B"}, headers=sent)).status_code == 201


async def test_dry_runs_and_writes_at_once_leave_each_other_alone(http: httpx.AsyncClient) -> None:
    """On SQLite they share a transaction."""

    async def one(i: int) -> httpx.Response:
        dry = {"dryRun": "true"} if i % 2 else {}
        return await http.post("/clients", params=dry, json={"name": f"N{i}", "domain": f"d{i // 2}.example"})

    answers = await asyncio.gather(*(one(i) for i in range(40)))
    real, dry = answers[::2], answers[1::2]
    assert {one.status_code for one in real} == {201}
    assert {one.status_code for one in dry} <= {201, 409}
    listed = (await http.get("/clients?limit=1000")).json()["data"]
    assert sorted(one["name"] for one in listed) == sorted(f"N{i}" for i in range(0, 40, 2))
