"""Rows that a key may not see do not exist for it: in what it reads, in what it writes, in what it is told."""

from __future__ import annotations

from typing import Any

import pytest

from app.main import create_app
from app.services.database import Database
from app.services.write import write
from app.settings import Settings
from schema.change import Delete
from schema.reference import Reference
from schema.resources import CLIENT, CUSTOMER, USER
from tests.app.keys import user
from tests.faces.face import Asked, Face, Graphql, Refused, Rest
from tests.rights.keys import narrow_key, session
from tests.rights.seen import MISSING, World
from tests.world import CALL, add, stored

Json = dict[str, Any]


async def refused(face: Face, work: Any, status: int, detail: str) -> Refused:
    with pytest.raises(Refused) as caught:
        await work
    assert (caught.value.status, caught.value.detail) == (status, detail)
    return caught.value


# -- reading -------------------------------------------------------------------------------------------------------


async def test_what_is_read(world: World, face: Face) -> None:
    page = await face.page(CUSTOMER)
    assert [one["id"] for one in page.records] == [world.ada]
    assert page.total == 1
    assert (page.records[0]["clientId"], page.records[0]["ownerId"]) == (world.mine, None)
    (client,) = (await face.page(CLIENT)).records
    assert (client["ownerId"], client["parentId"]) == (world.jane, None)
    for ref in (world.bob, "email:bob@x.io", "crm:b"):
        assert await face.get(CUSTOMER, ref, "INCLUDE") is None
    assert (await face.get(CUSTOMER, "email:ada@x.io")) == page.records[0]
    assert await face.stats(CUSTOMER, ["ownerId"]) == [{"by": {"ownerId": None}, "count": 1}]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"ownerId": {"isNull": True}}, 1),
        ({"ownerId": {"eq": "email:boss@x.io"}}, 0),
        ({"ownerId": {"ne": "email:boss@x.io"}}, 1),
        ({"owner": {"name": {"eq": "Boss"}}}, 0),
        ({"not": {"owner": {"name": {"eq": "Boss"}}}}, 1),
        ({"client": {"parent": {"name": {"eq": "Other"}}}}, 0),
        ({"client": {"parentId": {"isNull": True}}}, 1),
        ({"client": {"customers": {"name": {"eq": "Ada"}}}}, 1),
        ({"client": {"owner": {"clients": {"name": {"eq": "Mine"}}}}}, 1),
    ],
)
async def test_what_is_filtered(world: World, face: Face, filter_: Json, found: int) -> None:
    assert (await face.page(CUSTOMER, Asked(filter=filter_))).total == found


async def test_an_id_that_is_not_seen_finds_nothing(world: World, face: Face) -> None:
    assert (await face.page(CUSTOMER, Asked(filter={"ownerId": {"eq": world.boss}}))).total == 0
    assert (await face.page(CUSTOMER, Asked(filter={"ownerId": {"in": [world.boss, world.jane]}}))).total == 0
    assert (await face.page(CLIENT, Asked(filter={"ownerId": {"in": [world.boss, world.jane]}}))).total == 1


async def test_a_deleted_record_was_seen(world: World, face: Face) -> None:
    await write(world.db, Delete(USER, Reference("user", "id", world.jane)), CALL)
    (client,) = (await face.page(CLIENT)).records
    assert client["ownerId"] == world.jane


async def test_relations_and_routes(world: World) -> None:
    http = world.http
    expanded = (await http.get(f"/customers/{world.ada}?expand=client.parent,owner")).json()
    assert (expanded["client"]["name"], expanded["client"]["parent"], expanded["owner"]) == ("Mine", None, None)
    assert [one["id"] for one in (await http.get(f"/clients/{world.mine}/customers")).json()["data"]] == [world.ada]
    unseen, missing = [await http.get(f"/clients/{id_}/customers") for id_ in (world.other, MISSING)]
    assert unseen.status_code == missing.status_code == 404
    assert unseen.json()["detail"].replace(world.other, MISSING) == missing.json()["detail"]
    document = """query($ids: [ID!]!) { nodes(ids: $ids) { id } node(id: "CLI") { id }
      users { nodes { name clients { totalCount nodes { parentId parent { id } } } customers { totalCount } } } }"""
    body = {"query": document.replace("CLI", world.other), "variables": {"ids": [world.bob, world.ada, world.boss]}}
    data = (await http.post("/graphql", json=body)).json()["data"]
    assert data["nodes"] == [None, {"id": world.ada}, None]
    assert data["node"] is None
    (jane,) = data["users"]["nodes"]
    assert jane["clients"] == {"totalCount": 1, "nodes": [{"parentId": None, "parent": None}]}
    assert jane["customers"] == {"totalCount": 0}


async def test_me_is_there_whoever_owns_it(world: World) -> None:
    me = (await world.http.get("/me")).json()
    assert (me["name"], me["owner"]) == ("test", None)
    data = (await world.http.post("/graphql", json={"query": "{ me { id owner { name } } }"})).json()["data"]
    assert data["me"] == {"id": me["id"], "owner": None}


# -- writing -------------------------------------------------------------------------------------------------------


async def test_a_new_record_is_made_in_sight(world: World, face: Face) -> None:
    made = await face.create(CUSTOMER, {"name": "New", "clientId": "erp:7", "ownerId": world.jane})
    assert (made["clientId"], made["ownerId"]) == (world.mine, world.jane)
    before = len(await stored(world.db, CUSTOMER))
    await refused(
        face, face.create(CUSTOMER, {"name": "Out"}), 400, "would move the record out of what this key may see"
    )
    assert len(await stored(world.db, CUSTOMER)) == before


async def test_a_record_is_not_moved_out_of_sight(world: World, face: Face) -> None:
    told = "clientId: would move the record out of what this key may see"
    await refused(face, face.update(CUSTOMER, world.ada, {"clientId": None, "title": "x"}), 400, told)
    told = "externalIds: would move the record out of what this key may see"
    await refused(face, face.update(CLIENT, "erp:7", {"externalIds": {"erp": "9"}}), 400, told)
    assert await world.version(CUSTOMER, world.ada) == 1
    assert (await face.update(CUSTOMER, world.ada, {"title": "Buyer"}))["title"] == "Buyer"


@pytest.mark.parametrize(("name", "unseen", "missing"), [("clientId", "erp:8", "erp:9"), ("clientId", None, MISSING)])
async def test_nothing_points_at_an_unseen_record(
    world: World, face: Face, name: str, unseen: str | None, missing: str
) -> None:
    for one in (unseen or world.other, missing):
        await refused(face, face.update(CUSTOMER, world.ada, {name: one}), 400, f"{name}: is not a live client")
        data = {"name": "x", name: one}
        await refused(face, face.create(CUSTOMER, data), 400, f"{name}: is not a live client")


async def test_what_is_null_already_is_not_cleared(world: World, face: Face) -> None:
    record = await face.update(CUSTOMER, world.ada, {"ownerId": None})
    assert (record["version"], record["ownerId"]) == (1, None)
    held = next(one for one in await stored(world.db, CUSTOMER) if one["id"] == world.ada)
    assert held["ownerId"] == world.boss
    assert (await face.update(CUSTOMER, world.ada, {"ownerId": world.jane}))["ownerId"] == world.jane


async def test_an_unseen_holder_of_a_unique_value_has_no_id(world: World, face: Face) -> None:
    told = "email: bob@x.io is taken"
    data = {"name": "x", "email": "bob@x.io", "clientId": world.mine}
    await refused(face, face.create(CUSTOMER, data), 409, told)
    await refused(face, face.update(CUSTOMER, world.ada, {"email": "bob@x.io"}), 409, told)
    await refused(face, face.upsert(CUSTOMER, "email:bob@x.io", {"clientId": world.mine}), 409, told)
    await refused(
        face, face.upsert(CUSTOMER, "crm:b", {"name": "x", "clientId": world.mine}), 409, "externalIds.crm: b is taken"
    )
    seen = {"name": "x", "email": "ada@x.io", "clientId": world.mine}
    await refused(face, face.create(CUSTOMER, seen), 409, f"email: ada@x.io is taken by {world.ada}")


async def test_an_unseen_deleted_record_is_not_restored(world: World, face: Face) -> None:
    record, outcome = await face.upsert(CUSTOMER, "crm:g", {"name": "Newer", "clientId": world.mine})
    assert outcome == "CREATED"
    assert record["id"] != world.gone


async def test_unseen_records_are_missing(world: World, face: Face) -> None:
    for ref in (world.bob, "crm:b", "crm:none"):
        key, _, value = ref.partition(":") if ":" in ref else ("id", "", ref)
        told = f"There is no customer with the {key} {value}."
        await refused(face, face.update(CUSTOMER, ref, {"title": "x"}), 404, told)
        await refused(face, face.delete(CUSTOMER, ref), 404, told)
        await refused(face, face.restore(CUSTOMER, ref), 404, told)
    gone = f"There is no customer with the id {world.gone}."
    await refused(face, face.restore(CUSTOMER, world.gone), 404, gone)


async def test_delete_and_restore(world: World, face: Face) -> None:
    deleted = await face.delete(CUSTOMER, world.ada)
    assert (deleted["deletedAt"] is not None, deleted["ownerId"]) == (True, None)
    restored = await face.restore(CUSTOMER, world.ada)
    assert (restored["deletedAt"], restored["ownerId"], restored["version"]) == (None, None, 3)


async def test_a_mutation_answers_within_the_sight(world: World) -> None:
    document = """mutation($id: ID!) { updateCustomer(id: $id, input: {title: "Boss"}) {
      title ownerId owner { id } client { name parent { id } } } }"""
    found = (await world.http.post("/graphql", json={"query": document, "variables": {"id": world.ada}})).json()
    client = {"name": "Mine", "parent": None}
    assert found["data"]["updateCustomer"] == {"title": "Boss", "ownerId": None, "owner": None, "client": client}
    flat = document.replace("owner { id } client { name parent { id } }", "")
    found = (await world.http.post("/graphql", json={"query": flat, "variables": {"id": world.ada}})).json()
    assert found["data"]["updateCustomer"] == {"title": "Boss", "ownerId": None}


async def test_a_hidden_value_is_not_told_by_a_conflict(db: Database, migrated_url: str) -> None:
    owner = await user(db)
    old = await add(db, CUSTOMER, {"name": "Old", "email": "secret@x.io"})
    await write(db, Delete(CUSTOMER, Reference("customer", "id", old)), CALL)
    await add(db, CUSTOMER, {"name": "New", "email": "secret@x.io"})
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, await narrow_key(db, owner, hidden=["customer.email"])) as http:
        answer = await http.post(f"/customers/{old}/restore")
    assert answer.status_code == 409
    assert answer.json()["detail"] == "a unique value is taken"


async def test_a_record_that_needs_a_hidden_field_is_not_made(db: Database, migrated_url: str) -> None:
    owner = await user(db)
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, await narrow_key(db, owner, hidden=["user.email"])) as http:
        answer = await http.post("/users", json={"name": "x"})
        assert (answer.status_code, answer.json()["detail"]) == (400, "this key can't make a user")
        assert (await http.patch(f"/users/{owner}", json={"title": "x"})).json()["title"] == "x"


async def test_a_circle_is_refused_in_the_same_words_seen_or_not(db: Database, migrated_url: str) -> None:
    """What stands between two clients may be unseen."""
    secret = await narrow_key(db, await user(db), filters={"clients": {"status": {"eq": "ACTIVE"}}})
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    top = await add(db, CLIENT, {"name": "Top", "status": "ACTIVE"})
    unseen = await add(db, CLIENT, {"name": "Between", "parentId": top})
    below = await add(db, CLIENT, {"name": "Below", "status": "ACTIVE", "parentId": unseen})
    beside = await add(db, CLIENT, {"name": "Beside", "status": "ACTIVE", "parentId": top})
    async with session(app, secret) as http:
        for parent in (top, below, beside):
            for face in (Rest(http), Graphql(http)):
                detail = "parentId: can't be the parent of this client"
                await refused(face, face.update(CLIENT, top, {"parentId": parent}), 400, detail)
