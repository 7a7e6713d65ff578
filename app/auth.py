"""Authentication: from an Authorization header to the actor behind its key, by one path for every kind of bad key."""

from __future__ import annotations

import asyncio
import contextvars
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import time

from app.log import log
from app.services.database import Database
from app.services.secrets import checksum_ok, hash_secret
from app.services.sql.dialect import DIALECTS
from app.services.sql.guard import Guard, usable
from schema.actor import Actor, actor_of
from schema.problem import Problem, problem
from schema.values.instant import now

CHALLENGE = 'Bearer realm="cube"'
INVALID = f'{CHALLENGE}, error="invalid_token"'
USE_IS_NOTED_EVERY = timedelta(minutes=1)

_MOST_REMEMBERED = 4096
_BEARER = re.compile(r"bearer[ \t]+(\S.*)", re.IGNORECASE)


async def authenticate(db: Database, header: str | None) -> Actor:
    """The actor; raises `authentication_required` without a bearer key, `invalid_key` for one that does not work."""
    secret = bearer(header)
    if secret is None:
        raise problem("authentication_required", www_authenticate=CHALLENGE)
    if not checksum_ok(secret):
        raise invalid_key()
    at, hashed = now(), hash_secret(secret)
    row = await db.fetch_row(_statement(db.dialect.name), (hashed, at))
    if row is None:
        raise invalid_key()
    key_id, user_id, scopes, role, last_used_at, key_version, user_version, by_previous = row
    if last_used_at is None or last_used_at < _written(datetime.now(UTC) - USE_IS_NOTED_EVERY):
        _note_use(db, key_id, at)
        last_used_at = at
    actor = actor_of(key_id, user_id, json.loads(scopes), role)
    _remember(hashed, _Remembered(actor, key_version, user_version, bool(by_previous), _note_again_at(last_used_at)))
    return actor


def remembered(header: str | None) -> Guard | None:
    """The actor as it was when it was last authenticated, to be checked by whoever reads for it; None if unknown.

    It is unknown again when the next use of the key is to be noted.
    """
    secret = bearer(header)
    known = _memory.get(hash_secret(secret)) if secret else None
    if known is None or known.until <= time():
        return None
    return Guard(known.actor, known.key_version, known.user_version, known.by_previous)


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
def _statement(dialect_name: str) -> str:
    dialect = DIALECTS[dialect_name]
    # A caller can't tell what makes a key useless, nor by how long it took.
    hashed, at = dialect.placeholder(1, "text"), dialect.placeholder(2, "text")
    return f"""
SELECT k.id, k.owner_id, k.scopes, u.role, k.last_used_at, k.version, u.version, k.secret_hash <> {hashed}
FROM api_keys k JOIN users u ON u.id = k.owner_id
WHERE (k.secret_hash = {hashed} OR (k.previous_hash = {hashed} AND k.previous_until > {at}))
AND {usable(dialect, 2)}
"""


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An actor, under which versions of its key and owner it was found, and until when (`time()`) that may be used."""

    actor: Actor
    key_version: int
    user_version: int
    by_previous: bool
    until: float


# By the hashes of their secrets. What is remembered here opens nothing: each read asks the database whether it holds.
_memory: dict[str, _Remembered] = {}


def _remember(hashed: str, found: _Remembered) -> None:
    _memory.pop(hashed, None)
    if len(_memory) >= _MOST_REMEMBERED:
        del _memory[next(iter(_memory))]
    _memory[hashed] = found


def _note_again_at(last_used_at: str) -> float:
    return (datetime.fromisoformat(last_used_at) + USE_IS_NOTED_EVERY).timestamp()


_noting: dict[str, asyncio.Task[None]] = {}


def _note_use(db: Database, key_id: str, at: str) -> None:
    """Writes when the key was used: after this request, in a context and a transaction of its own."""
    if key_id not in _noting:
        task = asyncio.get_running_loop().create_task(_write_use(db, key_id, at), context=contextvars.Context())
        _noting[key_id] = task
        task.add_done_callback(lambda _: _noting.pop(key_id, None))


async def _write_use(db: Database, key_id: str, at: str) -> None:
    p = db.dialect.placeholder
    try:
        async with db.transaction() as tx:
            await tx.execute(
                f"UPDATE api_keys SET last_used_at = {p(1, 'text')} WHERE id = {p(2, 'text')}", (at, key_id)
            )
    except Exception as error:
        log.warning("the use of a key could not be noted", keyId=key_id, exc_info=error)


async def noted() -> None:
    """Waits until every use so far has been written: before the database closes."""
    await asyncio.gather(*_noting.values(), return_exceptions=True)


def _written(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"
