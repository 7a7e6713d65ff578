"""Writes by a remembered key: each is done once or refused, and none by a key that has ended."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app import auth
from app.services import key_use
from app.services.write import write
from schema.change import Delete
from schema.problem import problem
from schema.reference import Reference
from schema.resources import API_KEY
from tests.app.keys import CLI, key
from tests.rest.conftest import Api, Asking


async def writing(asking: Asking) -> None:
    """Has the key be one that writes, and is remembered."""
    issued = await key(asking.api.db, asking.owner, "customers:write", "keys:write")
    asking.key_id, asking.header = issued.id, {"Authorization": f"Bearer {issued.secret}"}
    assert (await asking.get("/customers")).status_code == 200
    await key_use.noted()


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
    # What is expected of a new record is asked at once; to find out what is not so it begins anew.
    assert begun == 2


async def test_a_write_by_a_key_that_has_ended_is_not_done(asking: Asking) -> None:
    await writing(asking)
    await asking.revoke()
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
        await asking.revoke()
        yield text[1:]

    header = asking.header | {"Content-Type": "application/json"}
    assert (await asking.api.http.post(path, headers=header, content=slowly())).status_code == 401
    assert (await asking.api.http.get("/customers?name=Late")).json()["data"] == []
    assert (await asking.api.http.get("/api-keys?name=Late")).json()["data"] == []


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
