"""Short-lived tokens: signed, so that nothing of them is stored, and bound to the key and the secret they come from."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.services.database import Database
from app.services.delegation import grants, handed_on
from app.services.signing import signature, signed, signing_secret
from schema.actor import SCOPES, Actor
from schema.bounds import parts
from schema.inputs import for_create
from schema.narrowing import known
from schema.problem import invalid
from schema.resources.token import TOKEN, USUAL
from schema.values.instant import later, now

PREFIX = "cubet_"
MARK = 16
"""How much of the hash of a secret stands in the tokens that were made with it: they end when the secret does."""

MAX_LENGTH = 8 * 1024
_PURPOSE = "token"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: of which key and secret it is, until when, and to what it keeps its bearer."""

    key_id: str
    mark: str
    ends_at: str
    scopes: tuple[str, ...] | None
    bounds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was made; the text opens what the key opens."""

    text: str = field(repr=False)
    ends_at: str
    scopes: tuple[str, ...]


def is_token(secret: str) -> bool:
    """Whether the text has the form of a token, and not of a key."""
    return secret.startswith(PREFIX)


async def issue_token(db: Database, data: Mapping[str, Any], actor: Actor, mark: str) -> Token:
    """Makes a token for the key that asks; raises when it is to have more rights than the key."""
    given = for_create(known(TOKEN, actor.hidden), data)
    scopes = tuple(given.get("scopes") or ()) or None
    grants(actor, scopes or ())
    assert actor.key_id is not None
    bounds = _bounds(actor, given.get("filters", {}), given.get("hiddenFields", []))
    if actor.by_token:
        scopes = scopes or effective(actor)  # by itself a token may all that its key may
    claims = Claims(actor.key_id, mark, _end(actor, given.get("expiresIn") or USUAL), scopes, bounds)
    text = _written(claims, await signing_secret(db))
    if len(text) > MAX_LENGTH:
        raise invalid({"filters": "are too long for a token: give them to a key of its own"})
    return Token(text, claims.ends_at, scopes or effective(actor))


async def claims_of(db: Database, text: str) -> Claims | None:
    """What a token says; None unless it was signed here and has not ended."""
    body, _, by = text.removeprefix(PREFIX).rpartition(".")
    if not body or len(text) > MAX_LENGTH or not signed(await signing_secret(db), _PURPOSE, body, by):
        return None
    key_id, mark, ends_at, scopes, bounds = orjson.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if ends_at <= now():
        return None
    return Claims(key_id, mark, ends_at, None if scopes is None else tuple(scopes), frozenset(bounds))


def effective(actor: Actor) -> tuple[str, ...]:
    """The scopes that an actor can use, `*` for all."""
    return ("*",) if actor.allows("*") else tuple(scope for scope in SCOPES if actor.allows(scope))


def _bounds(actor: Actor, filters: Mapping[str, Any], hidden: list[str]) -> frozenset[str]:
    """What the token adds to the bounds of its key; those of a token that asks for it go on with it."""
    whole, faults = handed_on(actor, filters, hidden)
    if faults:
        raise invalid(faults)
    return whole if actor.by_token else parts(filters, hidden)


def _end(actor: Actor, seconds: int) -> str:
    wanted = later(now(), seconds)
    return min(wanted, actor.ends_at) if actor.ends_at else wanted


def _written(claims: Claims, secret: bytes) -> str:
    said = [claims.key_id, claims.mark, claims.ends_at, claims.scopes, sorted(claims.bounds)]
    body = urlsafe_b64encode(orjson.dumps(said)).rstrip(b"=").decode()
    return f"{PREFIX}{body}.{signature(secret, _PURPOSE, body)}"
