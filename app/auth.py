"""Authentication: from an Authorization header to the actor behind its key or token, by one path for all bad ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from time import time
from typing import NamedTuple

from app.log import log
from app.services.database import Database
from app.services.key_use import NOTED_EVERY, note_use
from app.services.secrets import MARK, checksum_ok, hash_secret
from app.services.sql.dialect import DIALECTS
from app.services.sql.guard import Guard, KeyGuard, SessionGuard, usable
from app.services.tokens import Claims, claims_of, is_token
from schema.actor import Actor, actor_of, actor_of_session, with_token
from schema.problem import Problem, problem
from schema.values.instant import now

CHALLENGE = 'Bearer realm="cube"'
INVALID = f'{CHALLENGE}, error="invalid_token"'

_MOST_REMEMBERED = 4096
_BEARER = re.compile(r"bearer[ \t]+(\S.*)", re.IGNORECASE)


async def authenticate(db: Database, header: str | None) -> Actor:
    """The actor; raises `authentication_required` without a bearer key, `invalid_key` for one that does not work."""
    secret = bearer(header)
    if secret is None:
        raise problem("authentication_required", www_authenticate=CHALLENGE)
    shown = await _shown(db, secret)
    if shown is None:
        raise invalid_key()
    known = _memory.get(hashed := hash_secret(secret))
    of_session = shown.claims is not None and shown.claims.of_session
    found = await (_by_session if of_session else _by_key)(db, shown, known)
    if found is None:
        raise invalid_key()
    _remember(hashed, found)
    return found.actor


async def _by_key(db: Database, shown: _Shown, known: _Remembered | None) -> _Remembered | None:
    """Who acts by a key that works, or by a token of it."""
    at = now()
    row = await db.fetch_row(_statement(db.dialect.name, shown.claims is not None), shown.params(at))
    if row is None:
        return None
    found = _Found(*row)
    used_at = note_use(db, found.key_id, found.last_used_at, at)
    if known is None or (known.key_version, known.user_version) != (found.key_version, found.user_version):
        actor = _actor(found, shown.claims)
    else:
        actor = known.actor  # what others work out for an actor, they keep by its identity
    until = _timestamp(used_at) + NOTED_EVERY
    if shown.claims is not None:
        until = min(until, _timestamp(shown.claims.ends_at))
    return _Remembered(actor, found.key_version, found.user_version, bool(found.by_previous), until)


async def _by_session(db: Database, shown: _Shown, known: _Remembered | None) -> _Remembered | None:
    """Who acts by a token of a session of the portal: as long as the session holds, whoever it was made for."""
    claims = shown.claims
    assert claims is not None
    if known is None:
        actor = with_token(actor_of_session(claims.holder, claims.role), claims.scopes, claims.bounds, claims.ends_at)
        known = _Remembered(actor, 0, 0, False, _timestamp(claims.ends_at), claims.mark)
    return known if await db.fetch_row(*known.guard().check(db.dialect)) else None


@dataclass(frozen=True, slots=True)
class _Shown:
    """What was shown: the hash of a secret whose checksum fits, or what a token says and what it has of that hash."""

    held: str = field(repr=False)
    claims: Claims | None = None

    def params(self, at: str) -> tuple[str, ...]:
        return (self.held, at, self.claims.holder) if self.claims else (self.held, at)


async def _shown(db: Database, secret: str) -> _Shown | None:
    """None for what needs no look at the keys to be refused."""
    if is_token(secret):
        claims = await claims_of(db, secret)
        return None if claims is None else _Shown(claims.mark, claims)
    return _Shown(hash_secret(secret)) if checksum_ok(secret) else None


async def mark(db: Database, header: str | None) -> str:
    """What the tokens of an authenticated caller have of the secret that the caller came with."""
    shown = await _shown(db, bearer(header) or "")
    if shown is None:  # a token that has ended since
        raise invalid_key()
    return shown.held if shown.claims else shown.held[:MARK]


def _actor(found: _Found, claims: Claims | None) -> Actor:
    try:
        actor = actor_of(
            found.key_id,
            found.user_id,
            json.loads(found.scopes),
            found.role,
            found.filters,
            found.hidden,
            found.expires_at,
        )
        return actor if claims is None else with_token(actor, claims.scopes, claims.bounds, claims.ends_at)
    except Problem as unreadable:
        # What bounds the key is not known: then it opens nothing.
        log.error("the filters of a key can't be read", keyId=found.key_id, exc_info=unreadable)
        raise invalid_key() from None


def remembered(header: str | None) -> Guard | None:
    """The actor as it was when it was last authenticated, to be checked by whoever reads for it; None if unknown.

    It is unknown again when the next use of the key is to be noted.
    """
    secret = bearer(header)
    known = _memory.get(hash_secret(secret)) if secret else None
    if known is None or known.until <= time():
        return None
    return known.guard()


def is_remembered(header: str | None) -> bool:
    """Whether the key has worked here, and was not found to be at its end since."""
    secret = bearer(header)
    return secret is not None and hash_secret(secret) in _memory


def forget(header: str | None) -> None:
    """Lets the key be authenticated afresh."""
    if secret := bearer(header):
        _memory.pop(hash_secret(secret), None)


def bearer(header: str | None) -> str | None:
    """What stands behind the scheme Bearer, white space trimmed; None for no header or another scheme."""
    match = _BEARER.fullmatch(header.strip(" \t")) if header else None
    return match[1] if match else None


def invalid_key() -> Problem:
    """The one answer for every key that does not work."""
    return problem("invalid_key", www_authenticate=INVALID)


@cache
def _statement(dialect_name: str, by_token: bool) -> str:
    dialect = DIALECTS[dialect_name]
    shown, at, id_ = (dialect.placeholder(i, "text") for i in (1, 2, 3))
    held, previous = "k.secret_hash", "k.previous_hash"
    if by_token:
        held, previous = (f"substr({column}, 1, {MARK})" for column in (held, previous))
    # A caller can't tell what makes a key useless, nor by how long it took.
    return f"""
SELECT
  k.id, k.owner_id, k.scopes, k.filters, k.hidden_fields, k.expires_at, u.role, k.last_used_at,
  k.version, u.version, {held} <> {shown}
FROM api_keys k JOIN users u ON u.id = k.owner_id
WHERE {f"k.id = {id_} AND " if by_token else ""}({held} = {shown} OR ({previous} = {shown} AND k.previous_until > {at}))
AND {usable(dialect, 2)}
"""


class _Found(NamedTuple):
    """A key that works, as its statement gives it."""

    key_id: str
    user_id: str
    scopes: str
    filters: str
    hidden: str
    expires_at: str | None
    role: str
    last_used_at: str | None
    key_version: int
    user_version: int
    by_previous: bool


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An actor, under which versions of its key and owner it was found, and until when (`time()`) that may be used.

    One who acts by a session has that session's mark.
    """

    actor: Actor
    key_version: int
    user_version: int
    by_previous: bool
    until: float
    session: str | None = field(default=None, repr=False)

    def guard(self) -> Guard:
        """What is to be checked before the actor is believed in."""
        if self.session is None:
            return KeyGuard(self.actor, self.key_version, self.user_version, self.by_previous)
        return SessionGuard(self.actor, self.session)


# By the hashes of their secrets. What is remembered here opens nothing: each read asks the database whether it holds.
_memory: dict[str, _Remembered] = {}


def _remember(hashed: str, found: _Remembered) -> None:
    _memory.pop(hashed, None)
    if len(_memory) >= _MOST_REMEMBERED:
        del _memory[next(iter(_memory))]
    _memory[hashed] = found


def _timestamp(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()
