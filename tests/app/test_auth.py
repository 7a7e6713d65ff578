"""Authentication: good keys by every spelling of the header, and one answer for every bad one."""

from __future__ import annotations

import pytest

from app.auth import authenticate, bearer
from app.services.database import Database
from app.services.key_use import noted
from app.services.write import write
from schema.change import Delete, Update
from schema.problem import Problem
from schema.reference import Reference
from schema.resources import API_KEY, USER
from tests.app.keys import CLI, key, rotated, user


async def refusal(db: Database, header: str | None) -> tuple[str, str]:
    with pytest.raises(Problem) as found:
        await authenticate(db, header)
    assert found.value.status == 401
    return found.value.code, found.value.headers["Www-Authenticate"]


WITHOUT = ("authentication_required", 'Bearer realm="cube"')
INVALID = ("invalid_key", 'Bearer realm="cube", error="invalid_token"')


@pytest.mark.parametrize(
    "form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer  {}", "Bearer\t{}", "Bearer {} ", " Bearer {}\t"]
)
def test_fc_074_spellings(form: str) -> None:
    assert bearer(form.format("abc")) == "abc"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "abc", "Token abc"])
def test_fc_074_what_is_no_key(header: str | None) -> None:
    assert bearer(header) is None


async def test_a_key_gives_its_actor(db: Database) -> None:
    owner = await user(db)
    issued = await key(db, owner, "customers:write")
    actor = await authenticate(db, f"Bearer {issued.secret}")
    assert (actor.key_id, actor.user_id) == (issued.id, owner)
    assert actor.scopes == {"customers:write", "customers:read"}


async def test_a_key_can_do_no_more_than_its_owner_s_role(db: Database) -> None:
    viewer = await user(db, "viewer", "VIEWER")
    actor = await authenticate(db, f"Bearer {(await key(db, viewer, '*')).secret}")
    assert actor.allows("customers:read")
    assert not actor.allows("customers:write")
    await write(db, Update(USER, Reference("user", "id", viewer), {"role": "EDITOR"}), CLI)
    actor = await authenticate(db, f"Bearer {(await key(db, viewer, '*')).secret}")
    assert actor.allows("customers:write")


async def test_no_key(db: Database) -> None:
    for header in (None, "Bearer", "Basic abc"):
        assert await refusal(db, header) == WITHOUT


async def test_fc_077_one_answer_for_every_key_that_does_not_work(db: Database) -> None:
    owner, other, third = await user(db), await user(db, "other"), await user(db, "third")
    good = await key(db, owner, "*")
    unknown = f"{'cube_' + '0' * 32}000000"
    typed = good.secret[:-1] + ("0" if good.secret[-1] != "0" else "1")
    expired = await key(db, owner, "*")
    async with db.transaction() as tx:
        await tx.execute(f"UPDATE api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE id = '{expired.id}'")
    revoked = await key(db, owner, "*")
    await write(db, Delete(API_KEY, Reference("apiKey", "id", revoked.id)), CLI)
    disabled = await key(db, other, "*")
    await write(db, Update(USER, Reference("user", "id", other), {"status": "DISABLED"}), CLI)
    orphan = await key(db, third, "*")
    await write(db, Delete(USER, Reference("user", "id", third)), CLI)
    for secret in (
        unknown,
        typed,
        expired.secret,
        revoked.secret,
        disabled.secret,
        orphan.secret,
        "é" * 43,
        "x y",
        "x" * 9999,
    ):
        assert await refusal(db, f"Bearer {secret}") == INVALID, secret
    assert (await authenticate(db, f"Bearer {good.secret}")).key_id == good.id


async def test_rotation_keeps_the_old_secret_for_the_overlap(db: Database) -> None:
    issued = await key(db, await user(db), "*")
    again = await rotated(db, issued.id, 60, CLI)
    for secret in (issued.secret, again.secret):
        assert (await authenticate(db, f"Bearer {secret}")).key_id == issued.id
    last = await rotated(db, issued.id, 0, CLI)
    for secret in (issued.secret, again.secret):
        assert await refusal(db, f"Bearer {secret}") == INVALID
    assert (await authenticate(db, f"Bearer {last.secret}")).key_id == issued.id


async def test_the_use_of_a_key_is_noted_once_a_minute_and_beside_the_request(db: Database) -> None:
    issued = await key(db, await user(db), "*")
    for _ in range(20):
        await authenticate(db, f"Bearer {issued.secret}")
    await noted()
    first = await _last_used(db)
    assert first is not None
    await authenticate(db, f"Bearer {issued.secret}")
    await noted()
    assert await _last_used(db) == first


async def test_a_use_that_can_t_be_noted_harms_nobody(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = await key(db, await user(db), "*")

    def away() -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(db, "transaction", away)
    await authenticate(db, f"Bearer {issued.secret}")
    await noted()
    await authenticate(db, f"Bearer {issued.secret}")


async def _last_used(db: Database) -> str | None:
    row = await db.fetch_row("SELECT last_used_at FROM api_keys")
    assert row is not None
    found: str | None = row[0]
    return found
