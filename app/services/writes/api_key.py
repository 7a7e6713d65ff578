"""What a write does to an API key: it gets no more rights than the key that writes it, and revoked is for ever."""

from __future__ import annotations

from typing import Any

from app.services.delegation import grants, handed_on, outlives, unknown
from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork
from app.services.writes.steps import Faults, merged, refuse, resolve
from schema.actor import Actor
from schema.bounds import filters_of, hidden_of, parts
from schema.inputs import Given
from schema.problem import problem
from schema.resources import API_KEY

_RIGHTS = {"scopes", "filters", "hiddenFields"}


async def become(work: UnitOfWork, before: Stored | None, given: Given) -> Values:
    """The key as it will be; raises when it may not be so."""
    actor = work.call.actor
    if before is None:
        refuse_unknown(actor, None, given)
    grants(actor, given.get("scopes", ()))
    faults: Faults = {}
    after = merged(API_KEY, before, given, faults)
    if before is None or given.keys() & {"filters", "hiddenFields"}:
        _narrow(actor, before, after, faults)
    _end(actor, before, given, after, faults)
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


def working(key: Stored) -> None:
    """Raises when the key is revoked."""
    if key.values["revokedAt"]:
        raise problem("conflict", f"The key was revoked at {key.values['revokedAt']}: make a new one.")


def within_life(actor: Actor, key: Stored) -> None:
    """Raises when the key would hand on what it is given now for longer than the actor has it."""
    if outlives(actor, key.values["expiresAt"]):
        raise problem("conflict", f"The key lives on when what asks for this ends itself, at {actor.ends_at}.")


def refuse_unknown(actor: Actor, before: Stored | None, given: Given) -> None:
    """Raises for a condition on what is hidden from the actor, as input that names what is not there is refused: before
    anything else, whether the key is there or not."""
    refuse(unknown(actor, given.get("filters", {}), _conditions(before)))


def _conditions(key: Stored | None) -> frozenset[str]:
    return parts(key.values["filters"], ()) if key else frozenset()


def _narrow(actor: Actor, before: Stored | None, after: dict[str, Any], faults: Faults) -> None:
    """Adds the bounds of the actor to those of the key: so it sees no row and no field that the actor does not see."""
    bounds, wrong = handed_on(actor, after["filters"], after["hiddenFields"], _conditions(before))
    faults.update(wrong)
    after["filters"], after["hiddenFields"] = filters_of(bounds), hidden_of(bounds)


def _end(actor: Actor, before: Stored | None, given: Given, after: dict[str, Any], faults: Faults) -> None:
    """Has a new key end with the key or token that makes it, and lets none hand on rights for longer than it lives."""
    if before is None and "expiresAt" not in given:
        after["expiresAt"] = actor.ends_at
    elif "expiresAt" in given and outlives(actor, after["expiresAt"]):
        faults.setdefault("expiresAt", f"must not be after {actor.ends_at}, when what asks for it ends itself")
    elif before and _RIGHTS & given.keys():
        within_life(actor, before)
