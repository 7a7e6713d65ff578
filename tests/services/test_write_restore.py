"""Deleting and restoring: what a deleted record gives up, and what comes back."""

from schema.change import Outcome
from schema.resources import CUSTOMER
from tests.services.conftest import Desk, refused


async def test_delete_keeps_nothing_unique_and_restore_brings_it_back(desk: Desk):
    data = {"name": "A", "email": "a@b.io", "externalIds": {"erp": "1"}}
    first = await desk.create(CUSTOMER, data)
    deleted = await desk.delete(CUSTOMER, first)
    assert (deleted.version, deleted.outcome) == (2, Outcome.DELETED)
    values = await desk.values(first)
    assert values["deletedAt"] == values["updatedAt"]
    assert values["externalIds"] == {"erp": "1"}
    assert await desk.sides(first) == {}
    assert await desk.words(first)
    second = await desk.create(CUSTOMER, data)
    refusal = await refused(desk.restore(CUSTOMER, first), "already_exists")
    assert refusal.detail == f"email: a@b.io is taken by {second}; externalIds.erp: 1 is taken by {second}"
    unchanged = await desk.restore(CUSTOMER, "email:a@b.io")
    assert (unchanged.id, unchanged.outcome) == (second, Outcome.UNCHANGED)
    await desk.delete(CUSTOMER, second)
    restored = await desk.restore(CUSTOMER, "erp:1")
    assert (restored.id, restored.outcome) == (second, Outcome.RESTORED), "the last deleted holder"
    await desk.delete(CUSTOMER, second)
    assert (await desk.restore(CUSTOMER, first)).version == 3
    assert await desk.sides(first) == {"erp": "1"}
    assert (await desk.values(first))["deletedAt"] is None
    await refused(desk.restore(CUSTOMER, "email:no@b.io"), "not_found")
