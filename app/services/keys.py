"""The secrets of API keys: a new key gets one, rotating gives another; they are shown once and stored nowhere."""

from __future__ import annotations

from typing import Any

from app.services.rows import Stored
from app.services.secrets import SHOWN, hash_secret
from app.services.unit_of_work import UnitOfWork, add, replace
from app.services.writes import api_key
from schema.change import Action, Outcome, Written
from schema.inputs import Given
from schema.problem import invalid
from schema.resources import API_KEY
from schema.values.instant import later, now

OVERLAP_SECONDS = 86_400
MAX_OVERLAP_SECONDS = 30 * 86_400


async def make(work: UnitOfWork, given: Given) -> Written:
    """Makes a key for the actor's own user, or with `admin` for another."""
    secret = work.new_secret()
    values = {**await api_key.become(work, None, given), "prefix": secret[:SHOWN]}
    stored = add(work, API_KEY, values, {"secret_hash": hash_secret(secret)})
    return Written(stored.id, stored.version, Outcome.CREATED, secret=secret)


async def rotate(work: UnitOfWork, before: Stored, overlap: int) -> Written:
    """Gives a key a new secret; the old one works for the overlap."""
    api_key.working(before)
    api_key.within_life(work.call.actor, before)
    secret = work.new_secret()
    p = work.dialect.placeholder(1, "text")
    ((held,),) = await work.tx.peek(f"SELECT secret_hash FROM api_keys WHERE id = {p}", (before.id,))
    hashes = {
        "secret_hash": hash_secret(secret),
        "previous_hash": held if overlap else None,
        "previous_until": later(now(), overlap) if overlap else None,
    }
    values = {**before.values, "prefix": secret[:SHOWN]}
    stored = replace(work, API_KEY, before, values, Action.UPDATED, hashes)
    return Written(stored.id, stored.version, Outcome.UPDATED, secret=secret)


def overlap_of(raw: Any) -> int:
    """Seconds, by default a day; raises `validation_failed`."""
    overlap = OVERLAP_SECONDS if raw is None else raw
    if type(overlap) is float and overlap.is_integer():  # JSON knows one kind of number
        overlap = int(overlap)
    if type(overlap) is not int or not 0 <= overlap <= MAX_OVERLAP_SECONDS:
        raise invalid({"overlapSeconds": f"must be a whole number from 0 to {MAX_OVERLAP_SECONDS}"})
    return overlap
