"""Idempotency keys: the answer to a request is stored in the write's own transaction, and given again for its key.

No secret is stored: one that stands in an answer was derived from the secret of the caller, and is derived again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache

from app.services.database import Database, Transaction
from app.services.database.transaction import Row
from app.services.secrets import derived_secret, hash_secret
from app.services.sql.dialect import DIALECTS, Dialect
from schema.change import Once
from schema.problem import Problem, problem

_NOT_KEPT = frozenset({"malformed_json", "malformed_request", "idempotency_key_reused"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered: the status, the answer's own headers, the bytes."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = field(repr=False)


class Replayed(Exception):
    """The request has been answered before, and nothing has been done for it now."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@contextmanager
def in_flight(db: Database, once: Once) -> Iterator[None]:
    """Keeps others of this process from sending the same key meanwhile; raises `in_flight` when one is at it.

    Another process has nobody to ask: it does the same work, finds that the key is taken when it is to be stored, and
    begins anew, to find the answer.
    """
    one = (once.holder, once.key)
    if one in db.in_flight:
        raise problem("in_flight", "Another request with this idempotency key is being answered.", retry_after="1")
    db.in_flight.add(one)
    try:
        yield
    finally:
        db.in_flight.discard(one)


def kept_for_good(refusal: Problem) -> bool:
    """Whether a refusal is the answer to its key: not if it is about the caller, the moment, or what can't be read."""
    passing = refusal.status in (401, 403) or refusal.status >= 500 or "Retry-After" in refusal.headers
    return not passing and refusal.code not in _NOT_KEPT


async def replay(tx: Transaction, dialect: Dialect, once: Once) -> None:
    """Raises Replayed if the key has its answer, `idempotency_key_reused` if that was another request's."""
    found = await tx.peek(_finding(dialect.name), (once.holder, once.key, once.at))
    if not found:
        return
    fingerprint, status, headers, body, secrets = found[0]
    if fingerprint != once.fingerprint:
        raise problem("idempotency_key_reused", "Idempotency-Key: was sent before with another request.")
    told = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in json.loads(headers)]
    if secrets is not None:
        body = _with_secrets(body, once, **json.loads(secrets))
    raise Replayed(Reply(status, told, body.encode()))


def keep(tx: Transaction, dialect: Dialect, once: Once, reply: Reply, secrets: Sequence[str] = ()) -> None:
    """Stores the answer to a key; LostRace, at the end at the latest, if another one was faster.

    An answer whose time is over makes room. `secrets` are those that `nth_secret` gave, and are left out.
    """
    body, told = reply.body.decode(), None
    if secrets:
        for i, secret in enumerate(secrets):
            body = body.replace(secret, _place(once.nonce, i))
        told = json.dumps({"nonce": once.nonce, "hashes": [hash_secret(secret) for secret in secrets]})
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in reply.headers]
    row: Row = (
        *(once.holder, once.key, once.fingerprint, reply.status),
        *(json.dumps(headers), body, told, once.ends_at, once.at),
    )
    tx.later(_keeping(dialect.name), row, guarded=True)


def nth_secret(once: Once, n: int) -> str:
    """A new key's secret: by the same caller it can be made again, by whoever reads the store it can't."""
    return derived_secret(once.secret, f"{once.nonce} {n} {once.key}")


async def sweep(db: Database, at: str, most: int = 500) -> None:
    """Removes the answers whose time is over, a few at a time."""
    until = db.dialect.placeholder(1, "text")
    over = f"expires_at <= {until}"
    removed = most
    while removed == most and await db.fetch_row(f"SELECT 1 FROM idempotency_keys WHERE {over} LIMIT 1", (at,)):
        async with db.transaction() as tx:
            removed = await tx.execute(db.dialect.removal("idempotency_keys", over, most), (at,))


def _with_secrets(body: str, once: Once, nonce: str, hashes: Sequence[str]) -> str:
    then = replace(once, nonce=nonce)
    for i, hashed in enumerate(hashes):
        secret = nth_secret(then, i)
        if hash_secret(secret) != hashed:
            raise problem(
                "conflict",
                "The request was done, but its answer holds a secret, which is told again only to the secret or token "
                "that asked for it: rotate that key if its secret is lost.",
            )
        body = body.replace(_place(nonce, i), secret)
    return body


def _place(nonce: str, n: int) -> str:
    """What stands in the stored answer for a secret: no caller could foresee it, so it stands for nothing else."""
    return f"[{nonce} {n}]"


@cache
def _finding(dialect_name: str) -> str:
    holder, key, at = (DIALECTS[dialect_name].placeholder(i, "text") for i in (1, 2, 3))
    return (
        "SELECT fingerprint, status, headers, body, secrets FROM idempotency_keys "
        f"WHERE holder = {holder} AND key = {key} AND expires_at > {at}"
    )


@cache
def _keeping(dialect_name: str) -> str:
    columns = ("holder", "key", "fingerprint", "status", "headers", "body", "secrets", "expires_at")
    types = ("bigint" if name == "status" else "text" for name in columns)
    places = [DIALECTS[dialect_name].placeholder(i, type_) for i, type_ in enumerate(types, 1)]
    at = DIALECTS[dialect_name].placeholder(len(columns) + 1, "text")
    anew = ", ".join(f"{name} = excluded.{name}" for name in columns[2:])
    return (
        f"INSERT INTO idempotency_keys ({', '.join(columns)}) VALUES ({', '.join(places)}) "
        f"ON CONFLICT (holder, key) DO UPDATE SET {anew} WHERE idempotency_keys.expires_at <= {at}"
    )
