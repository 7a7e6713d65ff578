"""Nobody climbs: a key makes, changes, renews and sees no key that may do, see or last more than itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faces.face import Refused
from tests.rights.desk import Caller, Desk

ACME = {"domain": {"eq": "acme.io"}}
LEADS = {"status": {"eq": "LEAD"}}
SOON, LATER = "2990-01-01T00:00:00.000Z", "2999-01-01T00:00:00.000Z"
EVERYTHING = ("keys:write", "customers:write", "clients:write", "users:write")


async def refused(work: Any, status: int, detail: str = "") -> None:
    with pytest.raises(Refused) as told:
        await work
    assert (told.value.status, detail in told.value.detail) == (status, True), told.value


async def does_not_exist(caller: Caller, id_: str) -> None:
    """Whatever is asked about the key, it is not there."""
    assert await caller.get(id_) is None
    assert id_ not in await caller.found()
    assert await caller.found({"id": {"eq": id_}}) == []
    await refused(caller.change(id_, name="x"), 404)
    await refused(caller.rotate(id_), 404)
    await refused(caller.revoke(id_), 404)
    await refused(caller.history(id_), 404)


async def may_all(caller: Caller, id_: str) -> None:
    """The key can be seen, changed, renewed and revoked."""
    assert await caller.get(id_) is not None
    assert id_ in await caller.found()
    assert (await caller.change(id_, name="x"))["name"] == "x"
    assert await caller.history(id_)
    await caller.rotate(id_)
    assert (await caller.revoke(id_))["revokedAt"]


async def test_a_key_hands_on_its_filters_and_hidden_fields(desk: Desk) -> None:
    maker = await desk.key(*EVERYTHING, filters={"clients": ACME}, hiddenFields=["customer.phone"])
    plain, _ = await maker.make("customers:read")
    assert (plain["filters"], plain["hiddenFields"]) == ({"clients": ACME}, ["customer.phone"])
    given = {"filters": {"clients": {"status": {"eq": "ACTIVE"}}, "customers": LEADS}, "hiddenFields": ["user.email"]}
    more, _ = await maker.make("customers:read", **given)
    assert more["filters"] == {"clients": {**ACME, "status": {"eq": "ACTIVE"}}, "customers": LEADS}
    assert more["hiddenFields"] == ["customer.phone", "user.email"]
    twice, _ = await maker.make("customers:read", filters={"clients": {"domain": {"eq": "other.io"}}})
    assert twice["filters"] == {"clients": {"and": [ACME, {"domain": {"eq": "other.io"}}]}}
    wider = await maker.change(more["id"], filters={}, hiddenFields=[])
    assert (wider["filters"], wider["hiddenFields"]) == ({"clients": ACME}, ["customer.phone"])
    for made in (plain, more, twice):
        await may_all(maker, made["id"])


async def test_a_key_cannot_widen_itself(desk: Desk) -> None:
    maker = await desk.key("keys:write", "customers:read", filters={"clients": ACME}, hiddenFields=["customer.phone"])
    before = await maker.get(maker.id)
    assert before is not None
    same = await maker.change(maker.id, filters={}, hiddenFields=[])
    assert (same["filters"], same["hiddenFields"]) == (before["filters"], before["hiddenFields"])
    await refused(maker.change(maker.id, scopes=["customers:write"]), 403, "customers:write")


@pytest.mark.parametrize(
    ("own", "other", "there"),
    [
        ({"filters": {"clients": ACME}}, {"filters": {"clients": ACME}}, True),
        ({"filters": {"clients": ACME}}, {"filters": {"clients": {"and": [{"name": {"eq": "x"}}, ACME]}}}, True),
        ({"filters": {"clients": ACME}}, {"filters": {"clients": {"or": [ACME, ACME]}}}, False),
        ({"filters": {"clients": ACME}}, {"filters": {"customers": LEADS}}, False),
        ({"filters": {"clients": ACME}}, {"filters": {"clients": ACME, "customers": LEADS}}, True),
        ({"filters": {"clients": ACME, "customers": LEADS}}, {"filters": {"clients": ACME}}, False),
        ({"filters": {"clients": {**ACME, "name": {"eq": "x"}}}}, {"filters": {"clients": ACME}}, False),
        ({"filters": {"clients": ACME}}, {}, False),
        ({}, {"filters": {"clients": ACME}, "hiddenFields": ["customer.phone"]}, True),
        ({"hiddenFields": ["customer.phone"]}, {"hiddenFields": ["customer.phone", "user.email"]}, True),
        ({"hiddenFields": ["customer.phone", "user.email"]}, {"hiddenFields": ["customer.phone"]}, False),
        ({"hiddenFields": ["customer.phone"]}, {"hiddenFields": ["client.phone"]}, False),
        ({"scopes": ["customers:read"]}, {"scopes": ["customers:write"]}, False),
        ({"scopes": ["admin"]}, {"scopes": ["*"]}, False),
    ],
)
async def test_which_keys_are_there(desk: Desk, own: dict[str, Any], other: dict[str, Any], there: bool) -> None:
    mine = ("keys:write", *own.get("scopes", EVERYTHING))
    caller = await desk.key(*mine, **{name: value for name, value in own.items() if name != "scopes"})
    data = {"filters": {}, "hiddenFields": [], **other}
    scopes = data.pop("scopes", ["customers:read"])
    made = await desk.key(*scopes, **data)
    await (may_all if there else does_not_exist)(caller, made.id)


async def test_only_an_admin_has_to_do_with_the_keys_of_others(desk: Desk) -> None:
    other = await desk.user("other")
    theirs = await desk.key("customers:read", owner=other)
    await does_not_exist(await desk.key(*EVERYTHING), theirs.id)
    admin = await desk.key("admin", *EVERYTHING)
    await may_all(admin, theirs.id)
    made, _ = await admin.make("customers:read", ownerId=other)
    assert made["ownerId"] == other
    narrowed = await desk.key("admin", *EVERYTHING, filters={"clients": ACME})
    made, _ = await narrowed.make("customers:read", ownerId=other)
    assert made["filters"] == {"clients": ACME}
    await does_not_exist(narrowed, (await desk.key("customers:read", owner=other)).id)
    await does_not_exist(narrowed, (await desk.key("*")).id)


async def test_what_a_key_makes_does_not_outlive_it(desk: Desk) -> None:
    maker = await desk.key(*EVERYTHING, "admin", expiresAt=SOON)
    made, _ = await maker.make("customers:read")
    assert made["expiresAt"] == SOON
    sooner, _ = await maker.make("customers:read", expiresAt="2980-01-01T00:00:00Z")
    for late in (LATER, None):
        await refused(maker.make("customers:read", expiresAt=late), 400, f"expiresAt: must not be after {SOON}")
        await refused(maker.change(sooner["id"], expiresAt=late), 400, f"expiresAt: must not be after {SOON}")
        await refused(maker.change(maker.id, expiresAt=late), 400, f"expiresAt: must not be after {SOON}")
    assert (await maker.change(sooner["id"], expiresAt=SOON))["expiresAt"] == SOON
    lasting = await desk.key("customers:read")
    await refused(maker.rotate(lasting.id), 409, SOON)
    await refused(maker.change(lasting.id, scopes=["customers:write"]), 409, SOON)
    assert (await maker.change(lasting.id, name="y"))["name"] == "y"
    assert (await maker.revoke(lasting.id))["revokedAt"]
    await maker.rotate(maker.id)


async def test_a_filter_that_is_handed_on_tells_nothing_that_its_giver_may_not_know(desk: Desk) -> None:
    reader = await desk.key("keys:write", "customers:read")
    for filter_ in ({"client": ACME}, {"not": {"or": [{"client": ACME}]}}, {"clientId": {"eq": "domain:acme.io"}}):
        await refused(reader.make("customers:read", filters={"customers": filter_}), 403, "clients:read")
    maker = await desk.key(*EVERYTHING, filters={"clients": ACME}, hiddenFields=["customer.phone"])
    cases = [
        ({"customers": {"phone": {"isNull": False}}}, "filters.customers.phone: is not a field of customer"),
        ({"customers": {"not": {"phone": {"isNull": False}}}}, "filters.customers.not.phone: is not a field of"),
        ({"users": {"customers": {"phone": {"isNull": False}}}}, "filters.users.customers.phone: is not a field of"),
        ({"customers": {"client": {"name": {"eq": "x"}}}}, "filters.customers.client: must not look into clients"),
        ({"customers": {"clientId": {"isNull": True}}}, "filters.customers.clientId: must not look into clients"),
        ({"users": {"clients": {"name": {"eq": "x"}}}}, "filters.users.clients: must not look into clients"),
    ]
    for filters, detail in cases:
        await refused(maker.make("customers:read", filters=filters), 400, detail)
    handed = await desk.key("keys:write", "customers:read", "clients:read", filters={"customers": {"client": ACME}})
    made, _ = await handed.make("customers:read", filters={"customers": {"client": ACME, **LEADS}})
    assert made["filters"] == {"customers": {"client": ACME, **LEADS}}
    await handed.change(made["id"], filters={"customers": {"client": ACME}})


async def test_nor_of_a_resource_that_its_giver_may_not_read(desk: Desk) -> None:
    """Whose ids show, and whose do not, would tell which users are admins."""
    reader = await desk.key("keys:write", "customers:read")
    for filters in ({"users": {"role": {"eq": "ADMIN"}}}, {"clients": {"name": {"startsWith": "A"}}}):
        (plural,) = filters
        await refused(reader.make("customers:read", filters=filters), 403, f"{plural}:read")
        await refused(reader.rest.call("POST", "/tokens", {"filters": filters}), 403, f"{plural}:read")


async def test_the_one_form_of_a_filter_must_be_one_itself(desk: Desk) -> None:
    """Two conditions of one name are put under `and`, which is a level more."""
    deep: dict[str, object] = {"name": {"eq": "x"}}
    for _ in range(5):
        deep = {"not": deep}
    maker = await desk.key("*")
    made, _ = await maker.make("customers:read", filters={"customers": deep})
    deeper = {"customers": {**deep, "and": [{"not": {"name": {"eq": "y"}}}]}}
    await refused(maker.change(made["id"], filters=deeper), 400, "filters.customers")
    await refused(maker.make("customers:read", filters=deeper), 400, "filters.customers")


async def test_the_join_must_be_a_filter_itself(desk: Desk) -> None:
    many = {"or": [{"name": {"eq": str(i)}} for i in range(40)]}
    maker = await desk.key(*EVERYTHING, filters={"customers": many})
    other = {"or": [{"name": {"eq": f"x{i}"}} for i in range(40)]}
    await refused(maker.make("customers:read", filters={"customers": other}), 400, "has more than 50 conditions")


@pytest.mark.parametrize("change", [{"status": "DISABLED"}, {"role": "VIEWER"}, None])
async def test_the_keys_of_an_owner_who_is_ended_or_lowered_follow_at_once(
    desk: Desk, change: dict[str, str] | None
) -> None:
    admin = await desk.key("*")
    owner = await desk.user("owner")
    caller = await desk.key("customers:write", owner=owner)
    await caller.rest.call("POST", "/customers", {"name": "Ada"})
    if change is None:
        await admin.rest.call("DELETE", f"/users/{owner}")
    else:
        await admin.rest.call("PATCH", f"/users/{owner}", change)
    lowered = change == {"role": "VIEWER"}
    await refused(caller.rest.call("POST", "/customers", {"name": "Bob"}), 403 if lowered else 401)
    assert (await caller.http.get("/customers")).status_code == (200 if lowered else 401)
    assert (await caller.http.get("/me")).status_code == (200 if lowered else 401)
