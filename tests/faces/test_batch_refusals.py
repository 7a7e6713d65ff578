"""Batches that are refused, whole or in part: every failing operation is told, each by its path."""

from __future__ import annotations

import pytest

from app.services.database import Database
from schema.resources import CUSTOMER
from tests.faces.face import Asked, Face, Graphql, Rest
from tests.faces.operations import counts, create, op
from tests.faces.refusals import refused
from tests.faces.walking import everything


async def test_a_name_must_be_that_of_an_earlier_record_of_the_right_kind(face: Face, db: Database) -> None:
    before = await counts(db)
    problem = await refused(
        face.batch(
            create("customers", "a", name="A", clientId="$b"),
            create("clients", "b", name="B", parentId="$b"),
            create("customers", "a", name="C", ownerId="$b", clientId="$nn"),
            op("update", "customers", "$c", data={}),
            op("update", "customers", filter={"or": [{"clientId": {"eq": "$x"}}]}, data={}),
            create("customers", "no name", name="D"),
        )
    )
    assert (problem.status, problem.code) == (400, "validation_failed")
    assert problem.errors == {
        "operations[0].data.clientId": ["names operations[1], which does not come before this one"],
        "operations[1].data.parentId": ["names operations[1], which does not come before this one"],
        "operations[2].ref": ["stands in operations[0] already"],
        "operations[2].data.clientId": ["names no operation of this batch"],
        "operations[2].data.ownerId": ["names a client; a user is meant here"],
        "operations[3].id": ["names no operation of this batch"],
        "operations[4].filter.or[0].clientId.eq": ["names no operation of this batch"],
        "operations[5].ref": ["must be a letter and up to 39 letters, digits, - or _"],
    }
    assert await counts(db) == before


async def test_what_names_a_failed_record_is_not_blamed(face: Face) -> None:
    operations = [
        create("clients", "a", name="A", colour="red"),
        op("create", "clients", ref="b"),
        create("clients", "c", name="C", domain="c.io"),
        create("clients", "d", name="D", domain="c.io"),
        create(name="1", clientId="$a"),
        create("customers", "e", name="2", clientId="$b"),
        op("update", "customers", "$e", data={"title": "T"}),
        op("delete", filter={"clientId": {"eq": "$d"}}),
        create(name="4", clientId="$c"),
        create(name="5", clientId="$b", email="x"),
    ]
    problem = await refused(face.batch(*operations))
    assert problem.errors == {
        "operations[0].data.colour": ["is not a field of client"],
        "operations[1].data": ["is needed"],
        "operations[3]": ["domain: c.io is taken by operations[2]"],
        "operations[9].data.email": ["is not a valid address"],
    }
    results = await face.batch(*operations, atomic=False)
    assert [one["statusCode"] for one in results] == [400, 400, 201, 409, 409, 409, 409, 409, 201, 400]
    for i, cause in ((4, 0), (5, 1), (6, 5), (7, 3)):
        assert results[i]["detail"] == f"Not done, since operations[{cause}], whose record it names, has failed."


async def test_every_failing_operation_is_told_and_nothing_is_stored(face: Face, db: Database) -> None:
    taken = await face.create(CUSTOMER, {"name": "Taken", "email": "taken@x.io"})
    before = await counts(db)
    problem = await refused(
        face.batch(
            create(name="Good"),
            create(email="bad", status="lead", nme="x"),
            create(name="A", email="Taken@x.io"),
            op("update", "customers", "email:none@x.io", data={"title": "x"}),
            op("update", "customers", taken["id"], data={"title": "x"}, ifVersion=7),
            create(name="B", email="same@x.io"),
            create(name="C", email="same@x.io"),
            create(name="D", clientId="domain:none.io"),
            create("users", ref="u", name="Jane"),
            op("delete", "users", "$u"),
            op("upsert", "customers", "email:up@x.io", data={"email": "other@x.io"}),
            op("upsert", "customers", "email:nonsense", data={}),
            create("clients", name="Acme", phone="x", colour="red"),
            op("delete", "customers", filter={"name": {"startsWith": "G"}, "colour": {"eq": 1}}),
            op("delete", "customers", taken["id"]),
        )
    )
    assert (problem.status, problem.code) == (400, "validation_failed")
    assert problem.message == "One or more validation errors occurred."
    none = "There is no customer with the email none@x.io."
    expected = {
        "operations[1].data.nme": ["is not a field of customer; did you mean name?"],
        "operations[1].data.email": ["is not a valid address"],
        "operations[1].data.status": ["must be one of LEAD, ACTIVE, INACTIVE, CHURNED"],
        "operations[2]": [f"email: Taken@x.io is taken by {taken['id']}"],
        "operations[3]": [none],
        "operations[4]": ["The record is at version 1."],
        "operations[6]": ["email: same@x.io is taken by operations[5]"],
        "operations[7].data.clientId": ["is not a live client"],
        "operations[8].data.email": ["is needed"],
        "operations[10].data.email": ["must be up@x.io, as in the reference, or absent"],
        "operations[11].id": ["is not a valid address"],
        "operations[12].data.phone": ["is not a phone number"],
        "operations[12].data.colour": ["is not a field of client"],
        "operations[13].filter.colour": ["is not a field of customer"],
    }
    assert problem.errors == expected
    told = problem.detail.split("; operations[")
    assert len(told) == sum(len(texts) for texts in expected.values())
    for path, (text,) in expected.items():
        assert f"{path}: {text}" in problem.detail
    assert await counts(db) == before
    assert await face.get(CUSTOMER, taken["id"]) == taken


@pytest.mark.parametrize(
    ("failing", "status", "code"),
    [
        (["conflict", "missing"], 409, "already_exists"),
        (["missing", "conflict"], 404, "not_found"),
        (["stale", "missing"], 412, "precondition_failed"),
        (["missing", "invalid", "stale"], 400, "validation_failed"),
    ],
)
async def test_the_status_is_400_or_that_of_the_first(face: Face, failing: list[str], status: int, code: str) -> None:
    made = await face.create(CUSTOMER, {"name": "A", "email": "a@x.io"})
    operations = {
        "conflict": create(name="B", email="a@x.io"),
        "missing": op("delete", "customers", "erp:none"),
        "stale": op("delete", "customers", made["id"], ifVersion=2),
        "invalid": create(name=1),
    }
    problem = await refused(face.batch(create(name="Good"), *(operations[one] for one in failing)))
    assert (problem.status, problem.code) == (status, code)
    assert len(problem.errors) == len(failing)


async def test_not_atomic_each_operation_is_by_itself(face: Face, db: Database) -> None:
    before = await counts(db)
    results = await face.batch(
        create("clients", "acme", name="Acme", domain="acme.io"),
        create("clients", "twin", name="Twin", domain="acme.io"),
        create(name="A", clientId="$acme"),
        create(name="B", clientId="$twin"),
        op("restore", "customers"),
        op("update", "customers", "erp:none", data={"name": None}),
        op("delete", "clients", "$acme", ifVersion=3),
        create(name="C", email="c@x.io"),
        atomic=False,
    )
    assert [one["statusCode"] for one in results] == [201, 409, 201, 409, 400, 404, 412, 201]
    acme = results[0]["data"]
    assert [one.get("detail") for one in results] == [
        None,
        f"domain: acme.io is taken by {acme['id']}",
        None,
        "Not done, since operations[1], whose record it names, has failed.",
        "operations[4].id: is needed",
        "There is no customer with the erp none.",
        "The record is at version 1.",
        None,
    ]
    assert results[1]["message"] == "The request conflicts with the current state."
    traces = {one["traceId"] for one in results if "traceId" in one}
    assert len(traces) == 1
    assert await face.get(CUSTOMER, results[2]["data"]["id"]) == results[2]["data"]
    assert [after - was for after, was in zip(await counts(db), before, strict=True)] == [0, 1, 2, 0, 3]


async def test_members_are_strict(face: Rest | Graphql, rest: Rest) -> None:
    problem = await refused(
        rest.batch(
            {"op": "create", "resource": "customers", "dta": {"name": "x"}},
            {"op": "creat", "resource": "customer", "data": {"name": "x"}},
            {"resource": "users", "data": []},
            "create",  # type: ignore[arg-type]
            op("create", "customers", "erp:1", data={"name": "x"}, ifVersion=1),
            op("update", "customers", data={}),
            op("delete", "customers", "erp:1", data={}, atMost=3),
            op("delete", "customers", "erp:1", filter={"name": {"eq": "x"}}, ref="a", ifVersion=1),
            op("restore", "customers", filter={"name": {"eq": "x"}}),
            op("update", "customers", filter={}, data={}),
            op("update", "customers", filter={"name": {"eq": "x"}}, atMost=0, data={}),
            op("update", "customers", filter={"name": {"eq": "x"}}, atMost=1.5, data={}),
            op("update", "customers", "erp:1", ifVersion="1", data={}),
            op("upsert", "apiKeys", "erp:1", data={}),
            op("create", "apiKeys", data={"name": "k"}),
            {"op": "create", "resource": "customers", "data": {"name": "x"}, "id": None, "filter": None, "ref": None},
        )
    )
    secret = "a key is made by itself, not in a batch: its secret is shown once"
    assert problem.errors == {
        "operations[0].dta": ["is not a member of an operation; did you mean data?"],
        "operations[0].data": ["is needed"],
        "operations[1].op": ["must be one of create, update, upsert, delete, restore; did you mean create?"],
        "operations[1].resource": ["must be one of users, clients, customers, apiKeys; did you mean customers?"],
        "operations[2].op": ["is needed: create, update, upsert, delete, restore"],
        "operations[2].data": ["must be an object"],
        "operations[3]": ["must be an object"],
        "operations[4].id": ["has no meaning for create"],
        "operations[4].ifVersion": ["has no meaning for create"],
        "operations[5].id": ["is needed, or filter"],
        "operations[6].data": ["has no meaning for delete"],
        "operations[6].atMost": ["has a meaning only beside filter"],
        "operations[7].id": ["has no meaning beside filter"],
        "operations[7].ref": ["has no meaning beside filter"],
        "operations[7].ifVersion": ["has no meaning beside filter"],
        "operations[8].filter": ["has no meaning for restore: only for update and delete"],
        "operations[9].filter": ["must not be empty"],
        "operations[10].atMost": ["must be a whole number from 1 to 1,000"],
        "operations[11].atMost": ["must be a whole number from 1 to 1,000"],
        "operations[12].ifVersion": ["must be a version"],
        "operations[13].op": [secret],
        "operations[14].op": [secret],
    }
    for body, errors in (
        ({}, {"operations": ["is needed"]}),
        ({"operations": {}}, {"operations": ["must be a list"]}),
        (
            {"operations": [create(name="x")], "atomc": True, "atomic": 1},
            {"atomc": ["is not a member of a batch; did you mean atomic?"], "atomic": ["must be true or false"]},
        ),
    ):
        assert (await refused(rest.call("POST", "/batch", body))).errors == errors
    assert (await refused(face.batch(op("update", "customers", "$x", data={})))).status == 400


async def test_from_one_to_a_thousand_operations(face: Face, db: Database) -> None:
    for many in (0, 1001):
        problem = await refused(face.batch(*[create(name="x")] * many))
        assert problem.errors == {"operations": ["must be 1 to 1,000 operations"]}
    results = await face.batch(
        *(create(name=f"n{i}", email=f"n{i}@x.io", externalIds={"erp": str(i)}) for i in range(1000))
    )
    assert [one["data"]["name"] for one in results] == [f"n{i}" for i in range(1000)]
    assert sorted(one["data"]["id"] for one in results) == [one["data"]["id"] for one in results]
    stored = await everything(face, CUSTOMER, Asked(sort="id", first=1000))
    assert stored == [one["data"] for one in results]
    problem = await refused(
        face.batch(*[op("delete", "customers", filter={"name": {"eq": "x"}}, atMost=500)] * 2, create(name="x"))
    )
    assert problem.errors == {"operations": ["may change 1,001 records; the limit is 1,000"]}
    gone = await face.batch(op("delete", "customers", filter={"name": {"startsWith": "n"}}, atMost=1000))
    assert [one["id"] for one in gone[0]["data"]] == [one["id"] for one in stored]
    assert all(one["deletedAt"] for one in gone[0]["data"])
