"""The secret by which this service knows again what it has signed: one for the database, kept in memory."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from weakref import WeakKeyDictionary

from app.services.database import Database

_secrets: WeakKeyDictionary[Database, bytes] = WeakKeyDictionary()


async def signing_secret(db: Database) -> bytes:
    """The secret; read once in each process."""
    known = _secrets.get(db)
    if known is None:
        row = await db.fetch_row("SELECT secret FROM signing WHERE id = 1")
        assert row is not None, "the migrations make the secret"
        known = _secrets[db] = bytes.fromhex(row[0])
    return known


def signature(secret: bytes, purpose: str, text: str) -> str:
    """The signature of a text, in characters that a URL takes; what is signed for one purpose is good for no other."""
    mac = hmac.digest(secret, f"{purpose}\0{text}".encode(), sha256)
    return urlsafe_b64encode(mac).rstrip(b"=").decode()


def signed(secret: bytes, purpose: str, text: str, by: str) -> bool:
    """Whether `by` is the signature of the text."""
    return hmac.compare_digest(signature(secret, purpose, text).encode(), by.encode())
