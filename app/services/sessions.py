"""Sessions of the portal: begun by signing in, found by the token in a cookie, ended by many things at once."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from functools import cache

from app.log import log
from app.services.database import Database, Transaction
from app.services.secrets import MARK, hash_secret
from app.services.sql.dialect import DIALECTS, Dialect
from app.services.sql.guard import active, holds
from schema.actor import Actor, actor_of_session
from schema.problem import Problem
from schema.values.instant import later

LASTS = 12 * 3600
IDLE = 2 * 3600
SEEN_IS_NOTED_EVERY = 60

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, by a session that holds now. `csrf` stands in each of their forms.

    `ends_at` is when it ends if it is not used again.
    """

    token_hash: str = field(repr=False)
    csrf: str = field(repr=False)
    user_id: str
    name: str
    email: str
    role: str
    ends_at: str

    @property
    def mark(self) -> str:
        """What stands in the tokens of this session: they end with it, and with the role."""
        return f"{self.token_hash[:MARK]}:{self.role}"

    @property
    def actor(self) -> Actor:
        """Whom this session's writes are by: the user, with all that their role allows."""
        return actor_of_session(self.user_id, self.role)


async def begin(tx: Transaction, dialect: Dialect, user_id: str, password_version: int, at: str) -> str | None:
    """The token of a new session, which is stored nowhere; None if the user or the password is no longer good."""
    token = secrets.token_urlsafe(32)
    values = (hash_secret(token), secrets.token_urlsafe(32), at, later(at, LASTS), user_id, password_version)
    begun = await tx.execute(_beginning(dialect.name), values)
    return token if begun else None


async def find(db: Database, token: str, at: str) -> Session | None:
    """The session of a token; None when there is none that holds."""
    if not _TOKEN.fullmatch(token):
        return None
    token_hash = hash_secret(token)
    row = await db.fetch_row(_finding(db.dialect.name), (token_hash, at, later(at, -IDLE)))
    if row is None:
        return None
    csrf, user_id, name, email, role, seen_at, expires_at = row
    if seen_at < later(at, -SEEN_IS_NOTED_EVERY) and await _note_use(db, token_hash, at):
        seen_at = at
    return Session(token_hash, csrf, user_id, name, email, role, min(expires_at, later(seen_at, IDLE)))


async def end(tx: Transaction, dialect: Dialect, token_hash: str) -> None:
    """Ends a session, if it is there."""
    place = dialect.placeholder(1, "text")
    await tx.execute(f"DELETE FROM portal_sessions WHERE token_hash = {place}", (token_hash,))


async def end_all(tx: Transaction, dialect: Dialect, user_id: str) -> None:
    """Ends every session of a user."""
    await tx.execute(f"DELETE FROM portal_sessions WHERE user_id = {dialect.placeholder(1, 'text')}", (user_id,))


async def sweep(tx: Transaction, dialect: Dialect, at: str) -> None:
    """Removes the sessions that have come to their end by themselves."""
    await tx.execute(dialect.removal("portal_sessions", f"expires_at <= {dialect.placeholder(1, 'text')}"), (at,))


@cache
def _beginning(dialect_name: str) -> str:
    dialect = DIALECTS[dialect_name]
    types = ("text", "text", "text", "text", "text", "bigint")
    token_hash, csrf, at, ends, user, version = (dialect.placeholder(i, type_) for i, type_ in enumerate(types, 1))
    # Who ends the user meanwhile waits, or is waited for: no session is left over for when the user comes back.
    ending = " FOR SHARE OF u" if dialect_name == "postgresql" else ""
    return f"""
INSERT INTO portal_sessions (token_hash, user_id, password_version, csrf, created_at, seen_at, expires_at)
SELECT {token_hash}, u.id, u.password_version, {csrf}, {at}, {at}, {ends}
FROM users u WHERE u.id = {user} AND u.password_version = {version} AND {active(dialect)}{ending}
"""


@cache
def _finding(dialect_name: str) -> str:
    dialect = DIALECTS[dialect_name]
    token_hash, at, idle = (dialect.placeholder(i, "text") for i in (1, 2, 3))
    return f"""
SELECT s.csrf, u.id, u.name, u.email, u.role, s.seen_at, s.expires_at
FROM portal_sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = {token_hash} AND s.expires_at > {at} AND s.seen_at > {idle}
AND {holds(dialect)}
"""


async def _note_use(db: Database, token_hash: str, at: str) -> bool:
    """Writes when the session was used; one that the database can't take now is noted by the next use."""
    seen, found = (db.dialect.placeholder(i, "text") for i in (1, 2))
    try:
        async with db.transaction() as tx:
            await tx.execute(
                f"UPDATE portal_sessions SET seen_at = {seen} WHERE token_hash = {found}", (at, token_hash)
            )
    except Problem as error:
        log.warning("the use of a session could not be noted", exc_info=error)
        return False
    return True
