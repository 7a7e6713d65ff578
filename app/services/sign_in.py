"""Signing in: an e-mail address and a password for a session, by one path for everything that is not right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.services import attempts, sessions
from app.services.attempts import Attempt
from app.services.database import Database
from app.services.passwords import hash_password, hashing, outdated, verify_password
from app.services.secrets import hash_secret
from app.services.sql.dialect import DIALECTS
from schema.values.email import email as normalised
from schema.values.email import exact
from schema.values.fault import Fault


@dataclass(frozen=True, slots=True)
class _Checked:
    """Whether the password was right, and its hash by the parameters of today, if the stored one is of others."""

    right: bool
    renewed: str | None = None


async def sign_in(db: Database, email: str, password: str, address: str, at: str, earlier: str | None) -> str | None:
    """The token of a new session, and the end of the `earlier` one; None when address and password are not right.

    An unknown address, one without a password, a disabled user and a wrong password take the same way. Raises
    TooManyAttempts, whoever the address belongs to.
    """
    account = _account(email)
    # The place first: whoever finds none has not tried.
    with hashing() as on_thread:
        attempt = await attempts.begin(db, account or email.strip().casefold(), address, at)
        row = await db.fetch_row(_looking_up(db.dialect.name), (account,))
        id_, stored, version, active = row or (None, None, 0, False)
        checked = await on_thread(lambda: _check(stored, password))
    if not (checked.right and active):
        return None
    return await _succeed(db, attempt, id_, version, checked.renewed, at, earlier)


def _check(stored: str | None, password: str) -> _Checked:
    right = verify_password(stored, password)
    return _Checked(right, hash_password(password) if right and stored and outdated(stored) else None)


async def _succeed(
    db: Database, attempt: Attempt, user_id: str, version: int, renewed: str | None, at: str, earlier: str | None
) -> str | None:
    """The token, unless the user may no longer sign in by then. Whoever comes in clears away what others have left."""
    async with db.transaction() as tx:
        await attempts.succeed(tx, db.dialect, attempt, at)
        if renewed:
            p = [db.dialect.placeholder(i, type_) for i, type_ in enumerate(("text", "text", "bigint"), 1)]
            await tx.execute(
                f"UPDATE users SET password_hash = {p[0]} WHERE id = {p[1]} AND password_version = {p[2]}",
                (renewed, user_id, version),
            )
        if earlier:
            await sessions.end(tx, db.dialect, hash_secret(earlier))
        await attempts.sweep(tx, db.dialect, at)
        await sessions.sweep(tx, db.dialect, at)
        return await sessions.begin(tx, db.dialect, user_id, version, at)


@cache
def _looking_up(dialect_name: str) -> str:
    dialect = DIALECTS[dialect_name]
    return f"""
SELECT u.id, u.password_hash, u.password_version, u.status = 'ACTIVE'
FROM users u WHERE u.email_exact = {dialect.placeholder(1, "text")} AND {dialect.live("u")}
"""


def _account(email: str) -> str:
    """The address in the form in which two are compared; nobody has the empty one."""
    try:
        return exact(normalised(email))
    except Fault:
        return ""
