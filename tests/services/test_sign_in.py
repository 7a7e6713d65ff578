"""Signing in and sessions: what begins one, what ends it, how long it lasts, and who has to wait."""

from __future__ import annotations

import pytest

from app.services import passwords, sessions
from app.services.passwords import set_password, verify_password
from schema.resources import USER
from schema.values.instant import later
from tests.canaries import PASSWORD
from tests.services.conftest import Desk
from tests.services.signing_in import AT, EMAIL, count, enter, entered, found, jane

pytestmark = pytest.mark.usefixtures("quick_hashes")


async def test_signing_in_begins_a_session(desk: Desk):
    id_ = await jane(desk)
    token = await entered(desk, email=" jane@CUBE.test ")
    session = await found(desk, token)
    assert session is not None
    assert (session.user_id, session.name, session.email, session.role) == (id_, "Jane", "Jane@cube.test", "EDITOR")
    assert (session.actor.key_id, session.actor.user_id) == (None, id_)
    assert session.actor.allows("keys:write")
    assert not session.actor.allows("admin")
    stored = str(await desk.db.fetch("SELECT * FROM portal_sessions"))
    assert token not in stored + repr(session)
    assert session.csrf not in repr(session)


@pytest.mark.parametrize("other", ["", "x" * 43, "' OR 1=1 --", "ÿ" * 43])
async def test_another_token_finds_nobody(desk: Desk, other: str):
    await jane(desk)
    await entered(desk)
    assert await found(desk, other) is None


async def test_everything_that_is_not_right_is_refused_alike(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    await jane(desk)
    await desk.create(USER, {"name": "No", "email": "none@cube.test"})
    off = await desk.create(USER, {"name": "Off", "email": "off@cube.test"})
    await set_password(desk.db, "off@cube.test", PASSWORD)
    await desk.update(USER, off, {"status": "DISABLED"})
    gone = await desk.create(USER, {"name": "Gone", "email": "gone@cube.test"})
    await set_password(desk.db, "gone@cube.test", PASSWORD)
    await desk.delete(USER, gone)
    checked: list[str | None] = []

    def noted(stored: str | None, password: str) -> bool:
        checked.append(stored)
        return verify_password(stored, password)

    monkeypatch.setattr("app.services.sign_in.verify_password", noted)
    emails = ["nobody@cube.test", "none@cube.test", "off@cube.test", "gone@cube.test", "no address", "", "\0@x.io"]
    for number, email in enumerate(emails):
        assert await enter(desk, email, address=f"192.0.2.{number}") is None
    assert await enter(desk, password="wrong horse battery") is None
    assert await enter(desk, password="") is None
    assert len(checked) == len(emails) + 2
    assert await count(desk, "portal_sessions") == 0


async def test_an_old_hash_is_renewed_and_sessions_stay(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    from argon2 import PasswordHasher

    await jane(desk)
    first = await entered(desk)
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await entered(desk)
    row = await desk.db.fetch_row("SELECT password_hash FROM users")
    assert row is not None
    assert "$m=16,t=2,p=1$" in row[0]
    assert await found(desk, first)
    assert await enter(desk, password="wrong horse battery") is None


# -- what ends a session ------------------------------------------------------------------------------------------


async def test_each_signing_in_has_its_own_token_and_ends_the_one_before(desk: Desk):
    await jane(desk)
    first = await entered(desk)
    second = await entered(desk, earlier=first)
    assert first != second
    assert await found(desk, first) is None
    assert await found(desk, second)


async def test_a_session_ends_after_its_time(desk: Desk):
    await jane(desk)
    token, at = await entered(desk), AT
    for _ in range(11):
        at = later(at, 3600)
        assert await found(desk, token, at)
    assert await found(desk, token, later(AT, sessions.LASTS - 1))
    assert await found(desk, token, later(AT, sessions.LASTS)) is None
    await entered(desk, at=later(AT, sessions.LASTS))
    assert await count(desk, "portal_sessions") == 1


async def test_a_session_ends_when_it_is_left_alone(desk: Desk):
    await jane(desk)
    token = await entered(desk)
    assert await found(desk, token, later(AT, sessions.IDLE - 1))
    assert await found(desk, token, later(AT, 2 * sessions.IDLE - 2))
    assert await found(desk, token, later(AT, 3 * sessions.IDLE)) is None


async def test_its_use_is_noted_once_a_minute(desk: Desk):
    await jane(desk)
    token = await entered(desk)
    for seconds, noted in ((60, AT), (61, later(AT, 61)), (90, later(AT, 61))):
        await found(desk, token, later(AT, seconds))
        assert await desk.db.fetch("SELECT seen_at FROM portal_sessions") == [(noted,)]


async def test_another_password_ends_all_sessions(desk: Desk):
    await jane(desk)
    token = await entered(desk)
    await set_password(desk.db, EMAIL, "another horse battery")
    assert await found(desk, token) is None
    assert await enter(desk) is None
    assert await enter(desk, password="another horse battery")


async def test_a_password_changed_while_the_old_one_was_checked_leaves_no_session(desk: Desk):
    id_ = await jane(desk)
    await set_password(desk.db, EMAIL, "another horse battery")
    async with desk.db.transaction() as tx:
        assert await sessions.begin(tx, desk.db.dialect, id_, 1, AT) is None
    assert await desk.db.fetch("SELECT 1 FROM portal_sessions") == []


@pytest.mark.parametrize("end", ["disable", "delete"])
async def test_nor_does_a_user_who_was_ended_meanwhile(desk: Desk, end: str):
    """Else it would be there again when the user comes back."""
    id_ = await jane(desk)
    await (desk.delete(USER, id_) if end == "delete" else desk.update(USER, id_, {"status": "DISABLED"}))
    async with desk.db.transaction() as tx:
        assert await sessions.begin(tx, desk.db.dialect, id_, 1, AT) is None
    assert await desk.db.fetch("SELECT 1 FROM portal_sessions") == []


async def test_who_is_disabled_or_deleted_is_out_and_stays_out(desk: Desk):
    id_ = await jane(desk)
    token = await entered(desk)
    await desk.update(USER, id_, {"status": "DISABLED"})
    assert await found(desk, token) is None
    await desk.update(USER, id_, {"status": "ACTIVE"})
    assert await found(desk, token) is None
    token = await entered(desk)
    await desk.update(USER, id_, {"name": "Jane Doe"})
    assert await found(desk, token)
    await desk.delete(USER, id_)
    await desk.restore(USER, id_)
    assert await found(desk, token) is None


async def test_the_row_of_the_user_decides_each_time(desk: Desk):
    await jane(desk)
    token = await entered(desk)
    async with desk.db.transaction() as tx:
        await tx.execute("UPDATE users SET role = 'VIEWER'")
    session = await found(desk, token)
    assert session
    assert not session.actor.allows("keys:write")
    async with desk.db.transaction() as tx:
        await tx.execute("UPDATE users SET status = 'DISABLED'")
    assert await found(desk, token) is None
