"""API keys: their secrets, and who may make, change, rotate and revoke which of them."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.secrets import ALPHABET, checksum_ok, hash_secret, new_secret
from app.services.write import write
from schema.actor import SYSTEM, Actor, actor_of
from schema.change import Create, Outcome, Written
from schema.resources import API_KEY, USER
from schema.values.instant import now
from tests.app.keys import rotated
from tests.services.conftest import Desk, refused

# -- secrets ------------------------------------------------------------------------------------------------------


def test_a_secret_has_its_form():
    secret = new_secret()
    assert len(secret) == 43
    assert secret.startswith("cube_")
    assert set(secret[5:]) <= set(string.ascii_letters + string.digits)
    assert checksum_ok(secret)
    assert len({new_secret() for _ in range(100)}) == 100


@given(st.integers(5, 42), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_told_at_once(place, character):
    secret = new_secret()
    wrong = secret[:place] + character + secret[place + 1 :]
    assert checksum_ok(wrong) == (wrong == secret)


@pytest.mark.parametrize(
    "text", ["", "cube_", "cube_" + "0" * 38, "x" * 43, "cube_é" + "0" * 37, "cube_" + "\ud800" * 38]
)
def test_other_text_is_no_secret(text):
    assert not checksum_ok(text)


# -- making -------------------------------------------------------------------------------------------------------


async def user(desk: Desk, name: str = "jane", role: str = "EDITOR") -> str:
    return await desk.create(USER, {"name": name, "email": f"{name}@x.io", "role": role})


async def make(desk: Desk, actor: Actor = SYSTEM, **data) -> Written:
    return await write(
        desk.db, Create(API_KEY, {"name": "sync", "scopes": ["customers:read"], **data}), desk.call(actor)
    )


async def test_a_key_is_made_for_the_caller_s_own_user(desk: Desk):
    owner = await user(desk)
    actor = actor_of("key_1", owner, ["keys:write", "customers:write"], "EDITOR")
    issued = await make(desk, actor, scopes=["customers:read", "customers:read"], expiresAt="2999-01-01T00:00:00Z")
    assert checksum_ok(issued.secret)
    assert issued.secret not in repr(issued)
    values = await desk.values(issued.id)
    assert values["prefix"] == issued.secret[:12]
    assert (values["ownerId"], values["scopes"], values["version"]) == (owner, ["customers:read"], 1)
    assert (values["expiresAt"], values["lastUsedAt"], values["revokedAt"]) == ("2999-01-01T00:00:00.000Z", None, None)
    (row,) = await desk.db.fetch("SELECT secret_hash, previous_hash FROM api_keys")
    assert row == (hash_secret(issued.secret), None)
    (change,) = await desk.changes(issued.id)
    assert change["resource"] == "API_KEY"
    assert change["actor"] == {"keyId": "key_1", "userId": owner}
    assert issued.secret not in json.dumps(change)
    assert set(change["changes"]) == {"name", "prefix", "scopes", "ownerId", "createdAt", "expiresAt"}


async def test_a_key_gets_no_more_than_its_maker_has(desk: Desk):
    owner = await user(desk)
    actor = actor_of("key_1", owner, ["keys:write", "customers:write"], "EDITOR")
    for scopes, missing in ((["customers:read", "users:read"], "users:read"), (["*"], "*"), (["admin"], "admin")):
        await refused(make(desk, actor, scopes=scopes), "insufficient_scope", f"The scope {missing} is needed.")
    reader = actor_of("key_1", owner, ["keys:read"], "EDITOR")
    await refused(make(desk, reader), "insufficient_scope", "The scope keys:write is needed.")
    viewer = actor_of("key_1", owner, ["*"], "VIEWER")
    await refused(make(desk, viewer), "insufficient_scope", "The scope keys:write is needed.")


async def test_another_owner_needs_admin(desk: Desk):
    own, other = await user(desk), await user(desk, "bob")
    editor = actor_of("key_1", own, ["*"], "EDITOR")
    await refused(make(desk, editor, ownerId="email:bob@x.io"), "insufficient_scope", "The scope admin is needed.")
    await make(desk, editor, ownerId="email:jane@x.io")
    admin = actor_of("key_1", own, ["*"], "ADMIN")
    issued = await make(desk, admin, ownerId="email:bob@x.io", scopes=["*"])
    assert (await desk.values(issued.id))["ownerId"] == other


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({}, "ownerId: is needed"),
        ({"ownerId": "email:no@x.io"}, "ownerId: is not a live user"),
        ({"ownerId": None}, "ownerId: must not be null"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt: must be in the future"),
        ({"scopes": ["customer:read"]}, "scopes[0]: customer:read is not a scope; did you mean customers:read?"),
        ({"scopes": []}, "scopes: needs at least one scope"),
        ({"filter": {}}, "filter: is not a field of apiKey; did you mean filters?"),
    ],
)
async def test_bad_keys(desk: Desk, data, detail):
    await refused(make(desk, **data), "validation_failed", detail)


# -- changing, rotating, revoking ---------------------------------------------------------------------------------


async def test_keys_of_others_do_not_exist(desk: Desk):
    own, other = await user(desk), await user(desk, "bob")
    editor = actor_of("key_1", own, ["keys:write", "customers:read"], "EDITOR")
    hidden = [
        (await make(desk, ownerId=other)).id,
        (await make(desk, ownerId=own, scopes=["users:read"])).id,
        "key_01m88azc52ev5s2438hcs665rh",
    ]
    for id_ in hidden:
        await refused(desk.update(API_KEY, id_, {"name": "x"}, actor=editor), "not_found")
        await refused(rotated(desk.db, id_, None, desk.call(editor)), "not_found")
    seen = (await make(desk, ownerId=own)).id
    await desk.update(API_KEY, seen, {"name": "x"}, actor=editor)
    itself = actor_of(hidden[1], own, ["keys:write"], "EDITOR")
    await desk.update(API_KEY, hidden[1], {"name": "x"}, actor=itself)
    await refused(desk.update(API_KEY, hidden[1], {"scopes": ["users:write"]}, actor=itself), "insufficient_scope")


async def test_update_and_revoke(desk: Desk):
    id_ = (await make(desk, ownerId=await user(desk))).id
    await refused(desk.update(API_KEY, id_, {"ownerId": "x"}), "validation_failed")
    updated = await desk.update(API_KEY, id_, {"name": "y", "scopes": ["*"], "expiresAt": "2999-01-01T00:00:00Z"})
    assert updated.version == 2
    assert (await desk.update(API_KEY, id_, {"expiresAt": None})).version == 3
    revoked = await desk.delete(API_KEY, id_)
    assert (revoked.version, revoked.outcome) == (4, Outcome.DELETED)
    values = await desk.values(id_)
    assert values["revokedAt"] == values["updatedAt"]
    again = await desk.delete(API_KEY, id_)
    assert (again.version, again.outcome) == (4, Outcome.UNCHANGED)
    await refused(desk.update(API_KEY, id_, {"name": "z"}), "conflict")
    assert (await desk.update(API_KEY, id_, {"name": "y"})).outcome is Outcome.UNCHANGED
    await refused(rotated(desk.db, id_, None, desk.call()), "conflict")
    await refused(desk.restore(API_KEY, id_), "conflict")
    assert [c["action"] for c in await desk.changes(id_)] == ["CREATED", "UPDATED", "UPDATED", "DELETED"]


async def test_rotation_keeps_the_old_secret_for_the_overlap(desk: Desk):
    first = await make(desk, ownerId=await user(desk))
    id_ = first.id
    second = await rotated(desk.db, id_, None, desk.call())
    assert (second.id, second.version, second.outcome) == (id_, 2, Outcome.UPDATED)
    assert second.secret != first.secret
    ((current, previous, until),) = await desk.db.fetch(
        "SELECT secret_hash, previous_hash, previous_until FROM api_keys"
    )
    assert (current, previous) == (hash_secret(second.secret), hash_secret(first.secret))
    assert until > now()
    third = await rotated(desk.db, id_, 0, desk.call())
    ((current, previous, until),) = await desk.db.fetch(
        "SELECT secret_hash, previous_hash, previous_until FROM api_keys"
    )
    assert (current, previous, until) == (hash_secret(third.secret), None, None)
    assert (await desk.values(id_))["prefix"] == third.secret[:12]
    text = json.dumps(await desk.changes(id_))
    assert not any(secret in text or hash_secret(secret) in text for secret in (first.secret, second.secret))


@pytest.mark.parametrize("overlap", [-1, 2_592_001, True, "60", 1.5])
async def test_bad_overlaps(desk: Desk, overlap):
    await refused(rotated(desk.db, "key_x", overlap, desk.call()), "validation_failed")
