"""Create or update by a reference, races for it included."""

import asyncio

import pytest

from schema.change import Outcome, Precondition
from schema.problem import Problem
from schema.resources import CLIENT, CUSTOMER, USER
from tests.services.conftest import Desk, refused


async def test_upsert_creates_then_updates(desk: Desk):
    created = await desk.upsert(USER, "email:Jane@X.io", {"name": "Jane"})
    assert created.outcome is Outcome.CREATED
    assert (await desk.values(created.id))["email"] == "jane@x.io"
    updated = await desk.upsert(USER, "email:JANE@x.io", {"name": "Jane P.", "email": "Jane@x.io"})
    assert (updated.id, updated.outcome, updated.version) == (created.id, Outcome.UPDATED, 2)
    assert (await desk.values(created.id))["email"] == "Jane@x.io"
    unchanged = await desk.upsert(USER, "email:jane@x.io", {"name": "Jane P."})
    assert (unchanged.outcome, unchanged.version) == (Outcome.UNCHANGED, 2)
    by_id = await desk.upsert(USER, created.id, {"email": "j@x.io"})
    assert by_id.outcome is Outcome.UPDATED


async def test_upsert_by_domain_and_external_id(desk: Desk):
    acme = await desk.upsert(CLIENT, "domain:www.Acme.io", {"name": "Acme"})
    assert (await desk.values(acme.id))["domain"] == "acme.io"
    beta = await desk.upsert(CLIENT, "erp: 4 2 ", {"name": "Beta", "externalIds": {"crm": "1"}})
    assert await desk.sides(beta.id) == {"crm": "1", "erp": "4 2"}
    assert (await desk.upsert(CLIENT, "erp:4 2", {"name": "Beta", "externalIds": {"erp": "4 2"}})).id == beta.id


@pytest.mark.parametrize(
    ("ref", "data", "detail"),
    [
        ("email:a@b.io", {"email": "c@b.io"}, "email: must be a@b.io, as in the reference, or absent"),
        ("email:a@b.io", {"email": None}, "email: must be a@b.io, as in the reference, or absent"),
        ("erp:1", {"externalIds": {"erp": "2"}}, "externalIds.erp: must be 1, as in the reference, or absent"),
        ("erp:1", {"externalIds": {"erp": None}}, "externalIds.erp: must be 1, as in the reference, or absent"),
        ("erp:1", {"externalIds": None}, "externalIds.erp: must be 1, as in the reference, or absent"),
        ("email:nonsense", {"name": "A"}, "email: is not a valid address"),
        ("erp:1", {"createdAt": "2020-01-01T00:00:00Z"}, "createdAt: can be given only when the record is made"),
    ],
)
async def test_upsert_refuses_another_value_for_its_reference(desk: Desk, ref, data, detail):
    assert (await refused(desk.upsert(CUSTOMER, ref, data), "validation_failed")).detail == detail


async def test_upsert_asks_for_what_a_new_record_needs(desk: Desk):
    assert (await refused(desk.upsert(USER, "email:a@b.io", {}), "validation_failed")).detail == "name: is needed"


async def test_upsert_by_id_never_creates(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A"})
    await desk.delete(CLIENT, id_)
    await refused(desk.upsert(CLIENT, id_, {"name": "B"}), "not_found")


async def test_upsert_restores_the_last_deleted_holder(desk: Desk):
    ids = []
    for name in "ab":
        ids.append(await desk.create(CUSTOMER, {"name": name, "email": "a@b.io", "externalIds": {"erp": "1"}}))
        await desk.delete(CUSTOMER, ids[-1])
    restored = await desk.upsert(CUSTOMER, "email:A@b.io", {"title": "Buyer"})
    assert (restored.id, restored.outcome, restored.version) == (ids[1], Outcome.RESTORED, 3)
    values = await desk.values(ids[1])
    assert (values["name"], values["title"], values["deletedAt"]) == ("b", "Buyer", None)
    assert await desk.sides(ids[1]) == {"erp": "1"}
    last = (await desk.changes(ids[1]))[-1]
    assert last["action"] == "RESTORED"
    assert set(last["changes"]) == {"deletedAt", "title"}
    await desk.delete(CUSTOMER, ids[1])
    assert (await desk.upsert(CUSTOMER, "erp:1", {})).id == ids[1]


async def test_upsert_that_must_create(desk: Desk):
    created = await desk.upsert(CLIENT, "erp:1", {"name": "A"}, create_only=True)
    refusal = await refused(desk.upsert(CLIENT, "erp:1", {"name": "B"}, create_only=True), "precondition_failed")
    assert list(refusal.headers.values()) == ['"1"']
    await refused(desk.upsert(CLIENT, "erp:2", {"name": "B"}, precondition=Precondition(None)), "precondition_failed")
    await refused(desk.upsert(CLIENT, "erp:1", {"name": "B"}, precondition=Precondition((5,))), "precondition_failed")
    await desk.upsert(CLIENT, created.id, {"name": "B"}, precondition=Precondition((1,)))


async def test_fc_005_a_lost_race_to_create_becomes_an_update(desk: Desk):
    names = [f"name {i}" for i in range(12)]
    written = await asyncio.gather(*(desk.upsert(CLIENT, "erp:1", {"name": name}) for name in names))
    assert len({one.id for one in written}) == 1
    assert sorted(one.version for one in written) == list(range(1, 13))
    assert [one.outcome for one in written].count(Outcome.CREATED) == 1
    winner = next(i for i, one in enumerate(written) if one.version == 12)
    assert (await desk.values(written[0].id))["name"] == names[winner]


async def test_a_lost_race_to_restore_becomes_an_update(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A", "domain": "a.io"})
    await desk.delete(CLIENT, id_)
    written = await asyncio.gather(*(desk.upsert(CLIENT, "domain:a.io", {"name": f"n{i}"}) for i in range(8)))
    assert {one.id for one in written} == {id_}
    assert sorted(one.version for one in written) == list(range(3, 11))


async def test_a_lost_race_for_a_unique_value_names_the_winner(desk: Desk):
    data = {"name": "A", "email": "a@b.io"}
    results = await asyncio.gather(*(desk.create(CUSTOMER, data) for _ in range(8)), return_exceptions=True)
    (id_,) = [one for one in results if isinstance(one, str)]
    assert {one.detail for one in results if isinstance(one, Problem)} == {f"email: a@b.io is taken by {id_}"}
