"""API keys: making one and giving it a new secret. Both answer with the secret, which is stored nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.services import finding
from app.services.database import Database
from app.services.secrets import SHOWN, hash_secret, new_secret
from app.services.sql.guard import Guard
from app.services.unit_of_work import UnitOfWork, add, in_unit_of_work, replace
from app.services.writes import api_key
from app.services.writes.steps import hold, may_look_up
from schema.change import Action, Call, Outcome, Precondition, Written
from schema.inputs import Given, for_create
from schema.narrowing import known
from schema.problem import invalid, problem
from schema.reference import Reference
from schema.resources import API_KEY
from schema.values.instant import later, now

OVERLAP_SECONDS = 86_400
MAX_OVERLAP_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Issued:
    """A key that was written, and its secret, to be shown once."""

    written: Written
    secret: str = field(repr=False)


async def create_key(db: Database, data: Mapping[str, Any], call: Call, guard: Guard | None = None) -> Issued:
    """Makes a key for the caller's own user, or with `admin` for another; with a guard as `write` does."""
    call.actor.require(API_KEY.write_scope)
    given = for_create(known(API_KEY, call.actor.hidden), data)
    may_look_up(call.actor, given)
    secret = new_secret()
    written = await in_unit_of_work(db, call, lambda work: _create(work, given, secret), guard)
    return Issued(written, secret)


async def rotate_key(
    db: Database,
    id_: str,
    overlap_seconds: Any,
    call: Call,
    precondition: Precondition | None = None,
    guard: Guard | None = None,
) -> Issued:
    """Gives a key a new secret; the old one works for the overlap (None: a day). With a guard as `write` does."""
    call.actor.require(API_KEY.write_scope)
    overlap = OVERLAP_SECONDS if overlap_seconds is None else overlap_seconds
    if type(overlap) is float and overlap.is_integer():  # JSON knows one kind of number
        overlap = int(overlap)
    if type(overlap) is not int or not 0 <= overlap <= MAX_OVERLAP_SECONDS:
        raise invalid({"overlapSeconds": f"must be a whole number from 0 to {MAX_OVERLAP_SECONDS}"})
    secret = new_secret()
    written = await in_unit_of_work(db, call, lambda work: _rotate(work, id_, overlap, secret, precondition), guard)
    return Issued(written, secret)


async def _create(work: UnitOfWork, given: Given, secret: str) -> Written:
    values = {**await api_key.become(work, None, given), "prefix": secret[:SHOWN]}
    stored = await add(work, API_KEY, values, {"secret_hash": hash_secret(secret)})
    return Written(stored.id, stored.version, Outcome.CREATED)


async def _rotate(work: UnitOfWork, id_: str, overlap: int, secret: str, precondition: Precondition | None) -> Written:
    before = await finding.live(work, API_KEY, Reference(API_KEY.name, "id", id_))
    if before is None:
        raise problem("not_found", f"There is no apiKey with the id {id_[:100]}.")
    hold(precondition, before)
    api_key.working(before)
    api_key.within_life(work.call.actor, before)
    p = work.dialect.placeholder(1, "text")
    ((held,),) = await work.tx.peek(f"SELECT secret_hash FROM api_keys WHERE id = {p}", (before.id,))
    hashes = {
        "secret_hash": hash_secret(secret),
        "previous_hash": held if overlap else None,
        "previous_until": later(now(), overlap) if overlap else None,
    }
    values = {**before.values, "prefix": secret[:SHOWN]}
    stored = await replace(work, API_KEY, before, values, Action.UPDATED, hashes)
    return Written(stored.id, stored.version, Outcome.UPDATED)
