"""What a key may see is said by its filters and hidden fields: how they are given, stored and refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.refusals import refused
from tests.rights.desk import Desk

ACME = {"client": {"domain": {"eq": "acme.io"}}}


async def test_they_come_back_in_one_form(desk: Desk) -> None:
    admin = await desk.key("*")
    made, _ = await admin.make(
        "customers:read",
        filters={
            "customers": {"status": {"in": ["LEAD"]}, **ACME},
            "clients": {"and": [{"domain": {"eq": "acme.io"}}]},
        },
        hiddenFields=["customer.phone", "client.taxId", "customer.phone"],
    )
    assert made["filters"] == {
        "clients": {"domain": {"eq": "acme.io"}},
        "customers": {**ACME, "status": {"in": ["LEAD"]}},
    }
    assert list(made["filters"]) == ["clients", "customers"]
    assert made["hiddenFields"] == ["client.taxId", "customer.phone"]
    assert await admin.get(made["id"]) == made
    plain, _ = await admin.make("customers:read")
    assert (plain["filters"], plain["hiddenFields"]) == ({}, [])


async def test_a_patch_replaces_them_whole(desk: Desk) -> None:
    admin = await desk.key("*")
    made, _ = await admin.make("*", filters={"customers": ACME}, hiddenFields=["customer.phone"])
    same = await admin.change(made["id"], filters={"customers": {"and": [ACME, ACME]}}, hiddenFields=["customer.phone"])
    assert same == made, "what says the same changes nothing"
    changed = await admin.change(made["id"], filters={"clients": {"domain": {"eq": "acme.io"}}})
    assert changed["filters"] == {"clients": {"domain": {"eq": "acme.io"}}}
    assert changed["hiddenFields"] == ["customer.phone"]
    cleared = await admin.change(made["id"], filters={}, hiddenFields=[])
    assert (cleared["filters"], cleared["hiddenFields"], cleared["version"]) == ({}, [], 3)


async def test_two_conditions_on_one_field_stand_under_and(desk: Desk) -> None:
    admin = await desk.key("*")
    later, sooner = ({"createdAt": {operator: "2026-01-01T00:00:00Z"}} for operator in ("lt", "gt"))
    made, _ = await admin.make("*", filters={"users": {"and": [later, sooner]}})
    assert made["filters"] == {"users": {"and": [sooner, later]}}


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (
            {"filters": {"customers": {"client": {"domian": {"eq": "x"}}}}},
            "filters.customers.client.domian: is not a field of client; did you mean domain?",
        ),
        ({"filters": {"customers": {"status": {"eq": "LED"}}}}, "filters.customers.status.eq: must be one of LEAD,"),
        ({"filters": {"customers": {}}}, "filters.customers: must not be empty"),
        ({"filters": {"customers": {"client": {}}}}, "filters.customers.client: must not be empty"),
        ({"filters": {"customer": ACME}}, "filters.customer: can't be filtered; did you mean customers?"),
        ({"filters": {"apiKeys": {"name": {"eq": "x"}}}}, "filters.apiKeys: can't be filtered; use users, clients"),
        ({"filters": []}, "filters: must be an object"),
        (
            {"hiddenFields": ["customer.phon"]},
            "hiddenFields[0]: customer.phon is not a field; did you mean customer.phone?",
        ),
        ({"hiddenFields": ["customer.phone", "customer.id"]}, "hiddenFields[1]: customer.id can't be hidden"),
        ({"hiddenFields": ["user.version"]}, "hiddenFields[0]: user.version can't be hidden"),
        ({"hiddenFields": ["apiKey.name"]}, "hiddenFields[0]: apiKey.name is not a field"),
    ],
)
async def test_what_they_cannot_be(desk: Desk, data: dict[str, Any], detail: str) -> None:
    admin = await desk.key("*")
    problem = await refused(admin.make("*", **data))
    assert (problem.status, problem.code) == (400, "validation_failed")
    assert detail in problem.detail


async def test_a_filter_is_as_deep_and_as_long_as_any(desk: Desk) -> None:
    admin = await desk.key("*")
    deep: dict[str, Any] = {"status": {"eq": "LEAD"}}
    for _ in range(6):
        deep = {"not": deep}
    many = {"or": [{"name": {"eq": str(i)}} for i in range(51)]}
    for filter_, text in ((deep, "is nested more than 5 deep"), (many, "has more than 50 conditions")):
        problem = await refused(admin.make("*", filters={"customers": filter_}))
        assert problem.detail == f"filters.customers: {text}"


async def test_keys_are_not_found_by_them(desk: Desk) -> None:
    admin = await desk.key("*")
    for name, filter_ in (("filters", {"customers": {"eq": 1}}), ("hiddenFields", {"has": "customer.phone"})):
        assert (await refused(admin.found({name: filter_}))).status == 400
    for path in (
        "/api-keys?hiddenFields[has]=customer.phone",
        "/api-keys?filters.customers=1",
        "/api-keys?sort=filters",
    ):
        assert (await refused(admin.rest.call("GET", path))).status == 400


async def test_their_changes_are_in_the_history(desk: Desk) -> None:
    admin = await desk.key("*")
    made, _ = await admin.make("*", hiddenFields=["customer.phone"])
    await admin.change(made["id"], filters={"customers": ACME}, hiddenFields=[])
    changes = await admin.history(made["id"])
    assert changes[0]["changes"]["hiddenFields"] == [None, ["customer.phone"]]
    assert changes[1]["changes"] == {"filters": [{}, {"customers": ACME}], "hiddenFields": [["customer.phone"], []]}
