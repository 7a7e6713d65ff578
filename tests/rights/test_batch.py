"""Batches by keys that may not do all, or not see all: each operation by its own rights, and nothing beyond sight."""

from __future__ import annotations

from typing import Any

from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER
from tests.faces.face import Asked, Json
from tests.faces.refusals import refused
from tests.rights.desk import Caller, Desk
from tests.world import add, stored

LEADS: Json = {"customers": {"status": {"eq": "LEAD"}}}


def create(resource: str, **data: Any) -> Json:
    return {"op": "create", "resource": resource, "data": data}


def by_filter(op: str, filter_: Json, at_most: int = 1, **members: Any) -> Json:
    return {"op": op, "resource": "customers", "filter": filter_, "atMost": at_most, **members}


async def names(desk: Desk, resource: Resource) -> list[str]:
    return sorted(str(one["name"]) for one in await stored(desk.db, resource) if not one["deletedAt"])


async def test_each_operation_needs_the_scope_of_its_resource(desk: Desk) -> None:
    caller = await desk.key("customers:write", "clients:read")
    operations = [create("customers", name="A"), create("clients", name="C"), create("users", name="U", email="u@x.io")]
    problem = await refused(caller.face.batch(*operations))
    assert (problem.status, problem.code) == (403, "insufficient_scope")
    assert problem.errors == {
        "operations[1]": ["The scope clients:write is needed."],
        "operations[2]": ["The scope users:write is needed."],
    }
    assert await names(desk, CUSTOMER) == []
    if desk.door == "rest":
        answer = await caller.http.post("/batch", json={"operations": operations})
        assert 'scope="clients:write"' in answer.headers["www-authenticate"]
    results = await caller.face.batch(*operations, atomic=False)
    assert [one["statusCode"] for one in results] == [201, 403, 403]
    assert results[1]["detail"] == "The scope clients:write is needed."


async def test_what_is_looked_up_needs_the_scope_to_read_it(desk: Desk) -> None:
    await add(desk.db, CLIENT, {"name": "Acme", "domain": "acme.io"})
    caller = await desk.key("customers:write")
    for operation in (
        create("customers", name="A", clientId="domain:acme.io"),
        by_filter("delete", {"client": {"name": {"eq": "Acme"}}}),
        by_filter("delete", {"clientId": {"eq": "domain:acme.io"}}),
    ):
        problem = await refused(caller.face.batch(operation))
        assert (problem.status, problem.errors) == (403, {"operations[0]": ["The scope clients:read is needed."]})


async def test_a_filter_neither_counts_nor_changes_what_is_not_seen(desk: Desk) -> None:
    for i in range(4):
        await add(desk.db, CUSTOMER, {"name": f"n{i}", "status": "LEAD" if i < 2 else "ACTIVE", "tags": ["x"]})
    caller = await desk.key("customers:write", filters=LEADS)
    before = {one["name"]: one for one in await stored(desk.db, CUSTOMER)}
    (found,) = await caller.face.batch(by_filter("update", {"tags": {"has": "x"}}, 2, data={"title": "T"}))
    assert [one["name"] for one in found["data"]] == ["n0", "n1"]
    problem = await refused(caller.face.batch(by_filter("delete", {"tags": {"has": "x"}}, 1)))
    assert (problem.status, problem.code) == (409, "conflict")
    after = {one["name"]: one for one in await stored(desk.db, CUSTOMER)}
    assert [after[name]["title"] for name in ("n0", "n1")] == ["T", "T"]
    assert [after[name] for name in ("n2", "n3")] == [before[name] for name in ("n2", "n3")]


async def test_unseen_records_are_not_there(desk: Desk) -> None:
    unseen = await add(desk.db, CUSTOMER, {"name": "n", "status": "ACTIVE", "email": "n@x.io"})
    caller = await desk.key("customers:write", filters=LEADS)
    results = await caller.face.batch(
        {"op": "update", "resource": "customers", "id": unseen, "data": {"title": "x"}},
        {"op": "delete", "resource": "customers", "id": "email:n@x.io"},
        create("customers", name="twin", email="n@x.io"),
        create("customers", name="mine", email="m@x.io") | {"ref": "m"},
        {"op": "update", "resource": "customers", "id": "$m", "data": {"status": "ACTIVE"}},
        {"op": "update", "resource": "customers", "id": "$m", "data": {"title": "still seen"}},
        create("customers", name="out", status="ACTIVE"),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [404, 404, 409, 201, 400, 200, 400]
    assert unseen not in str(results[1:])
    moved = "operations[4].data.status: would move the record out of what this key may see"
    assert results[4]["detail"] == moved
    assert (results[5]["data"]["status"], results[5]["data"]["version"]) == ("LEAD", 2)
    assert await names(desk, CUSTOMER) == ["mine", "n"]


async def test_hidden_fields_are_in_no_result_and_in_no_text(desk: Desk) -> None:
    caller = await desk.key("*", hiddenFields=["customer.phone", "customer.client"])
    results = await caller.face.batch(
        create("customers", name="A") | {"ref": "a"},
        create("customers", name="B", phone="+41446681800"),
        {"op": "create", "resource": "clients", "data": {"name": "C"}, "ref": "c"},
        create("customers", name="D", clientId="$c"),
        by_filter("update", {"phone": {"isNull": True}}, data={}),
        by_filter("update", {"name": {"eq": "A"}}, data={"title": "T"}),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [201, 400, 201, 400, 400, 200]
    for record in (results[0]["data"], results[5]["data"][0]):
        assert not {"phone", "clientId"} & set(record)
    assert results[3]["detail"] == "operations[3].data.clientId: is not a field of customer"
    assert results[4]["detail"].startswith("operations[4].filter.phone: is not a field of customer")


async def test_only_admins_give_roles_and_a_half_done_operation_is_undone(desk: Desk) -> None:
    caller = await desk.key("users:write")
    user = {"op": "create", "resource": "users", "data": {"name": "U", "email": "u@x.io"}, "ref": "u"}
    results = await caller.face.batch(
        user,
        {"op": "update", "resource": "users", "id": "$u", "data": {"role": "ADMIN"}},
        {"op": "update", "resource": "users", "id": "$u", "data": {"title": "T"}},
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [201, 403, 200]
    assert (results[2]["data"]["role"], results[2]["data"]["version"]) == ("VIEWER", 2)


async def test_a_revoked_key_does_nothing_more(desk: Desk) -> None:
    caller = await desk.key("customers:write")
    await caller.face.batch(create("customers", name="A"))
    await revoke(desk, caller)
    problem = await unauthorised(desk, caller)
    assert problem == 401
    assert await names(desk, CUSTOMER) == ["A"]


async def revoke(desk: Desk, caller: Caller) -> None:
    admin = await desk.key("*")
    await admin.revoke(caller.id)


async def unauthorised(desk: Desk, caller: Caller) -> int:
    operations = [create("customers", name="B")]
    if desk.door == "rest":
        return (await caller.http.post("/batch", json={"operations": operations})).status_code
    document = "mutation($o: [Operation!]!) { batch(operations: $o) { statusCode } }"
    sent = {"query": document, "variables": {"o": operations}}
    return (await caller.http.post("/graphql", json=sent)).status_code


async def test_the_whole_is_seen_as_the_key_sees_it(desk: Desk) -> None:
    caller = await desk.key("*", filters=LEADS)
    (made,) = await caller.face.batch(create("customers", name="A"))
    (record,) = (await caller.face.page(CUSTOMER, Asked())).records
    assert made["data"] == record
