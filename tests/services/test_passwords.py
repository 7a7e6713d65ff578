"""Passwords: by which parameters they are hashed, which are good, and how many are hashed at once."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.services import passwords
from app.services.passwords import check_password, hash_password, outdated, set_password, verify_password
from schema.problem import Problem
from tests.canaries import PASSWORD
from tests.services.conftest import Desk, refused

pytestmark = pytest.mark.usefixtures("quick_hashes")


def test_the_parameters(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.undo()
    stored = hash_password("p" * 12)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not outdated(stored)
    # Nobody's password is checked by the same work.
    assert not outdated(passwords._NOBODYS)


def test_one_password_however_it_is_typed():
    assert verify_password(hash_password("Zoe\u0308 ﬁnds 12345"), "Zo\u00eb finds 12345")
    assert not verify_password(hash_password("Zoe finds 12345"), "zoe finds 12345")


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_what_is_no_hash_is_nobodys(stored: str | None):
    assert not verify_password(stored, PASSWORD)


def test_what_is_longer_than_any_password_is_none():
    assert not verify_password(hash_password("a" * 1024), "a" * 1025)


@pytest.mark.parametrize("password", ["a" * 11, "a" * 201, "", "ab\ncdefghijkl", "\ud800" * 12])
def test_no_good_password(password: str):
    with pytest.raises(Problem):
        check_password(password)


async def test_few_are_hashed_at_once_and_few_wait(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "_MOST_WAITING", 3)
    begun: list[int] = []
    both, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work(number: int) -> None:
        begun.append(number)
        if len(begun) == 2:
            loop.call_soon_threadsafe(both.set)
        assert go_on.wait(30)

    async def hash_(number: int) -> None:
        with passwords.hashing() as on_thread:
            await on_thread(lambda: work(number))

    tasks = [asyncio.create_task(hash_(number)) for number in range(8)]
    async with asyncio.timeout(30):
        await both.wait()
    assert len(begun) == 2, "the third has its place, and waits for a thread"
    go_on.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(begun) == [0, 1, 2]
    assert [one.code for one in done if isinstance(one, Problem)] == ["unavailable"] * 5


async def test_no_user_no_password(desk: Desk):
    await refused(set_password(desk.db, "nobody@cube.test", PASSWORD), "not_found")
