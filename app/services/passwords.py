"""Passwords of users: how they are made, checked, stored and set. Only an Argon2 hash of one is ever stored."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from app.services import finding, sessions
from app.services.database import Database
from schema.actor import SYSTEM
from schema.problem import invalid, problem
from schema.reference import reference
from schema.resources import USER

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST = 12
MOST = 200
# Whatever is longer is no password: nobody has to bring it to its plain form.
_MOST_TYPED = 1024
# Without characters that look like one another.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
_GROUPS = 4

# Each hash takes 64 MiB and some processor time on purpose: few at once, and no endless queue of them.
_threads = ThreadPoolExecutor(2, thread_name_prefix="passwords")
_MOST_WAITING = 16
_waiting = 0


def new_password() -> str:
    """Four groups of five characters: 115 random bits that can be read out."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(_GROUPS))


def hash_password(password: str) -> str:
    """What is stored; it takes a while on purpose."""
    return _hasher().hash(_plain(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether this is the password; without a stored one it takes as long to say no."""
    from argon2.exceptions import InvalidHashError, VerificationError

    known = stored is not None and len(password) <= _MOST_TYPED
    try:
        return _hasher().verify(stored if known and stored else _NOBODYS, _plain(password[:_MOST_TYPED])) and known
    except (VerificationError, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return _hasher().check_needs_rehash(stored)


def check_password(password: str) -> None:
    """Raises when a password is too short, too long or no text."""
    if not LEAST <= len(_plain(password)) <= MOST:
        raise invalid({"password": f"must have {LEAST} to {MOST} characters"})
    if any(unicodedata.category(one) in ("Cc", "Cs") for one in password):
        raise invalid({"password": "must not hold control characters"})


OnThread = Callable[[Callable[[], Any]], Awaitable[Any]]


@contextmanager
def hashing() -> Iterator[OnThread]:
    """A place among those who hash, and what does so on a thread, few at once; raises `unavailable` without a place."""
    global _waiting
    if _waiting >= _MOST_WAITING:
        raise problem("unavailable", retry_after="1")
    _waiting += 1
    try:
        yield partial(asyncio.get_running_loop().run_in_executor, _threads)
    finally:
        _waiting -= 1


async def set_password(db: Database, email: str, password: str) -> None:
    """Gives a live user another password, and ends their sessions. It is no field: the record keeps its version."""
    check_password(password)
    with hashing() as on_thread:
        stored = await on_thread(lambda: hash_password(password))
    async with db.transaction() as tx:
        id_ = await finding.id_of(tx, db.dialect, SYSTEM, USER, reference(f"email:{email.strip()}", USER))
        if id_ is None:
            raise problem("not_found", f"There is no user with the e-mail address {email[:100]}.")
        p = [db.dialect.placeholder(i, "text") for i in (1, 2)]
        await tx.execute(
            f"UPDATE users SET password_hash = {p[0]}, password_version = password_version + 1 WHERE id = {p[1]}",
            (stored, id_),
        )
        await sessions.end_all(tx, db.dialect, id_)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    # RFC 9106, section 4, for where memory is constrained; said here, for others would need another _NOBODYS.
    return PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


def _plain(password: str) -> str:
    """One form for what keyboards send in several."""
    return unicodedata.normalize("NFKC", password)


# The hash of a password that nobody knows, by the same parameters.
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$YWJjZGVmZ2hpamtsbW5vcA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
