"""What is told of a history to a key that does not see all rows, and what can be asked of it."""

from __future__ import annotations

from typing import Any

from app.services.write import write
from schema.actor import Actor
from schema.change import Update
from schema.reference import Reference
from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER
from tests.faces.face import Asked, Face
from tests.faces.histories import history_of
from tests.faces.refusals import refused
from tests.rights.seen import World
from tests.world import CALL


async def test_a_history(world: World, face: Face) -> None:
    moved = Update(CUSTOMER, Reference("customer", "id", world.ada), {"ownerId": world.jane})
    await write(world.db, moved, CALL)
    told = (await history_of(face, CUSTOMER, world.ada)).records
    assert told[0]["changes"]["clientId"] == [None, world.mine]
    assert "ownerId" not in told[0]["changes"]
    assert told[1]["changes"] == {"ownerId": [None, world.jane]}
    again = Update(CUSTOMER, Reference("customer", "id", world.ada), {"ownerId": world.boss})
    await write(world.db, again, CALL)
    back = Update(CLIENT, Reference("client", "id", world.mine), {"parentId": None})
    await write(world.db, back, CALL)
    told = (await history_of(face, CUSTOMER, world.ada)).records
    assert told[2]["changes"] == {"ownerId": [world.jane, None]}
    told = (await history_of(face, CLIENT, world.mine)).records
    assert [one["version"] for one in told] == [1, 2]
    assert told[1]["changes"] == {}
    for ref in (world.bob, "crm:b", world.gone):
        assert (await refused(history_of(face, CUSTOMER, ref))).status == 404


async def test_a_filter_of_a_history_tells_no_more_than_it_shows(world: World, face: Face) -> None:
    for owner in (world.jane, world.boss):
        await write(world.db, Update(CUSTOMER, Reference("customer", "id", world.ada), {"ownerId": owner}), CALL)
    moved = Update(CLIENT, Reference("client", "id", world.mine), {"parentId": None})
    await write(world.db, moved, CALL)

    async def found(resource: Resource, id_: str, **filter_: Any) -> list[int]:
        page = await history_of(face, resource, id_, Asked(filter=filter_))
        assert page.total == len(page.records)
        return [one["version"] for one in page.records]

    # Made with an owner who is not seen, then given to one who is, then taken away again.
    assert await found(CUSTOMER, world.ada, field={"eq": "ownerId"}) == [2, 3]
    assert await found(CUSTOMER, world.ada, field={"notIn": ["ownerId", "title"]}) == [1]
    assert await found(CUSTOMER, world.ada, field={"eq": "clientId"}) == [1]
    assert await found(CLIENT, world.mine, field={"in": ["parentId"]}) == []
    assert await found(CLIENT, world.mine, field={"ne": "parentId"}) == [1, 2]


async def test_who_made_a_change_is_told_if_they_are_seen(world: World, face: Face) -> None:
    made = await face.create(CUSTOMER, {"name": "New", "clientId": world.mine})
    (told,) = (await history_of(face, CUSTOMER, made["id"])).records
    assert told["actor"] == {"keyId": None, "userId": None}  # the key's own user is none that it sees
    stored = await world.db.fetch(f"SELECT key_id, user_id FROM changes WHERE record = '{made['id']}'")
    ((key_id, user_id),) = stored
    assert key_id
    assert user_id
    hers = CALL._replace(actor=Actor(key_id, world.jane, CALL.actor.scopes))
    await write(world.db, Update(CUSTOMER, Reference("customer", "id", made["id"]), {"title": "Dr"}), hers)
    for filter_, versions in (
        ({"userId": {"eq": user_id}}, []),
        ({"userId": {"eq": "email:admin@cube.test"}}, []),
        ({"userId": {"in": [user_id, world.jane]}}, [2]),
        ({"userId": {"ne": user_id}}, [1, 2]),
        ({"userId": {"isNull": True}}, [1]),
        ({"keyId": {"eq": key_id}}, [2]),
        ({"keyId": {"isNull": True}}, [1]),
    ):
        page = await history_of(face, CUSTOMER, made["id"], Asked(filter=filter_))
        assert [one["version"] for one in page.records] == versions, filter_
    assert page.records[0]["actor"] == {"keyId": None, "userId": None}
    (seen,) = (await history_of(face, CUSTOMER, made["id"], Asked(filter={"userId": {"eq": world.jane}}))).records
    assert seen["actor"] == {"keyId": key_id, "userId": world.jane}
