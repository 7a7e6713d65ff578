"""Every problem of the table through every door where it can happen: body, headers and words are the contract's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from app.main import create_app
from app.services.database import Database
from app.services.maintenance import switch_on
from app.settings import Settings
from schema.problem import PROBLEMS, problem
from tests.app.keys import key, user
from tests.app.raw import talk
from tests.app.test_health import started
from tests.app.test_server import server
from tests.faces import problems, refusals
from tests.faces.problems import JSON, Ask, Documents, World

GRAPHQL = "application/graphql-response+json"
PROBLEM = "application/problem+json"
ORIGIN = "https://page.example"
HOST = b"Host: cube.test\r\nOrigin: https://page.example\r\n"
CLOSE = b"Connection: close\r\n"
RAW: dict[str, list[bytes]] = {
    "malformed_request": [
        b"GET /me\r\n\r\n",
        b"GET /me HTTP/1.1\r\n\r\n",
        b"GET /me HTTP/1.1\r\n" + HOST + b"A b: c\r\n\r\n",
        b"GET /me HTTP/1.1\r\n" + HOST + CLOSE + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\n" + HOST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    "too_large": [
        b"POST /customers HTTP/1.1\r\n" + HOST + b"Content-Length: 1048577\r\n\r\n",
        b"POST /graphql HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n",
    ],
    "uri_too_long": [
        b"GET /customers?q=" + b"a" * 17_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
    "headers_too_large": [
        b"GET /me HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 66_000 + b"\r\n\r\n",
        b"GET /graphql HTTP/1.1\r\n" + HOST + b"A: " + b"a" * 300_000 + b"\r\n\r\n",
    ],
}
# These need a service that is not well, or that has been asked too much.
BROKEN = ("internal_error", "maintenance", "unavailable", "rate_limited")


def test_no_row_of_the_table_is_left_out() -> None:
    assert set(problems.asks(World())) | set(BROKEN) == set(PROBLEMS)
    assert set(problems.documents(World())) | set(RAW) <= set(PROBLEMS)
    assert all(problems.asks(World()).values())


class Walk:
    """A session with a directory to be refused by."""

    def __init__(self, http: httpx.AsyncClient, world: World) -> None:
        self.http = http
        self.world = world

    async def ask(self, ask: Ask, **headers: str) -> httpx.Response:
        named = {"full": self.world.key, "reader": self.world.reader}
        given = {"Authorization": f"Bearer {named.get(ask.key, ask.key)}"} if ask.key else {}
        sent = {"Accept": JSON, "Origin": ORIGIN} | given | ask.headers | headers
        return await self.http.request(ask.method, ask.path, content=ask.body, headers=sent)

    async def check(self, ask: Ask, code: str, message: str | None = None, detail: str | None = "") -> None:
        """The refusal in its three forms: the object, RFC 9457's, and headers alone."""
        pattern = ask.detail if detail == "" else detail
        found = await self.ask(ask)
        where = f"{ask.method} {ask.path[:80]}: {found.status_code} {found.text[:300]}"
        assert found.status_code == PROBLEMS[code].status, where
        assert found.headers["content-type"] == JSON, where
        refusals.check_headers(found.headers, found.status_code, docs=ask.docs, told=ask.told)
        told = found.json()
        refusals.check_object(told, code, message, pattern)
        assert told["traceId"] == found.headers["traceresponse"]
        if ask.forms:
            other = await self.ask(ask, Accept=PROBLEM)
            assert (other.status_code, other.headers["content-type"]) == (found.status_code, PROBLEM), where
            refusals.check_headers(other.headers, other.status_code, docs=ask.docs, told=ask.told)
            refusals.check_details(other.json(), code, told)
        if ask.method == "GET" and ask.headers.get("Accept") is None:
            head = await self.ask(Ask("HEAD", ask.path, ask.body, ask.headers, ask.key))
            assert (head.status_code, head.content) == (found.status_code, b""), where
            refusals.check_headers(head.headers, head.status_code, docs=ask.docs, told=ask.told)
            assert int(head.headers["content-length"]) == len(found.content)

    async def check_field(self, document: Documents, code: str) -> None:
        """The same row as the error of a GraphQL field."""
        named = {"full": self.world.key, "reader": self.world.reader}
        headers = {"Authorization": f"Bearer {named[document.key]}", "Content-Type": JSON, "Accept": GRAPHQL}
        body = orjson.dumps({"query": document.text, "variables": document.variables})
        found = await self.http.post("/graphql", content=body, headers=headers)
        assert (found.status_code, found.headers["content-type"]) == (200, f"{GRAPHQL}; charset=utf-8"), found.text
        answer = found.json()
        assert list(answer) == ["data", "errors", "extensions"]
        (error,) = answer["errors"]
        assert error["message"] == PROBLEMS[code].message
        assert error["path"]
        told = error["extensions"]
        assert list(told) == [n for n in ("code", "statusCode", "traceId", "detail", "errors") if n in told]
        assert (told["code"], told["statusCode"]) == (code, PROBLEMS[code].status)
        assert told["traceId"] == answer["extensions"]["traceId"] == found.headers["traceresponse"]
        assert not refusals.INSIDE.search(found.text), found.text


async def world_of(db: Database, http: httpx.AsyncClient) -> World:
    admin = await user(db)
    full = await key(db, admin, "*")
    secret = full.secret
    session = {"Authorization": f"Bearer {secret}"}

    async def made(path: str, data: dict[str, Any]) -> str:
        answer = await http.post(path, json=data, headers=session)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    await made("/clients", {"name": "Acme", "domain": "acme.io"})
    gone = await made("/customers", {"name": "Gone", "email": "ada@x.io"})
    await http.delete(f"/customers/{gone}", headers=session)
    ada = await made("/customers", {"name": "Ada", "email": "ada@x.io", "externalIds": {"erp": "1"}})
    eve = await made("/customers", {"name": "Eve"})
    revoked = await key(db, admin, "*")
    await http.delete(f"/api-keys/{revoked.id}", headers=session)
    expired = (await key(db, admin, "*")).secret
    async with db.transaction() as tx:
        await tx.execute(
            "UPDATE api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE seq = (SELECT max(seq) FROM api_keys)"
        )
    used = session | {"Idempotency-Key": "used"}
    assert (await http.post("/clients", json={"name": "Acme"}, headers=used)).status_code == 201
    db.in_flight.add((full.id, "busy"))
    reader = await key(db, admin, "customers:read")
    page = (await http.get("/customers?limit=1", headers=session)).json()
    return World(
        key=secret,
        reader=reader.secret,
        reader_id=reader.id,
        expired=expired,
        revoked=revoked.secret,
        revoked_id=revoked.id,
        admin=admin,
        ada=ada,
        eve=eve,
        gone=gone,
        cursor=page["nextCursor"],
    )


@pytest.fixture
async def walk(db: Database, migrated_url: str) -> AsyncIterator[Walk]:
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url, "CUBE_LOG_LEVEL": "error"}, dotenv=None), db)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cube.test") as http:
        yield Walk(http, await world_of(db, http))


@pytest.mark.parametrize("code", sorted(problems.asks(World())))
async def test_through_rest_and_the_endpoint(walk: Walk, code: str) -> None:
    for ask in problems.asks(walk.world)[code]:
        await walk.check(ask, code)


@pytest.mark.parametrize("code", sorted(problems.documents(World())))
async def test_as_the_error_of_a_field(walk: Walk, code: str) -> None:
    for document in problems.documents(walk.world)[code]:
        await walk.check_field(document, code)


async def test_two_authorization_headers(walk: Walk) -> None:
    """One of them could be anybody's: no door takes them."""
    for path in ("/customers", "/graphql?query={me{id}}", "/schema.graphql"):
        lines = [("Authorization", f"Bearer {walk.world.key}"), ("Authorization", "Bearer x")]
        found = await walk.http.get(path, headers=lines)
        refusals.check_object(found.json(), "malformed_request", detail="one Authorization header")


@asynccontextmanager
async def failing(db: Database, error: Exception, *, even_keys: bool) -> AsyncIterator[None]:
    """A database in which everything fails; `even_keys`: the look-up of keys too."""

    async def fail(text: str, params: Any = ()) -> Any:
        if even_keys or "secret_hash" not in text:
            raise error
        return await real(text, params)

    @asynccontextmanager
    async def transaction(**_: bool) -> AsyncIterator[None]:
        await fail("")
        yield

    real = db.fetch_row
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "fetch_row", fail)
        patch.setattr(db, "fetch_row_by_one_plan", fail)
        patch.setattr(db, "fetch", fail)
        patch.setattr(db, "transaction", transaction)
        yield


@pytest.mark.parametrize("code", ["internal_error", "unavailable"])
async def test_a_database_that_fails(walk: Walk, db: Database, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A fault of the program tells nothing but its trace; a database that is away, when to come again."""
    secret = 'near "SELECT": no such table: marker_of_sql'
    error = problem("unavailable", retry_after="7") if code == "unavailable" else RuntimeError(secret)
    told = {"retry-after": "7"} if code == "unavailable" else {}
    for even_keys in (False, True):
        async with failing(db, error, even_keys=even_keys):
            for ask in problems.ways_to_fail(walk.world):
                with_told = Ask(**{**ask.__dict__, "told": told, "detail": None})
                await walk.check(with_told, code)
            if even_keys:
                await walk.check(problems.posted("/graphql", problems.ME, told=told, detail=None), code)
                await walk.check(Ask("GET", "/schema.graphql", told=told, detail=None), code)
            else:
                for text in (
                    "{ me { id } }",
                    "{ customers { nodes { id } } }",
                    'mutation { deleteUser(id: "a:b") { id } }',
                ):
                    await walk.check_field(Documents(text), code)
            assert (await walk.http.get("/health/live")).status_code == 200
            assert (await walk.http.get("/docs")).status_code == 200
    logged = capsys.readouterr().err
    assert ("marker_of_sql" in logged) == (code == "internal_error")


@pytest.mark.parametrize("message", [None, "Back at noon."])
async def test_maintenance(walk: Walk, db: Database, migrated_url: str, message: str | None) -> None:
    await switch_on(db, message, 90)
    settings = Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None)
    async with started(create_app(settings, db)) as http:
        closed = Walk(http, walk.world)
        for ask in (
            *(a for a in problems.ways_to_fail(walk.world) if a.path != "/health/ready"),
            problems.posted("/graphql", problems.ME),
            problems.posted("/graphql", b"["),
            Ask("GET", "/nowhere", key=None),
            Ask("PUT", "/", key=None),
            Ask("GET", "/openapi.json", key=None),
            Ask("GET", "/me", key="x"),
        ):
            told = {"retry-after": "90"}
            await closed.check(Ask(**{**ask.__dict__, "told": told, "detail": None}), "maintenance", message)
        for path in ("/health/live", "/health/ready", "/docs", "/docs/errors"):
            assert (await http.get(path)).status_code == 200
        await closed.check(problems.posted("/customers", problems.LARGE), "too_large")


@pytest.fixture(scope="module")
def port(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a server process listens."""
    file = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("walk") / "cube.db"))
    with server(file) as running:
        yield running.port


@pytest.mark.parametrize("code", RAW)
def test_over_the_wire(port: int, code: str) -> None:
    """What the server's parser refuses looks like any other refusal, in both forms."""
    for request in RAW[code]:
        (found,) = talk(port, request)
        headers = httpx.Headers(found.headers)
        assert found.status == PROBLEMS[code].status, request[:80]
        assert headers["content-type"] == JSON
        refusals.check_headers(headers, found.status)
        refusals.check_object(found.json, code)
        assert found.json["traceId"] == headers["traceresponse"]
        line, rest = request.split(b"\r\n", 1)
        if b"HTTP/" in line and len(line) < 64 * 1024:  # else no header is ever read
            (other,) = talk(port, line + b"\r\nAccept: application/problem+json\r\n" + rest)
            assert other.headers["content-type"] == PROBLEM
            refusals.check_details(other.json, code, found.json)
