"""Short-lived tokens: signed, so that nothing of them is stored, and bound to the key or session they come from."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.services.database import Database
from app.services.delegation import grants, handed_on, unknown
from app.services.sessions import Session
from app.services.signing import signature, signed, signing_secret
from schema.actor import SCOPES, Actor
from schema.bounds import parts
from schema.inputs import for_create
from schema.narrowing import known
from schema.problem import invalid
from schema.resources import USER
from schema.resources.token import TOKEN, USUAL
from schema.values.instant import later, now

PREFIX = "cubet_"
MAX_LENGTH = 8 * 1024
_PURPOSE = "token"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is, until when, and to what it keeps its bearer.

    `holder` is the key that it is of, and `mark` a part of the hash of the secret that it was made with; or else the
    user whose session of the portal it is of, and that session's mark.
    """

    holder: str
    mark: str
    ends_at: str
    scopes: tuple[str, ...] | None
    bounds: frozenset[str]

    @property
    def of_session(self) -> bool:
        """Whether it is of no key, but of a session of the portal."""
        return self.holder.startswith(f"{USER.prefix}_")

    @property
    def role(self) -> str:
        """The role that the user of a session had when the token was made, and must still have."""
        return self.mark.partition(":")[2]


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
    """Makes a token for the key, or token, that asks; raises when it is to have more rights than that."""
    given = for_create(known(TOKEN, actor.hidden), data)
    filters = given.get("filters", {})
    if wrong := unknown(actor, filters):
        raise invalid(wrong)
    scopes = tuple(given.get("scopes") or ()) or None
    grants(actor, scopes or ())
    holder = actor.key_id or actor.user_id
    assert holder is not None
    bounds = _bounds(actor, filters, given.get("hiddenFields", []))
    if actor.by_token:
        scopes = scopes or effective(actor)  # by itself a token may all that its key may
    claims = Claims(holder, mark, _end(actor, given.get("expiresIn") or USUAL), scopes, bounds)
    text = _written(claims, await signing_secret(db))
    if len(text) > MAX_LENGTH:
        raise invalid({"filters": "are too long for a token: give them to a key of its own"})
    return Token(text, claims.ends_at, scopes or effective(actor))


async def token_of_session(db: Database, session: Session) -> Token:
    """Makes a token for the page of who is signed in: it may what their role allows, and ends with the session."""
    ends_at = min(later(now(), USUAL), session.ends_at)
    claims = Claims(session.user_id, session.mark, ends_at, None, frozenset())
    return Token(_written(claims, await signing_secret(db)), ends_at, effective(session.actor))


async def claims_of(db: Database, text: str) -> Claims | None:
    """What a token says; None unless it was signed here and has not ended."""
    body, _, by = text.removeprefix(PREFIX).rpartition(".")
    if not body or len(text) > MAX_LENGTH or not signed(await signing_secret(db), _PURPOSE, body, by):
        return None
    holder, mark, ends_at, scopes, bounds = orjson.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    if ends_at <= now():
        return None
    return Claims(holder, mark, ends_at, None if scopes is None else tuple(scopes), frozenset(bounds))


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
    said = [claims.holder, claims.mark, claims.ends_at, claims.scopes, sorted(claims.bounds)]
    body = urlsafe_b64encode(orjson.dumps(said)).rstrip(b"=").decode()
    return f"{PREFIX}{body}.{signature(secret, _PURPOSE, body)}"
