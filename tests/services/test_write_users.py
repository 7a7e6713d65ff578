"""Users: what only admins may change, and the admin who must stay."""

from schema.actor import actor_of
from schema.resources import USER
from tests.services.conftest import Desk, refused

JANE = {"name": "Jane", "email": "Jane@X.io"}


async def test_role_and_status_are_for_admins(desk: Desk):
    editor = actor_of("key_1", "usr_1", ["*"], "EDITOR")
    writer = actor_of("key_1", "usr_1", ["users:write"], "ADMIN")
    for actor in (editor, writer):
        for more in ({"role": "EDITOR"}, {"status": "DISABLED"}):
            refusal = await refused(desk.create(USER, JANE | more, actor), "insufficient_scope")
            assert refusal.detail == "The scope admin is needed."
    id_ = await desk.create(USER, JANE | {"role": "VIEWER"}, writer)
    await desk.update(USER, id_, {"role": "VIEWER", "title": "x"}, actor=writer)
    await refused(desk.update(USER, id_, {"role": "ADMIN"}, actor=writer), "insufficient_scope")
    await refused(desk.update(USER, id_, {"status": "DISABLED"}, actor=writer), "insufficient_scope")


async def test_the_last_active_admin_stays(desk: Desk):
    first = await desk.create(USER, JANE | {"role": "ADMIN"})
    await refused(desk.delete(USER, first), "conflict")
    await refused(desk.update(USER, first, {"role": "EDITOR"}), "conflict")
    await refused(desk.update(USER, first, {"status": "DISABLED"}), "conflict")
    second = await desk.create(USER, {"name": "B", "email": "b@x.io", "role": "ADMIN"})
    await desk.update(USER, first, {"status": "DISABLED"})
    await refused(desk.delete(USER, second), "conflict")
    await desk.delete(USER, first)
