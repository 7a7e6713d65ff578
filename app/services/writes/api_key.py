"""What a write does to an API key: it gets no more rights than the key that writes it, and revoked is for ever."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork
from app.services.writes.steps import Faults, merged, refuse, resolve
from schema.actor import Actor
from schema.inputs import Given
from schema.problem import insufficient_scope, problem
from schema.resources import API_KEY


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The key as it will be; raises when it may not be so."""
    actor = work.call.actor
    grants(actor, given.get("scopes", ()))
    faults: Faults = {}
    after = merged(API_KEY, before, given, faults)
    if before is None:
        await resolve(work, API_KEY, given, after, faults)
        after["ownerId"] = after["ownerId"] or actor.user_id
        if after["ownerId"] is None:
            faults.setdefault("ownerId", "is needed")
    refuse(faults)
    if before is None and after["ownerId"] != actor.user_id:
        actor.require("admin")
    if before and after != before.values:
        working(before)
    return after


def grants(actor: Actor, scopes: Iterable[str]) -> None:
    """Raises the 403 that names the first scope which the actor does not have itself."""
    for scope in scopes:
        if not actor.allows(scope):
            raise insufficient_scope(scope)


def working(key: Stored) -> None:
    """Raises when the key is revoked."""
    if key.values["revokedAt"]:
        raise problem("conflict", f"The key was revoked at {key.values['revokedAt']}: make a new one.")
