"""A key is remembered, and yet whatever becomes of it, in whichever process, holds from the very next request on."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app import auth
from app.services import key_use
from app.services.database import Database
from app.services.sql.guard import KeyGuard
from app.services.write import write
from app.settings import Settings
from schema.change import Delete, Update
from schema.problem import problem
from schema.reference import Reference
from schema.resources import API_KEY, USER
from tests.app.keys import CLI, key, rotated, user
from tests.rest.conftest import Api

READS = [
    ("GET", "/customers"),
    ("GET", "/customers/email:none@cube.test"),
    ("GET", "/customers/stats?by=status"),
    ("GET", "/users/email:admin@cube.test"),
    ("GET", "/users/email:admin@cube.test/customers"),
    ("QUERY", "/customers"),
    ("GET", "/customers?limit=x"),
    ("GET", "/api-keys"),
]


class Asking:
    """A key that has been used for reads, its owner, and a database of another process."""

    def __init__(self, api: Api, elsewhere: Database, owner: str, key_id: str, secret: str) -> None:
        self.api, self.elsewhere, self.owner, self.key_id = api, elsewhere, owner, key_id
        self.header = {"Authorization": f"Bearer {secret}"}

    async def get(self, path: str, method: str = "GET") -> httpx.Response:
        body: dict[str, str] | None = {} if method == "QUERY" else None
        return await self.api.http.request(method, path, headers=self.header, json=body)

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        return await self.api.http.post(path, headers=self.header, json=body)

    async def change_owner(self, **values: str) -> None:
        await write(self.elsewhere, Update(USER, Reference("user", "id", self.owner), values), CLI)

    async def execute(self, text: str) -> None:
        async with self.elsewhere.transaction() as tx:
            await tx.execute(f"UPDATE {text}")


@pytest.fixture
async def asking(api: Api, migrated_url: str) -> AsyncIterator[Asking]:
    owner = await user(api.db, "owner", "EDITOR")
    issued = await key(api.db, owner, "customers:read", "users:read", "keys:read")
    elsewhere = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    found = Asking(api, elsewhere, owner, issued.id, issued.secret)
    for method, path in READS:
        assert (await found.get(path, method)).status_code in (200, 404, 400)
    yield found
    await key_use.noted()
    await elsewhere.close()


async def revoke(asking: Asking) -> None:
    await write(asking.elsewhere, Delete(API_KEY, Reference(API_KEY.name, "id", asking.key_id)), CLI)


async def rotate(asking: Asking) -> None:
    await rotated(asking.elsewhere, asking.key_id, 0, CLI)


async def disable(asking: Asking) -> None:
    await asking.change_owner(status="DISABLED")


async def delete(asking: Asking) -> None:
    await write(asking.elsewhere, Delete(USER, Reference("user", "id", asking.owner)), CLI)


async def expire(asking: Asking) -> None:
    await asking.execute(f"api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE id = '{asking.key_id}'")


@pytest.mark.parametrize("end", [revoke, rotate, disable, delete, expire])
async def test_a_key_that_ends_is_refused_at_once(asking: Asking, end: Callable[[Asking], Awaitable[None]]) -> None:
    assert auth.remembered(asking.header["Authorization"]) is not None
    await end(asking)
    for method, path in READS:
        found = await asking.get(path, method)
        assert (found.status_code, found.json()["message"]) == (401, "The API key is not valid."), path
    assert auth.remembered(asking.header["Authorization"]) is None


@pytest.mark.parametrize(("method", "path"), READS)
async def test_by_whichever_request_comes_next(asking: Asking, method: str, path: str) -> None:
    await revoke(asking)
    assert (await asking.get(path, method)).status_code == 401


@pytest.mark.parametrize("scopes", [("*",), ("users:write", "keys:write")])
async def test_a_remembered_key_changes_itself_and_its_owner(asking: Asking, scopes: tuple[str, ...]) -> None:
    """Its own write is what makes it another: that is no race, and it is told what it has done."""
    admin = await user(asking.api.db, "root", "ADMIN")
    issued = await key(asking.api.db, admin, *scopes)
    header = {"Authorization": f"Bearer {issued.secret}"}
    for dry in ("?dryRun=true", ""):
        for method, path, body in (
            ("PATCH", f"/api-keys/{issued.id}", {"name": f"own{dry}"}),
            ("PATCH", f"/users/{admin}", {"title": f"Boss{dry}"}),
            ("POST", f"/api-keys/{issued.id}/rotate", {}),
        ):
            assert (await asking.api.http.get("/api-keys", headers=header)).status_code == 200
            assert auth.remembered(header["Authorization"]) is not None
            found = await asking.api.http.request(method, path, json=body, headers=header)
            assert found.status_code == 200, (path, found.text)


async def test_rights_are_those_of_the_moment(asking: Asking) -> None:
    admin = await key(asking.api.db, asking.owner, "*")
    asking.header = {"Authorization": f"Bearer {admin.secret}"}
    for role, others in (("EDITOR", 0), ("ADMIN", 1), ("VIEWER", 0), ("ADMIN", 1)):
        await asking.change_owner(role=role)
        for _ in range(2):
            found = await asking.get(f"/api-keys?ownerId={asking.api.admin}")
            assert len(found.json()["data"]) == others, role
    for scopes, status in (('["users:read"]', 403), ('["customers:read"]', 200), ('["keys:read"]', 403)):
        await asking.execute(f"api_keys SET scopes = '{scopes}', version = version + 1 WHERE id = '{admin.id}'")
        for _ in range(2):
            assert (await asking.get("/customers")).status_code == status


async def test_the_secret_before_a_rotation_ends_with_its_overlap(asking: Asking) -> None:
    await rotated(asking.elsewhere, asking.key_id, 60, CLI)
    for _ in range(2):
        assert (await asking.get("/customers")).status_code == 200
    guard = auth.remembered(asking.header["Authorization"])
    assert isinstance(guard, KeyGuard)
    assert guard.by_previous
    await asking.execute(f"api_keys SET previous_until = '2020-01-01T00:00:00.000Z' WHERE id = '{asking.key_id}'")
    assert (await asking.get("/customers")).status_code == 401


async def test_what_is_no_read_asks_for_itself(asking: Asking) -> None:
    for path in ("/me", "/users/email:admin@cube.test/changes", "/schema.graphql"):
        assert (await asking.get(path)).status_code == 200
    await revoke(asking)
    for path in ("/me", "/users/email:admin@cube.test/changes", "/schema.graphql"):
        assert (await asking.get(path)).status_code == 401


async def test_a_read_with_a_remembered_key_is_one_statement(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def watching(ask: Any) -> Any:
        async def watched(text: str, params: Sequence[Any] = ()) -> Any:
            seen.append(text)
            return await ask(text, params)

        return watched

    for name in ("fetch", "fetch_row", "fetch_row_by_one_plan"):
        monkeypatch.setattr(asking.api.db, name, watching(getattr(asking.api.db, name)))
    for method, path in READS[:4]:
        seen.clear()
        await asking.get(path, method)
        assert len(seen) == 1, path


async def test_the_use_is_noted_again_when_a_minute_is_over(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    async def noted() -> str:
        await key_use.noted()
        row = await asking.elsewhere.fetch_row(f"SELECT last_used_at FROM api_keys WHERE id = '{asking.key_id}'")
        assert row is not None
        return str(row[0])

    first = await noted()
    await asking.get("/customers")
    assert await noted() == first
    past = "2021-01-01T00:00:00.000Z"
    await asking.execute(f"api_keys SET last_used_at = '{past}' WHERE id = '{asking.key_id}'")
    await asking.get("/customers")
    assert await noted() == past, "what was noted by this process is remembered"
    later = time.time() + 61
    monkeypatch.setattr("app.auth.time", lambda: later)
    await asking.get("/customers")
    assert await noted() > past


async def test_the_memory_is_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_MOST_REMEMBERED", 3)
    monkeypatch.setattr(auth, "_memory", {})
    for _ in range(5):
        header = await api.as_key("customers:read")
        assert (await api.http.get("/customers", headers=header)).status_code == 200
        assert auth.remembered(header["Authorization"]) is not None
    assert len(auth._memory) == 3


@pytest.mark.parametrize("door", ["rest", "graphql"])
async def test_a_write_of_which_nobody_knows_is_not_done_again(
    asking: Asking, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost in the moment in which the write is stored."""
    await writing(asking)
    real = asking.api.db.transaction

    @asynccontextmanager
    async def cut(**how: bool) -> AsyncIterator[Any]:
        async with real(**how) as tx:
            yield tx
        raise problem("unavailable", retry_after="1")

    monkeypatch.setattr(asking.api.db, "transaction", cut)
    if door == "rest":
        assert (await asking.post("/customers", {"name": "Once"})).status_code == 503
    else:
        document = 'mutation { createCustomer(input: {name: "Once"}) { id } }'
        errors = (await asking.post("/graphql", {"query": document})).json()["errors"]
        assert errors[0]["extensions"]["code"] == "unavailable"
    monkeypatch.undo()
    assert len((await asking.get("/customers?name=Once")).json()["data"]) == 1


@pytest.mark.parametrize("door", ["rest", "graphql"])
async def test_a_write_that_is_refused_is_refused_once(
    asking: Asking, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writing(asking)
    await asking.post("/customers", {"name": "First", "email": "first@cube.test"})
    begun = 0
    real = asking.api.db.transaction

    def counted(**how: bool) -> Any:
        nonlocal begun
        begun += 1
        return real(**how)

    monkeypatch.setattr(asking.api.db, "transaction", counted)
    if door == "rest":
        assert (await asking.post("/customers", {"name": "x", "email": "first@cube.test"})).status_code == 409
    else:
        document = 'mutation { createCustomer(input: {name: "x", email: "first@cube.test"}) { id } }'
        errors = (await asking.post("/graphql", {"query": document})).json()["errors"]
        assert errors[0]["extensions"]["code"] == "already_exists"
    # PostgreSQL is told what is expected of a new record, and begins anew to find out what is not so.
    assert begun == (1 if asking.api.db.dialect.name == "sqlite" else 2)


async def test_a_read_for_which_there_is_no_time_is_not_begun_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = []

    async def slow(text: str, params: Sequence[Any] = ()) -> Any:
        begun.append(text)
        raise problem("unavailable", retry_after="1")

    monkeypatch.setattr(asking.api.db, "fetch_row_by_one_plan", slow)
    assert (await asking.get("/customers")).status_code == 503
    assert len(begun) == 1


async def test_a_write_by_a_key_that_has_ended_is_not_done(asking: Asking) -> None:
    await writing(asking)
    await revoke(asking)
    assert (await asking.post("/customers", {"name": "Late"})).status_code == 401
    assert (await asking.api.http.get("/customers?name=Late")).json()["data"] == []


LATE = [
    ("/customers", {"name": "Late"}),
    ("/api-keys", {"name": "Late", "scopes": ["customers:read"]}),
    ("/graphql", {"query": 'mutation { createCustomer(input: {name: "Late"}) { id } }'}),
    ("/graphql", {"query": 'mutation { createApiKey(input: {name: "Late", scopes: ["customers:read"]}) { secret } }'}),
    ("/tokens", {}),
]


@pytest.mark.parametrize(("path", "body"), LATE)
@pytest.mark.parametrize("known", [True, False])
async def test_a_key_that_ends_while_its_body_comes_in_is_refused(
    asking: Asking, path: str, body: dict[str, Any], known: bool
) -> None:
    await writing(asking)
    if not known:
        auth.forget(asking.header["Authorization"])

    async def slowly() -> AsyncIterator[bytes]:
        text = json.dumps(body).encode()
        yield text[:1]
        await revoke(asking)
        yield text[1:]

    header = asking.header | {"Content-Type": "application/json"}
    assert (await asking.api.http.post(path, headers=header, content=slowly())).status_code == 401
    assert (await asking.api.http.get("/customers?name=Late")).json()["data"] == []
    assert (await asking.api.http.get("/api-keys?name=Late")).json()["data"] == []


async def writing(asking: Asking) -> None:
    """Has the key be one that writes, and is remembered."""
    issued = await key(asking.api.db, asking.owner, "customers:write", "keys:write")
    asking.key_id, asking.header = issued.id, {"Authorization": f"Bearer {issued.secret}"}
    assert (await asking.get("/customers")).status_code == 200
    await key_use.noted()


async def test_writes_beside_the_revocation_are_done_or_refused(api: Api) -> None:
    """No write is told of a conflict because the revocation is written, and not yet stored."""
    for _ in range(5):
        issued = await key(api.db, api.admin, "customers:write")
        header = {"Authorization": f"Bearer {issued.secret}"}

        async def one(header: dict[str, str] = header) -> int:
            return (await api.http.post("/customers", json={"name": "x"}, headers=header)).status_code

        async def revoked(id_: str = issued.id) -> int:
            await write(api.db, Delete(API_KEY, Reference(API_KEY.name, "id", id_)), CLI)
            return 401

        assert await one() == 201
        found = await asyncio.gather(one(), one(), revoked(), *(one() for _ in range(20)))
        assert set(found) <= {201, 401}
        assert await one() == 401
