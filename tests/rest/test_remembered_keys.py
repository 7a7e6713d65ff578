"""A key is remembered, and yet whatever becomes of it, in whichever process, holds from the very next request on."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from app import auth
from app.services import key_use
from app.services.sql.guard import KeyGuard
from app.services.write import write
from schema.change import Delete
from schema.problem import problem
from schema.reference import Reference
from schema.resources import USER
from tests.app.keys import CLI, key, rotated, user
from tests.rest.conftest import READS, Api, Asking


async def rotate(asking: Asking) -> None:
    await rotated(asking.elsewhere, asking.key_id, 0, CLI)


async def disable(asking: Asking) -> None:
    await asking.change_owner(status="DISABLED")


async def delete(asking: Asking) -> None:
    await write(asking.elsewhere, Delete(USER, Reference("user", "id", asking.owner)), CLI)


async def expire(asking: Asking) -> None:
    await asking.execute(f"api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE id = '{asking.key_id}'")


@pytest.mark.parametrize("end", [Asking.revoke, rotate, disable, delete, expire])
async def test_a_key_that_ends_is_refused_at_once(asking: Asking, end: Callable[[Asking], Awaitable[None]]) -> None:
    assert auth.remembered(asking.header["Authorization"]) is not None
    await end(asking)
    for method, path in READS:
        found = await asking.get(path, method)
        assert (found.status_code, found.json()["message"]) == (401, "The API key is not valid."), path
    assert auth.remembered(asking.header["Authorization"]) is None


@pytest.mark.parametrize(("method", "path"), READS)
async def test_by_whichever_request_comes_next(asking: Asking, method: str, path: str) -> None:
    await asking.revoke()
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
    await asking.revoke()
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
