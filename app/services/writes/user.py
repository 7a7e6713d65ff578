"""What a write does to a user: roles and states are for admins, the last active admin stays, who must go is out."""

from __future__ import annotations

from app.services import sessions
from app.services.finding import seen_among
from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork, alone
from app.services.writes.steps import Faults, merged, phones, refuse
from schema.actor import Actor
from schema.inputs import Given
from schema.narrowing import hidden_fields
from schema.problem import problem
from schema.resources import USER

_RIGHTS = ("role", "status")
_OTHERS = "SELECT id FROM users WHERE role = 'ADMIN' AND status = 'ACTIVE' AND deleted_at IS NULL AND id <> "


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The user as it will be; raises when it may not be so."""
    faults: Faults = {}
    after = merged(USER, before, given, faults)
    phones(work, USER, given, after)
    refuse(faults)
    was = before.values if before else {name: _default(name) for name in _RIGHTS}
    if any(after[name] != was[name] for name in _RIGHTS):
        work.call.actor.require("admin")
    if before and not _is_admin(after):
        await leave(work, before)
    if before and before.values["status"] == "ACTIVE" != after["status"]:
        await sign_out(work, before)
    return after


async def leave(work: UnitOfWork, user: Stored) -> None:
    """Raises when this user is the last active admin that the actor sees: without one nobody could make another."""
    if not _is_admin(user.values):
        return
    actor = work.call.actor
    await alone(work, "users.admins")
    enough = "" if USER.name in actor.filters else " LIMIT 1"
    others = await work.tx.fetch(_OTHERS + work.dialect.placeholder(1, "text") + enough, (user.id,))
    if not await seen_among(work.tx.fetch, work.dialect, actor, USER, {str(id_) for (id_,) in others}):
        told = "This is the last active admin: make another one first."
        raise problem("conflict", None if _hidden(actor, *_RIGHTS) else told)


def may_end(actor: Actor, user: Stored) -> None:
    """Raises the 403 for who would end an admin, and so all that the admin's keys do."""
    if user.values["role"] == "ADMIN" or _hidden(actor, "role"):
        actor.require("admin")


def may_return(actor: Actor, user: Stored) -> None:
    """Raises the 403 for who would give a deleted user more than the least rights again, and the user's keys."""
    if user.values["role"] != _default("role") or _hidden(actor, "role"):
        actor.require("admin")


async def sign_out(work: UnitOfWork, user: Stored) -> None:
    """Ends the user's sessions, so that none comes back with them."""
    await sessions.end_all(work.tx, work.dialect, user.id)


def _hidden(actor: Actor, *names: str) -> bool:
    """Whether one of these fields does not exist for the actor: then no refusal may depend on it alone, or tell it."""
    return not hidden_fields(USER, actor.hidden).isdisjoint(names)


def _is_admin(values: Values) -> bool:
    return bool(values["role"] == "ADMIN" and values["status"] == "ACTIVE" and not values["deletedAt"])


def _default(name: str) -> str:
    field = USER.field(name)
    assert field is not None
    return str(field.default)
