"""Users: who has no `admin` neither gives rights, nor takes an admin's, nor brings any back."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from schema.resources import USER
from tests.faces.face import Json
from tests.faces.refusals import refused
from tests.rights.desk import Caller, Desk


async def needs_admin(work: Awaitable[object]) -> None:
    problem = await refused(work)
    assert (problem.status, problem.detail) == (403, "The scope admin is needed.")


@pytest.fixture
async def writer(desk: Desk) -> Caller:
    """Somebody who may write users, and is no admin."""
    return await desk.key("users:write", owner=await desk.user("writer"))


def jane(**more: str) -> Json:
    return {"name": "Jane", "email": "jane@x.io", **more}


async def test_role_and_status_by_every_way(desk: Desk, writer: Caller) -> None:
    for more in ({"role": "EDITOR"}, {"role": "ADMIN"}, {"status": "DISABLED"}):
        await needs_admin(writer.face.create(USER, jane(**more)))
        await needs_admin(writer.face.upsert(USER, "email:jane@x.io", jane(**more)))
        await needs_admin(writer.face.upsert(USER, "erp:7", jane(**more)))
    made = await writer.face.create(USER, jane(role="VIEWER", status="ACTIVE"))
    for more in ({"role": "EDITOR"}, {"status": "DISABLED"}):
        await needs_admin(writer.face.update(USER, made["id"], more))
        await needs_admin(writer.face.upsert(USER, "email:jane@x.io", more))
        await needs_admin(writer.face.upsert(USER, made["id"], more))
    await writer.face.delete(USER, made["id"])
    await needs_admin(writer.face.upsert(USER, "email:jane@x.io", {"name": "Jane", "role": "EDITOR"}))
    assert (await writer.face.upsert(USER, "email:jane@x.io", {"name": "Jane"}))[1] == "RESTORED"


@pytest.mark.parametrize(
    ("role", "ended", "returned"), [("ADMIN", False, False), ("EDITOR", True, False), ("VIEWER", True, True)]
)
async def test_deleting_and_restoring(desk: Desk, writer: Caller, role: str, ended: bool, returned: bool) -> None:
    admin = await desk.key("*")
    made = await admin.face.create(USER, jane(role=role))
    if ended:
        await writer.face.delete(USER, made["id"])
    else:
        await needs_admin(writer.face.delete(USER, made["id"]))
        await admin.face.delete(USER, made["id"])
    if returned:
        await writer.face.restore(USER, made["id"])
        return
    await needs_admin(writer.face.restore(USER, made["id"]))
    await needs_admin(writer.face.restore(USER, "email:jane@x.io"))
    await needs_admin(writer.face.upsert(USER, "email:jane@x.io", {"name": "Jane"}))
    assert (await admin.face.restore(USER, made["id"]))["role"] == role


async def test_the_last_admin_is_the_last_one_that_is_seen(desk: Desk) -> None:
    everybody = await desk.key("*")
    last = await everybody.face.create(USER, {**jane(role="ADMIN"), "title": "Agent"})
    narrow = await desk.key("*", filters={"users": {"title": {"eq": "Agent"}}})
    for work in (narrow.face.delete(USER, last["id"]), narrow.face.update(USER, last["id"], {"role": "VIEWER"})):
        problem = await refused(work)
        assert (problem.status, problem.detail) == (409, "This is the last active admin: make another one first.")
    other = await everybody.face.create(USER, {"name": "Joe", "email": "joe@x.io", "role": "ADMIN", "title": "Agent"})
    await narrow.face.delete(USER, last["id"])
    await everybody.face.delete(USER, other["id"])


async def test_no_refusal_tells_a_hidden_role(desk: Desk) -> None:
    everybody = await desk.key("*")
    blind = await desk.key("users:write", owner=await desk.user("writer"), hiddenFields=["user.role"])
    for role in ("ADMIN", "EDITOR", "VIEWER"):
        made = await everybody.face.create(USER, {"name": role, "email": f"{role}@x.io", "role": role})
        await needs_admin(blind.rest.delete(USER, made["id"]))
        await everybody.face.delete(USER, made["id"])
        await needs_admin(blind.rest.restore(USER, made["id"]))
    for hidden in ("user.role", "user.status"):
        admin = await desk.key("*", hiddenFields=[hidden])
        problem = await refused(admin.rest.delete(USER, desk.owner))
        assert (problem.status, problem.detail) == (409, "")
