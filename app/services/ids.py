"""Ids: TypeIDs, a prefix and a UUIDv7 in 26 characters of base 32, which sort by time of creation."""

from __future__ import annotations

from secrets import randbits

import uuid_utils

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
_SHIFTS = range(120, -1, -10)
_STEP_BITS = 32  # of the 62 that are random: there is room for a thousand million steps
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def new_id(prefix: str) -> str:
    """A new id, greater than every earlier one of this process with the same prefix."""
    return f"{prefix}_{encode(uuid_utils.uuid7().int)}"


def new_id_after(last: str, prefix: str) -> str:
    """A new id that is greater than this one too, though another process made it by a clock that was ahead."""
    made = new_id(prefix)
    if made > last:
        return made
    step = 1 + randbits(_STEP_BITS)  # which nobody can guess
    return f"{prefix}_{encode(decode(last.removeprefix(f'{prefix}_')) + step)}"


def encode(number: int) -> str:
    """128 bits as 26 characters, highest first: texts sort as their numbers do."""
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in _SHIFTS])


def decode(text: str) -> int:
    """The number behind 26 characters."""
    number = 0
    for character in text:
        number = number << 5 | _VALUES[character]
    return number
