"""Creating and updating: what is stored, refused and answered, on both databases."""

import asyncio

import pytest

from app.services.known import Known
from app.services.making import make_known
from app.services.sql.words import tokens
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from app.services.write import write
from schema.actor import actor_of
from schema.change import Create, Outcome, Precondition
from schema.problem import Problem
from schema.resources import CLIENT, CUSTOMER, USER
from tests.services.conftest import Desk, refused

JANE = {"name": "Jane", "email": "Jane@X.io"}


async def test_create_stores_the_whole_record(desk: Desk):
    owner = await desk.create(USER, JANE)
    client = await desk.create(
        CLIENT, {"name": "Acme", "domain": "https://www.Acme.io/x", "ownerId": "email:JANE@x.io"}
    )
    id_ = await desk.create(
        CUSTOMER,
        {
            "givenName": " Luís ",
            "familyName": "Gonçalves",
            "email": "LuisG@Embraer.COM.br",
            "phone": "(12) 3923-5555",
            "additionalPhones": ["12 3923 5555", "+551239235555"],
            "additionalEmails": ["a@b.io", "A@B.io"],
            "address": {"country": "Brasil", "city": "São José"},
            "clientId": "domain:acme.io",
            "ownerId": owner,
            "tags": ["vip", "VIP", "vip"],
            "metadata": {"seats": 5.0, "plan": "pro", "beta": True, "gone": None},
            "externalIds": {"erp": "7", "stripe": "cus_1"},
        },
    )
    values = await desk.values(id_)
    assert values["name"] == "Luís Gonçalves"
    assert values["email"] == "LuisG@embraer.com.br"
    assert values["phone"] == "+551239235555"
    assert values["additionalPhones"] == ["+551239235555"]
    assert values["additionalEmails"] == ["a@b.io"]
    assert values["address"] == {
        "line1": None,
        "line2": None,
        "city": "São José",
        "region": None,
        "postalCode": None,
        "country": "BR",
    }
    assert (values["clientId"], values["ownerId"]) == (client, owner)
    assert values["tags"] == ["vip", "VIP"]
    assert list(values["metadata"].items()) == [("beta", True), ("plan", "pro"), ("seats", 5)]
    assert (values["status"], values["emailConsent"]) == ("LEAD", "UNKNOWN")
    assert values["version"] == 1
    assert values["createdAt"] == values["updatedAt"]
    assert values["deletedAt"] is None
    assert await desk.sides(id_) == {"erp": "7", "stripe": "cus_1"}
    assert await desk.words(id_) == set(tokens(CUSTOMER, values))


async def test_create_keeps_a_past_creation(desk: Desk):
    id_ = await desk.create(CUSTOMER, {"name": "A", "createdAt": "2001-02-03T04:05:06.7891+01:00"})
    values = await desk.values(id_)
    assert values["createdAt"] == "2001-02-03T03:05:06.789Z"
    assert values["updatedAt"] > values["createdAt"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"familyName": "Doe"}, "Doe"),
        ({"email": "a@b.io", "phone": "+14155550100"}, "a@b.io"),
        ({"phone": "+1 (415) 555-0100"}, "+14155550100"),
        ({"name": "X", "givenName": "Y"}, "X"),
    ],
)
async def test_a_customer_s_name_is_composed_when_absent(desk: Desk, data, name):
    assert (await desk.values(await desk.create(CUSTOMER, data)))["name"] == name


async def test_a_customer_needs_one_of_its_names(desk: Desk):
    refusal = await refused(desk.create(CUSTOMER, {"title": "Buyer", "name": " "}), "validation_failed")
    assert refusal.detail == "name: is needed, or one of givenName, familyName, email, phone"


async def test_faults_of_all_steps_stand_together(desk: Desk):
    data = {"ownerId": "email:no@x.io", "clientId": "erp:9"}
    refusal = await refused(desk.create(CUSTOMER, data), "validation_failed")
    assert refusal.detail == (
        "name: is needed, or one of givenName, familyName, email, phone; "
        "clientId: is not a live client; ownerId: is not a live user"
    )


async def test_a_reference_to_a_deleted_record_is_refused(desk: Desk):
    client = await desk.create(CLIENT, {"name": "Acme"})
    await desk.delete(CLIENT, client)
    refusal = await refused(desk.create(CUSTOMER, {"name": "A", "clientId": client}), "validation_failed")
    assert refusal.detail == "clientId: is not a live client"


async def test_create_names_the_holders_of_every_unique_value(desk: Desk):
    data = {"name": "A", "email": "a@b.io", "externalIds": {"erp": "1"}}
    id_ = await desk.create(CUSTOMER, data)
    refusal = await refused(desk.create(CUSTOMER, {**data, "email": "A@b.io"}), "already_exists")
    assert refusal.detail == f"email: A@b.io is taken by {id_}; externalIds.erp: 1 is taken by {id_}"
    await desk.create(USER, data)  # another resource is another matter


async def test_the_scope_comes_first(desk: Desk):
    reader = actor_of("key_1", "usr_1", ["customers:read"], "ADMIN")
    refusal = await refused(desk.create(CUSTOMER, {"bad": 1}, reader), "insufficient_scope")
    assert "customers:write" in (refusal.detail or "")


async def test_update_merges(desk: Desk):
    id_ = await desk.create(
        CLIENT,
        {
            "name": "Acme",
            "industry": "Steel",
            "tags": ["a", "b"],
            "address": {"city": "Rome", "country": "IT"},
            "metadata": {"a": 1, "b": 2},
            "externalIds": {"erp": "1", "crm": "2"},
        },
    )
    patch = {
        "industry": None,
        "tags": ["c"],
        "address": {"city": None, "line1": "Via 1"},
        "metadata": {"b": None, "c": True},
        "externalIds": {"crm": None, "erp": "3"},
    }
    written = await desk.update(CLIENT, id_, patch)
    assert (written.version, written.outcome) == (2, Outcome.UPDATED)
    values = await desk.values(id_)
    assert (values["name"], values["industry"], values["tags"]) == ("Acme", None, ["c"])
    assert (values["address"]["line1"], values["address"]["city"], values["address"]["country"]) == (
        "Via 1",
        None,
        "IT",
    )
    assert values["metadata"] == {"a": 1, "c": True}
    assert values["externalIds"] == await desk.sides(id_) == {"erp": "3"}
    assert await desk.words(id_) == set(tokens(CLIENT, values))
    again = await desk.update(CLIENT, id_, patch)
    assert (again.version, again.outcome) == (2, Outcome.UNCHANGED)
    assert await desk.values(id_) == values


async def test_null_empties_lists_maps_and_address(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A", "tags": ["a"], "metadata": {"a": 1}, "address": {"city": "Rome"}})
    await desk.update(CLIENT, id_, {"tags": None, "metadata": None, "externalIds": None, "address": {"city": ""}})
    values = await desk.values(id_)
    assert (values["tags"], values["metadata"], values["address"]) == ([], {}, None)


async def test_true_is_not_one_but_one_is_one_point_zero(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A", "metadata": {"a": 1}})
    assert (await desk.update(CLIENT, id_, {"metadata": {"a": 1.0}})).outcome is Outcome.UNCHANGED
    assert (await desk.update(CLIENT, id_, {"metadata": {"a": True}})).outcome is Outcome.UPDATED
    assert (await desk.values(id_))["metadata"]["a"] is True


async def test_merged_metadata_has_a_limit(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A", "metadata": {f"k{i}": i for i in range(50)}})
    refusal = await refused(desk.update(CLIENT, id_, {"metadata": {"new": 1}}), "validation_failed")
    assert refusal.detail == "metadata: would have more than 50 keys"
    await desk.update(CLIENT, id_, {"metadata": {"new": 1, "k0": None}})


async def test_a_composed_name_follows_its_parts(desk: Desk):
    id_ = await desk.create(CUSTOMER, {"givenName": "Jane", "familyName": "Doe", "email": "j@d.io"})
    await desk.update(CUSTOMER, id_, {"familyName": "Roe"})
    assert (await desk.values(id_))["name"] == "Jane Roe"
    await desk.update(CUSTOMER, id_, {"name": "Dr. Roe"})
    await desk.update(CUSTOMER, id_, {"familyName": "Poe"})
    assert (await desk.values(id_))["name"] == "Dr. Roe"
    await desk.update(CUSTOMER, id_, {"name": None})
    assert (await desk.values(id_))["name"] == "Jane Poe"
    await desk.update(CUSTOMER, id_, {"givenName": None, "familyName": None})
    assert (await desk.values(id_))["name"] == "j@d.io"
    await refused(desk.update(CUSTOMER, id_, {"email": None}), "validation_failed")


async def test_a_phone_follows_the_final_address(desk: Desk):
    id_ = await desk.create(CUSTOMER, {"name": "A", "phone": "030 901820"})
    assert (await desk.values(id_))["phone"] == "030 901820"
    await desk.update(CUSTOMER, id_, {"address": {"country": "DE"}})
    assert (await desk.values(id_))["phone"] == "030 901820"
    await desk.update(CUSTOMER, id_, {"phone": "030 901820"})
    assert (await desk.values(id_))["phone"] == "+4930901820"


async def test_update_finds_by_reference_only_live_records(desk: Desk):
    id_ = await desk.create(USER, {**JANE, "externalIds": {"hr": "5"}})
    for ref in (id_, "email:jane@X.IO", "hr:5"):
        await desk.update(USER, ref, {"title": ref})
    assert (await desk.values(id_))["version"] == 4
    await desk.delete(USER, id_)
    for ref in (id_, "email:jane@X.IO", "hr:5", "hr:6"):
        await refused(desk.update(USER, ref, {"title": "x"}), "not_found")
        await refused(desk.delete(USER, ref), "not_found")


async def test_order_of_refusals_validation_existence_precondition(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A"})
    await refused(desk.update(CLIENT, "erp:no", {"name": None}, 7), "validation_failed")
    await refused(desk.update(CLIENT, "erp:no", {}, 7), "not_found")
    stale = await refused(desk.update(CLIENT, id_, {"name": "A"}, 7), "precondition_failed")
    assert {name.lower(): value for name, value in stale.headers.items()} == {"etag": '"1"'}
    assert (await desk.update(CLIENT, id_, {"name": "B"}, 1)).version == 2
    await refused(desk.delete(CLIENT, id_, Precondition((1,))), "precondition_failed")
    assert (await desk.delete(CLIENT, id_, Precondition(None))).version == 3


async def test_update_to_a_taken_value(desk: Desk):
    first = await desk.create(CUSTOMER, {"name": "A", "email": "a@b.io"})
    second = await desk.create(CUSTOMER, {"name": "B", "email": "b@b.io"})
    refusal = await refused(desk.update(CUSTOMER, second, {"email": "A@B.io"}), "already_exists")
    assert refusal.detail == f"email: A@b.io is taken by {first}"
    await desk.update(CUSTOMER, second, {"email": "B@b.io"})
    assert (await desk.values(second))["email"] == "B@b.io"


async def test_no_client_stands_above_itself(desk: Desk):
    ids = [await desk.create(CLIENT, {"name": name, "domain": f"{name}.io"}) for name in "abc"]
    await desk.update(CLIENT, ids[1], {"parentId": ids[0]})
    await desk.update(CLIENT, ids[2], {"parentId": "domain:b.io"})
    for parent in (ids[0], ids[2]):
        refusal = await refused(desk.update(CLIENT, ids[0], {"parentId": parent}), "validation_failed")
        assert refusal.detail == "parentId: would make the client stand above itself"
    await desk.update(CLIENT, ids[1], {"parentId": None})
    await desk.update(CLIENT, ids[0], {"parentId": ids[2]})


async def test_a_refused_write_leaves_nothing(desk: Desk):
    id_ = await desk.create(CUSTOMER, {"name": "A", "email": "a@b.io"})
    with pytest.raises(Problem):
        await write(desk.db, Create(CUSTOMER, {"name": "B", "email": "a@b.io"}), desk.call())
    rows = await desk.db.fetch("SELECT id FROM customers")
    assert [row[0] for row in rows] == [id_]
    assert len(await desk.db.fetch("SELECT 1 FROM changes")) == 1


async def test_those_who_fail_after_they_have_written_harm_nobody(desk: Desk):
    """On SQLite they share a transaction; whoever is undone with another begins anew, and is then undone by nobody."""

    async def fail(work: UnitOfWork) -> None:
        await make_known(work, CUSTOMER, {"name": "x"}, Known())
        raise KeyError

    async def failing() -> None:
        for _ in range(20):
            with pytest.raises(KeyError):
                await in_unit_of_work(desk.db, desk.call(), fail)
            await asyncio.sleep(0)

    units = [unit for i in range(30) for unit in (failing(), desk.create(CUSTOMER, {"name": str(i)}))]
    made = (await asyncio.gather(*units))[1::2]
    assert len(set(made)) == 30
    assert await desk.db.fetch("SELECT count(*) FROM customers") == [(30,)]
