"""Passwords: by which parameters they are hashed, which are good, and how many are hashed at once."""

from __future__ import annotations

import asyncio

import pytest

from app.services import passwords
from app.services.passwords import check_password, hash_password, outdated, set_password, verify_password
from schema.problem import Problem
from tests.services.conftest import Desk, refused
from tests.services.signing_in import PASSWORD

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
    running, most = 0, 0

    def work() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        running -= 1

    done = await asyncio.gather(*(passwords.hashing(work) for _ in range(8)), return_exceptions=True)
    assert [type(one) for one in done].count(type(None)) == 3
    assert {one.code for one in done if isinstance(one, Problem)} == {"unavailable"}
    assert most <= 2


async def test_no_user_no_password(desk: Desk):
    await refused(set_password(desk.db, "nobody@cube.test", PASSWORD), "not_found")
