"""Attempts to sign in: who has to wait, how long, and that nobody locks out another."""

from __future__ import annotations

import asyncio

import pytest

from app.services import attempts
from app.services.attempts import ACCOUNT, ADDRESS, PAIR, TooManyAttempts
from schema.values.instant import later
from tests.services.conftest import Desk
from tests.services.signing_in import AT, EMAIL, HERE, count, enter, jane

pytestmark = pytest.mark.usefixtures("quick_hashes")


async def fails(desk: Desk, times: int, *, at: str = AT, email: str = EMAIL, address: str = HERE) -> None:
    for _ in range(times):
        await attempts.begin(desk.db, email, address, at)


async def waits(desk: Desk, *, at: str = AT, email: str = EMAIL, address: str = HERE) -> int:
    with pytest.raises(TooManyAttempts) as caught:
        await attempts.begin(desk.db, email, address, at)
    return caught.value.seconds


async def test_the_wait_grows_and_ends(desk: Desk):
    await fails(desk, PAIR.free)
    at, found_waits = AT, []
    for _ in range(12):
        found_waits.append(await waits(desk, at=at))
        at = later(at, found_waits[-1])
        await fails(desk, 1, at=at)
    assert found_waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    # To be refused counts for nothing, and an hour later all is forgotten.
    await fails(desk, PAIR.free, at=later(at, attempts.FORGOTTEN_AFTER + 1))


async def test_who_is_right_need_not_wait(desk: Desk):
    await jane(desk)
    for _ in range(3):
        for _ in range(PAIR.free - 1):
            assert await enter(desk, password="wrong horse battery") is None
        assert await enter(desk)


async def test_while_one_waits_the_right_password_is_not_looked_at(desk: Desk):
    await jane(desk)
    for _ in range(PAIR.free):
        await enter(desk, password="wrong horse battery")
    with pytest.raises(TooManyAttempts):
        await enter(desk)
    assert await enter(desk, at=later(AT, 1))


async def test_nobody_who_is_unknown_waits_longer_or_shorter(desk: Desk):
    await jane(desk)
    for email in (EMAIL, "nobody@cube.test", "no address"):
        for _ in range(PAIR.free):
            assert await enter(desk, email, "wrong horse battery", address=f"2001:db8:{len(email)}::1") is None
        with pytest.raises(TooManyAttempts):
            # Another spelling, and another address of the same network, are no way around it.
            await enter(desk, f" {email.upper()}", address=f"2001:db8:{len(email)}::ffff")


async def test_an_address_that_tries_many_accounts_waits(desk: Desk):
    for number in range(ADDRESS.free):
        await fails(desk, 1, email=f"{number}@cube.test")
    assert await waits(desk, email="other@cube.test") == 1
    await fails(desk, 1, email="other@cube.test", address="192.0.2.2")


async def test_strangers_slow_an_account_but_not_where_its_owner_was(desk: Desk):
    await jane(desk)
    assert await enter(desk)
    for number in range(ACCOUNT.free):
        await enter(desk, password="wrong horse battery", address=f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts) as caught:
        await enter(desk, password="wrong horse battery", address="198.51.100.250")
    assert caught.value.seconds <= ACCOUNT.longest
    assert await enter(desk)
    later_on = later(AT, attempts.KNOWN_FOR)
    assert await enter(desk, at=later_on)


async def test_many_at_once_gain_nothing(desk: Desk):
    done = await asyncio.gather(*(attempts.begin(desk.db, EMAIL, HERE, AT) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, TooManyAttempts) for one in done) == 20 - PAIR.free


async def test_what_was_tried_is_not_kept_nor_for_ever(desk: Desk):
    await jane(desk)
    await enter(desk, "my secret password", "x")
    stored = str(await desk.db.fetch("SELECT * FROM sign_in_attempts"))
    assert "secret" not in stored
    assert HERE not in stored
    assert await count(desk, "sign_in_attempts") == 3
    await enter(desk, at=later(AT, 2 * 86_400), address="192.0.2.9")
    assert await count(desk, "sign_in_attempts") == 3
