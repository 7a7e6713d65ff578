"""The cursor: where a page ended, as the sort values of a record, bound to the list that it came from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from schema.problem import problem

FINGERPRINT = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """The sort values of a record, its id last. `inclusive`: the record itself belongs to the page (see `edge`)."""

    values: tuple[str | int | None, ...]
    inclusive: bool = False


def fingerprint(parts: Any) -> str:
    """What binds a cursor to its list: a short hash over the resource, filter, search, sort and deleted."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=FINGERPRINT // 2).hexdigest()


def encode(cursor: Cursor, mark: str) -> str:
    """The text form. SQL writes the same: the mark, `0` or `1` (inclusive), and the hex of the JSON array."""
    return f"{mark}{int(cursor.inclusive)}{orjson.dumps(list(cursor.values)).hex()}"


def decode(text: str, mark: str, types: tuple[type, ...]) -> Cursor:
    """Reads a cursor of the list with this mark, its values of these types (null allowed but for the id).

    Raises the problem `invalid_cursor` for anything else: never a first page in its place.
    """
    if text[:FINGERPRINT] != mark or text[FINGERPRINT : FINGERPRINT + 1] not in ("0", "1"):
        raise problem("invalid_cursor", "The cursor is not one of this list, with this filter, search and sort.")
    try:
        values = orjson.loads(bytes.fromhex(text[FINGERPRINT + 1 :]))
    except ValueError:
        raise problem("invalid_cursor", "The cursor is damaged.") from None
    if (
        not isinstance(values, list)
        or len(values) != len(types)
        or not all(map(_fits, values, types))
        or values[-1] is None
    ):
        raise problem("invalid_cursor", "The cursor is damaged.")
    return Cursor(tuple(values), text[FINGERPRINT] == "1")


def _fits(value: Any, kind: type) -> bool:
    if value is None:
        return True
    if kind is int:
        return type(value) is int and abs(value) < 2**53
    return isinstance(value, str) and "\0" not in value
