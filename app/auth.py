"""Authentication: from an Authorization header to the actor behind its key, by one path for every kind of bad key."""

from __future__ import annotations

import asyncio
import contextvars
import json
import re
from datetime import UTC, datetime, timedelta

from app.log import log
from app.services.database import Database
from app.services.secrets import checksum_ok, hash_secret
from schema.actor import Actor, actor_of
from schema.problem import Problem, problem
from schema.values.instant import now

CHALLENGE = 'Bearer realm="cube"'
INVALID = f'{CHALLENGE}, error="invalid_token"'
USE_IS_NOTED_EVERY = timedelta(minutes=1)

_BEARER = re.compile(r"bearer[ \t]+(\S.*)", re.IGNORECASE)


async def authenticate(db: Database, header: str | None) -> Actor:
    """The actor; raises `authentication_required` without a bearer key, `invalid_key` for one that does not work."""
    secret = bearer(header)
    if secret is None:
        raise problem("authentication_required", www_authenticate=CHALLENGE)
    if not checksum_ok(secret):
        raise invalid_key()
    at = now()
    p = db.dialect.placeholder
    statement = _STATEMENT.format(hash=p(1, "text"), now=p(2, "text"))
    row = await db.fetch_row(statement, (hash_secret(secret), at))
    if row is None:
        raise invalid_key()
    key_id, user_id, scopes, role, last_used_at = row
    if last_used_at is None or last_used_at < _written(datetime.now(UTC) - USE_IS_NOTED_EVERY):
        _note_use(db, key_id, at)
    return actor_of(key_id, user_id, json.loads(scopes), role)


def bearer(header: str | None) -> str | None:
    """What stands behind the scheme Bearer, white space trimmed; None for no header or another scheme."""
    match = _BEARER.fullmatch(header.strip(" \t")) if header else None
    return match[1] if match else None


def invalid_key() -> Problem:
    """The one answer for every key that does not work."""
    return problem("invalid_key", www_authenticate=INVALID)


# Whatever makes a key useless is in the one condition: a caller can't tell which it was, nor by how long it took.
_STATEMENT = """
SELECT k.id, k.owner_id, k.scopes, u.role, k.last_used_at
FROM api_keys k JOIN users u ON u.id = k.owner_id
WHERE (k.secret_hash = {hash} OR (k.previous_hash = {hash} AND k.previous_until > {now}))
AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > {now})
AND u.deleted_at IS NULL AND u.status = 'ACTIVE'
"""

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
