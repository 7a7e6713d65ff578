"""Creates that expect to find what they point at, and free what must be unique: whether it was so, their end tells."""

import pytest

from app.services.database import LostRace
from app.services.unit_of_work import UnitOfWork
from app.services.write import check, perform, write_and_answer
from schema.change import Create, Written
from schema.resources import CLIENT, CUSTOMER, USER
from tests.services.conftest import Desk, refused

BUSY = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"


async def test_all_that_is_wrong_is_told_at_once(desk: Desk) -> None:
    gone = await desk.create(CLIENT, {"name": "Acme"})
    owner = await desk.create(USER, {"name": "Jane", "email": "jane@x.io"})
    await desk.delete(CLIENT, gone)
    refusal = await refused(
        desk.create(CUSTOMER, {"title": "Buyer", "clientId": gone, "ownerId": owner}), "validation_failed"
    )
    assert {path: texts[0] for path, texts in (refusal.errors or {}).items()} == {
        "name": "is needed, or one of givenName, familyName, email, phone",
        "clientId": "is not a live client",
    }


async def test_what_is_not_there_or_taken_is_found_in_the_end(desk: Desk) -> None:
    client = await desk.create(CLIENT, {"name": "Acme", "domain": "acme.io", "externalIds": {"erp": "1"}})
    gone = await desk.create(CLIENT, {"name": "Gone"})
    await desk.delete(CLIENT, gone)
    first = await desk.create(CUSTOMER, {"name": "A", "email": "a@x.io", "clientId": client})
    refusal = await refused(desk.create(CUSTOMER, {"name": "B", "clientId": gone}), "validation_failed")
    assert list(refusal.errors or ()) == ["clientId"]
    await refused(
        desk.create(CUSTOMER, {"name": "B", "email": "A@x.io"}), "already_exists", f"email: A@x.io is taken by {first}"
    )
    taken = f"domain: acme.io is taken by {client}; externalIds.erp: 1 is taken by {client}"
    data = {"name": "C", "domain": "www.acme.io", "externalIds": {"erp": "1", "crm": "2"}}
    assert set(((await refused(desk.create(CLIENT, data), "already_exists")).detail or "").split("; ")) == set(
        taken.split("; ")
    )
    assert await desk.db.fetch("SELECT count(*) FROM customers") == [(1,)]


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
async def test_a_create_begins_nothing_before_its_end(desk: Desk) -> None:
    client = await desk.create(CLIENT, {"name": "Acme"})
    seen = []

    async def answer(work: UnitOfWork, written: Written) -> Written:
        seen.append((work.holds, await desk.db.fetch(BUSY)))
        return written

    change = Create(CUSTOMER, {"name": "A", "email": "a@x.io", "clientId": client})
    written = await write_and_answer(desk.db, change, desk.call(), answer)
    assert seen == [(False, [(0,)])]
    assert (await desk.values(written.id))["clientId"] == client


async def test_what_was_expected_and_is_not_so_loses_the_race(desk: Desk) -> None:
    await desk.create(CUSTOMER, {"name": "A", "email": "a@x.io"})
    change = Create(CUSTOMER, {"name": "B", "email": "a@x.io"})

    async def alone() -> None:
        async with desk.db.transaction() as tx:
            work = UnitOfWork(tx, desk.db.dialect, desk.call(), holds=False)
            await perform(work, check(change, desk.actor))

    with pytest.raises(LostRace):
        await alone()
