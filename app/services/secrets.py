"""The secrets of API keys: how they are made, how a mistyped one is told at once, what is stored of them."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256
from zlib import crc32

PREFIX = "cube_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM = 32
CHECK = 6
SHOWN = 12
"""How many of the first characters are no secret: by them people tell their keys apart."""

MARK = 16
"""How much of the hash of a secret stands in the tokens that were made with it: they end when the secret does."""


def new_secret() -> str:
    """`cube_`, 32 random characters of base 62, and 6 that check the rest."""
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return body + _check(body)


def derived_secret(secret: str, words: str) -> str:
    """The same secret for the same words, which nobody can make who does not have the other one."""
    number, text = int.from_bytes(hmac.digest(secret.encode(), words.encode(), "sha256")), ""
    for _ in range(RANDOM):
        number, digit = divmod(number, len(ALPHABET))
        text += ALPHABET[digit]
    return PREFIX + text + _check(PREFIX + text)


def checksum_ok(secret: str) -> bool:
    """Whether the text has the form of a secret and its check fits: nearly no typing error passes."""
    if len(secret) != len(PREFIX) + RANDOM + CHECK or not secret.isascii() or not secret.startswith(PREFIX):
        return False
    return _check(secret[:-CHECK]) == secret[-CHECK:]


def hash_secret(secret: str) -> str:
    """What is stored of a secret: 190 random bits need no slow hash."""
    return sha256(secret.encode()).hexdigest()


def _check(body: str) -> str:
    number, text = crc32(body.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    return text
