"""Passwords of users: how they are made, checked, stored and set. Only an Argon2 hash of one is ever stored."""

from __future__ import annotations

import secrets
import unicodedata

from app.services import finding
from app.services.database import Database
from schema.actor import SYSTEM
from schema.problem import invalid, problem
from schema.reference import reference
from schema.resources import USER

LEAST = 10
MOST = 200
# Without characters that look like one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
_GROUPS = 4


def new_password() -> str:
    """Four groups of five characters: 115 random bits that can be read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(_GROUPS))


def hash_password(password: str) -> str:
    """What is stored; it takes a while on purpose."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(_plain(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored one it takes as long to say no."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerifyMismatchError

    try:
        return PasswordHasher().verify(stored or _NOBODYS, _plain(password)) and stored is not None
    except VerifyMismatchError:
        return False


def check_password(password: str) -> None:
    """Raises when a password is too short or too long."""
    if not LEAST <= len(_plain(password)) <= MOST:
        raise invalid({"password": f"must have {LEAST} to {MOST} characters"})


async def set_password(db: Database, email: str, password: str) -> None:
    """Gives a live user another password. It is no field, so the record stays at its version."""
    check_password(password)
    stored = hash_password(password)
    async with db.transaction() as tx:
        id_ = await finding.id_of(tx, db.dialect, SYSTEM, USER, reference(f"email:{email.strip()}", USER))
        if id_ is None:
            raise problem("not_found", f"There is no user with the e-mail address {email[:100]}.")
        p = [db.dialect.placeholder(i, "text") for i in (1, 2)]
        await tx.execute(f"UPDATE users SET password_hash = {p[0]} WHERE id = {p[1]}", (stored, id_))


def _plain(password: str) -> str:
    """One form for what keyboards send in several."""
    return unicodedata.normalize("NFKC", password)


# The hash of a password that nobody knows.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
