"""Strict JSON: UTF-8, no NaN, no repeated member, bounded depth."""

from __future__ import annotations

import json
from typing import Any

import orjson

from schema.values.fault import Fault

MAX_DEPTH = 64
_EXACT = 2.0**63


def strict_json(raw: bytes) -> Any:
    """The value of a JSON text (RFC 8259); raises Fault that says where, never echoing the text."""
    try:
        value = orjson.loads(raw)
        _look_through(value)
        # If a member was lost because its name came again, its colon is one too many; no text may make up for it by a
        # colon that is escaped.
        if b"\\u003" not in raw and raw.count(b":") == orjson.dumps(value).count(b":"):
            return value
    except (orjson.JSONDecodeError, _Doubtful):
        pass
    return _strictly(raw)


class _Doubtful(Exception):
    """What the strict way may read otherwise, or refuse."""


def _look_through(value: Any) -> None:
    """Raises _Doubtful for what the strict way may see otherwise. The value is gone through level by level."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for one in level:
            kind = type(one)
            if kind is str:
                continue
            if kind is dict:
                inner += one.values()
            elif kind is list:
                inner += one
            elif kind is float and abs(one) >= _EXACT:
                raise _Doubtful  # it may be a large integer
        if not inner:
            return
        level = inner
    raise _Doubtful  # it may be too deep


def _strictly(raw: bytes) -> Any:
    """By Python's own parser, which can be told what to refuse."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Fault(f"byte {error.start} is not UTF-8") from None
    if _too_deep(text):
        raise Fault(f"it is nested more than {MAX_DEPTH} deep")
    try:
        return json.loads(
            text, object_pairs_hook=_members, parse_constant=_constant, parse_int=_integer, parse_float=_number
        )
    except json.JSONDecodeError as error:
        raise Fault(f"{error.msg.lower()} at line {error.lineno}, column {error.colno}") from None


def _too_deep(text: str) -> bool:
    """A bound from above first, for almost every text ends there; only then the exact count."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth, in_string, escaped = 0, False, False
    for c in text:
        if in_string:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == '"':
                in_string = False
        elif c == '"':
            in_string = True
        elif c in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif c in "]}":
            depth -= 1
    return False


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise Fault(f"the member {repeated[:40]!r} stands twice in one object")
    return found


def _constant(name: str) -> Any:
    raise Fault(f"{name} is not a JSON value")


def _integer(text: str) -> int:
    if len(text) > 20:
        raise Fault("a number is too large")
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise Fault("a number is too large")
    return number
