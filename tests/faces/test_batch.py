"""Batches, the same through both doors on both databases: what operations do, in order, and what they answer."""

from __future__ import annotations

from app.services.database import Database
from schema.resources import CLIENT, CUSTOMER, DIRECTORY, USER
from tests.faces.face import Asked, Face, Graphql, Json, Rest
from tests.faces.operations import counts, create, op
from tests.faces.refusals import refused


async def test_operations_are_done_in_order_over_all_resources(face: Face) -> None:
    results = await face.batch(
        create("users", name="Jane", email="jane@x.io"),
        create("clients", name="Acme", domain="acme.io", ownerId="email:jane@x.io"),
        create(name="Ada", email="ada@x.io", clientId="domain:acme.io"),
        op("update", "customers", "email:ada@x.io", data={"title": "Countess"}, ifVersion=1),
        op("update", "customers", "email:ada@x.io", data={"title": "Countess"}),
        op("upsert", "customers", "erp:7", data={"name": "Seven"}),
        op("upsert", "customers", "erp:7", data={"title": "7th"}),
        op("delete", "customers", "erp:7"),
        op("upsert", "customers", "erp:7", data={"title": "8th"}),
        op("delete", "clients", "domain:acme.io"),
        op("restore", "clients", "domain:acme.io"),
    )
    assert [one["statusCode"] for one in results] == [201, 201, 201, 200, 200, 201, 200, 200, 200, 200, 200]
    jane, acme, ada, titled, same, seven, changed, gone, back, deleted, restored = [one["data"] for one in results]
    assert (acme["ownerId"], ada["clientId"]) == (jane["id"], acme["id"])
    assert (ada["version"], titled["version"], titled["title"]) == (1, 2, "Countess")
    assert same == titled
    assert [one["id"] for one in (seven, changed, gone, back)] == [seven["id"]] * 4
    assert [one["version"] for one in (seven, changed, gone, back)] == [1, 2, 3, 4]
    assert gone["deletedAt"] is not None
    assert (back["deletedAt"], back["title"]) == (None, "8th")
    assert (deleted["deletedAt"] is None, restored["deletedAt"]) == (False, None)
    for resource, record in ((USER, jane), (CLIENT, restored), (CUSTOMER, titled), (CUSTOMER, back)):
        assert await face.get(resource, record["id"]) == record


async def test_a_name_stands_for_a_record_made_before(face: Face) -> None:
    results = await face.batch(
        create("users", "boss", name="$boss", email="boss@x.io"),
        create("clients", "top", name="Top", ownerId="$boss"),
        create("clients", "below", name="Below", parentId="$top", ownerId="$boss"),
        create("customers", "ada", name="$top", clientId="$below", ownerId="$boss"),
        op("update", "customers", "$ada", data={"title": "$ada", "clientId": "$top"}),
        op("upsert", "customers", "erp:1", data={"name": "One", "clientId": "$below"}, ref="one"),
        op("upsert", "customers", "$one", data={"ownerId": "$boss"}),
        op("update", "clients", "$below", data={"metadata": {"a": "$top"}}, ref="same"),
        op(
            "update",
            "customers",
            filter={"clientId": {"in": ["$same"]}, "owner": {"id": {"eq": "$boss"}}},
            data={"title": "T"},
        ),
        op("delete", "customers", "$one"),
        op("restore", "customers", "$one"),
    )
    boss, top, below, ada, moved, one, owned, named, found, gone, back = [one["data"] for one in results]
    assert (boss["name"], ada["name"], moved["title"], named["metadata"]) == ("$boss", "$top", "$ada", {"a": "$top"})
    assert (top["ownerId"], below["parentId"]) == (boss["id"], top["id"])
    assert (ada["clientId"], moved["clientId"], moved["id"]) == (below["id"], top["id"], ada["id"])
    assert (owned["id"], owned["ownerId"], one["clientId"]) == (one["id"], boss["id"], below["id"])
    assert [record["id"] for record in found] == [one["id"]]
    assert (gone["id"], back["id"], back["title"], back["version"]) == (one["id"], one["id"], "T", 5)


async def test_what_points_at_a_record_is_stored_after_it(face: Face) -> None:
    """Rows of one kind may go to the database together: even so none goes before what it points at."""
    results = await face.batch(
        *(create(name=f"n{i}") for i in range(9)),
        create("clients", "one", name="One"),
        create("users", "boss", name="Boss", email="boss@x.io"),
        create("clients", "two", name="Two", ownerId="$boss", parentId="$one"),
        create(name="last", clientId="$two", ownerId="$boss"),
    )
    *_, boss, two, last = [one["data"] for one in results]
    assert (last["clientId"], last["ownerId"], two["ownerId"]) == (two["id"], boss["id"], boss["id"])


async def test_a_deleted_record_is_no_more_pointed_at(face: Face) -> None:
    client = await face.create(CLIENT, {"name": "Acme", "domain": "acme.io"})
    results = await face.batch(
        create("clients", "new", name="New", domain="new.io"),
        create(name="A", clientId="$new"),
        create(name="B", clientId="domain:acme.io"),
        op("delete", "clients", "$new"),
        op("delete", "clients", client["id"]),
        create(name="C", clientId="$new"),
        create(name="D", clientId="domain:acme.io"),
        create(name="E", clientId=client["id"]),
        op("update", "clients", "$new", data={"name": "x"}),
        create("clients", name="Again", domain="acme.io"),
        create(name="F", clientId="domain:acme.io"),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [201, 201, 201, 200, 200, 400, 400, 400, 404, 201, 201]
    assert results[5]["detail"] == "operations[5].data.clientId: is not a live client"
    assert results[10]["data"]["clientId"] == results[9]["data"]["id"]


async def test_what_others_take_or_set_free_in_a_batch_counts(face: Face) -> None:
    old = await face.create(CUSTOMER, {"name": "Old", "email": "old@x.io", "externalIds": {"erp": "1"}})
    gone = await face.create(CUSTOMER, {"name": "Gone", "email": "gone@x.io", "externalIds": {"erp": "2"}})
    await face.delete(CUSTOMER, gone["id"])
    results = await face.batch(
        op("update", "customers", old["id"], data={"email": "new@x.io"}),
        create(name="A", email="old@x.io"),
        create(name="B", email="new@x.io"),
        op("restore", "customers", gone["id"]),
        create(name="C", email="gone@x.io"),
        create(name="D", externalIds={"erp": "2"}),
        op("delete", "customers", old["id"]),
        create(name="E", email="new@x.io", externalIds={"erp": "1"}),
        op("upsert", "customers", "email:up@x.io", data={"externalIds": {"erp": "9"}}),
        create(name="F", email="UP@x.io"),
        create(name="G", externalIds={"erp": "9"}),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [200, 201, 409, 200, 409, 409, 200, 201, 201, 409, 409]


async def test_a_change_by_filter(face: Face, db: Database) -> None:
    made = await face.batch(*(create(name=f"n{i}", tags=["x"] if i % 2 else []) for i in range(9)))
    odd = [one["data"]["id"] for one in made[1::2]]
    before = await counts(db)
    filter_ = {"tags": {"has": "x"}}
    for atomic in (True, False):
        for more, most in (({}, "1 record"), ({"atMost": 3}, "3 records")):
            call = face.batch(
                create(name="Other"), op("update", filter=filter_, data={"title": "T"}, **more), atomic=atomic
            )
            text = f"The filter finds more than {most}, which is what atMost allows."
            if atomic:
                problem = await refused(call)
                assert (problem.status, problem.errors) == (409, {"operations[1]": [text]})
                assert await counts(db) == before
            else:
                results = await call
                assert (results[1]["statusCode"], results[1]["detail"]) == (409, text)
    (found,) = await face.batch(op("update", filter=filter_, data={"title": "T"}, atMost=4))
    assert found["statusCode"] == 200
    assert [(one["id"], one["title"], one["version"]) for one in found["data"]] == [(id_, "T", 2) for id_ in odd]
    (same,) = await face.batch(op("update", filter=filter_, data={"title": "T"}, atMost=1000))
    assert same == found
    (none,) = await face.batch(op("delete", filter={"tags": {"has": "y"}}))
    assert none == {"statusCode": 200, "data": []}
    problem = await refused(face.batch(op("update", filter=filter_, data={"email": "one@x.io"}, atMost=4)))
    assert (problem.status, problem.code) == (409, "already_exists")
    results = await face.batch(
        op("update", filter=filter_, data={"email": "one@x.io"}, atMost=4),
        op("update", "customers", odd[0], data={"email": "one@x.io"}),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [409, 200]
    (gone,) = await face.batch(op("delete", filter={"id": {"in": odd[1:]}}, atMost=3))
    assert [one["id"] for one in gone["data"]] == odd[1:]
    assert (await face.page(CUSTOMER, Asked(filter=filter_))).total == 1


async def test_the_source_is_batch_and_the_trace_is_one(face: Face, rest: Rest) -> None:
    results = await face.batch(create(name="A", ref="a"), op("update", "customers", "$a", data={"title": "T"}))
    id_ = results[0]["data"]["id"]
    changes = (await rest.call("GET", f"/customers/{id_}/changes")).json()["data"]
    assert [(one["action"], one["version"], one["source"]) for one in changes] == [
        ("CREATED", 1, "BATCH"),
        ("UPDATED", 2, "BATCH"),
    ]
    assert len({one["traceId"] for one in changes}) == 1


async def test_keys_are_changed_and_ended_but_not_made(face: Face, rest: Rest) -> None:
    made = (await rest.call("POST", "/api-keys", {"name": "k", "scopes": ["customers:read"]})).json()
    renamed, gone = await face.batch(
        op("update", "apiKeys", made["id"], data={"name": "n"}), op("delete", "apiKeys", made["id"])
    )
    assert (renamed["data"]["name"], renamed["data"]["version"], gone["data"]["version"]) == ("n", 2, 3)
    assert gone["data"]["revokedAt"] is not None
    assert "secret" not in gone["data"]


async def test_both_doors_give_the_same(rest: Rest, graphql: Graphql) -> None:
    def operations(name: str) -> list[Json]:
        return [
            create("clients", "c", name=name, domain=f"{name}.io"),
            create(name="A", email=f"a@{name}.io", clientId="$c", address={"city": "Oslo"}, metadata={"b": 1.5}),
            create(name="A", email=f"a@{name}.io"),
            op("update", "customers", f"email:a@{name}.io", data={"phone": "x"}),
        ]

    one = await rest.batch(*operations("one"), atomic=False)
    two = await graphql.batch(*operations("two"), atomic=False)
    for first, second in zip(one, two, strict=True):
        assert list(first) == list(second)
        assert first["statusCode"] == second["statusCode"]
        if "data" in first:
            assert list(first["data"]) == list(second["data"])
    for resource in DIRECTORY:
        assert (await rest.page(resource)).records == (await graphql.page(resource)).records


async def test_an_upsert_restores_what_was_deleted_before(face: Face) -> None:
    refs = {"customers": ["email:a@x.io", "erp:1"], "clients": ["domain:a.io", "erp:1"]}
    asked = [op("upsert", resource, ref, data={"name": "A"}) for resource, many in refs.items() for ref in many]
    made = await face.batch(*asked)
    assert [one["statusCode"] for one in made] == [201] * 4
    gone = await face.batch(*(op("delete", one["resource"], one["id"]) for one in asked))
    back = await face.batch(*asked, op("upsert", "customers", "erp:2", data={"name": "B"}))
    assert [one["statusCode"] for one in back] == [200, 200, 200, 200, 201]
    assert [one["data"]["id"] for one in back[:4]] == [one["data"]["id"] for one in gone]
    assert [(one["data"]["version"], one["data"]["deletedAt"]) for one in back] == [(3, None)] * 4 + [(1, None)]
