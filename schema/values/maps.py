"""Metadata and external ids: maps that are merged key by key, and their one canonical text."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import orjson

from schema.values.fault import Fault, Faults
from schema.values.text import filled, visible

Value = str | int | float | bool
V = TypeVar("V", bound=Value)

METADATA_KEYS = 50
METADATA_KEY_LENGTH = 40
METADATA_TEXT_LENGTH = 500
EXTERNAL_ID_LENGTH = 255
RESERVED_SYSTEMS = frozenset({"email", "domain", "id"})
_OF_PATHS = frozenset(".[]")
_SYSTEM = re.compile("[a-z][a-z0-9_-]{0,39}")
_LARGEST = 2**53
_MOST_FAULTS = 100


def metadata(value: object) -> dict[str, Value | None]:
    """A map of text, numbers and booleans; null stays in it and means "remove this key" (see `merge`).

    Keys are trimmed, text is not: its spaces and line breaks are the caller's.
    """
    fields = _map(value)
    if len(fields) > METADATA_KEYS and _has_too_many(fields):
        raise Fault(f"has more than {METADATA_KEYS} keys")
    return _each(fields, metadata_key, _metadata_value)


def external_ids(value: object) -> dict[str, str | None]:
    """A map of external system to id, always text; null stays in it and means "remove this system" (see `merge`)."""
    return _each(_map(value), system, external_id)


def merge(old: Mapping[str, V], new: Mapping[str, V | None]) -> dict[str, V]:
    """The old map with the keys of the new one: null removes. On create the old map is empty."""
    return {key: value for key, value in {**old, **new}.items() if value is not None}


def merge_metadata(old: Mapping[str, Value], new: Mapping[str, Value | None]) -> dict[str, Value]:
    """As `merge`; the outcome too may have 50 keys at most."""
    merged = merge(old, new)
    if len(merged) > METADATA_KEYS:
        raise Fault(f"would have more than {METADATA_KEYS} keys")
    return merged


def canonical(value: Mapping[str, object] | Sequence[object]) -> str:
    """The one JSON text of a map or list: keys by code point, compact, `1.0` as `1`, `-0` as `0`."""
    if not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    items = value.values() if type(value) is dict else value if type(value) is list else (None,)
    if all(map(_is_plain, items)):
        try:
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()  # the very same text, only sooner
        except orjson.JSONEncodeError:  # it writes no lone surrogates
            return _by_python(value)
    return _by_python(value)


def _by_python(value: object) -> str:
    return json.dumps(_canonical(value), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def number(value: int | float) -> int | float:
    """A number that every JSON reader understands alike: finite, at most 2**53, whole ones as integers."""
    if isinstance(value, float) and not math.isfinite(value):
        raise Fault("is not a finite number")
    if abs(value) > _LARGEST:
        raise Fault("is too large")
    return int(value) if value == int(value) else value


def metadata_key(key: object) -> str:
    """A key of metadata: trimmed, 1 to 40 characters that do not look like a path."""
    text = filled(key, max_length=METADATA_KEY_LENGTH)
    if not _OF_PATHS.isdisjoint(text):
        raise Fault("must not contain . [ or ]")
    return text


def system(value: object) -> str:
    """The name of an external system."""
    if not isinstance(value, str) or not _SYSTEM.fullmatch(value):
        raise Fault("is not a system: begin with a-z, then up to 39 of a-z 0-9 _ -")
    if value in RESERVED_SYSTEMS:
        raise Fault("is a reserved word, not a system")
    return value


def external_id(value: object) -> str:
    """The id that a record has in an external system."""
    return filled(value, max_length=EXTERNAL_ID_LENGTH)


def key_fault(of_metadata: bool, key: str) -> str | None:
    """What is wrong with a key of metadata or, else, with an external system; None when nothing is."""
    try:
        metadata_key(key) if of_metadata else system(key)
    except Fault as fault:
        return fault.text
    return None


def _map(value: object) -> dict[object, object]:
    if not isinstance(value, dict):
        raise Fault("must be an object")
    return value


def _has_too_many(fields: Mapping[object, object]) -> bool:
    return sum(item is not None for item in fields.values()) > METADATA_KEYS or len(fields) > 2 * METADATA_KEYS


def _each(
    fields: dict[object, object], key_of: Callable[[object], str], value_of: Callable[[object], V]
) -> dict[str, V | None]:
    kept: dict[str, V | None] = {}
    faults: dict[str, str] = {}
    for raw, item in fields.items():
        try:
            key = key_of(raw)
            if key in kept:
                raise Fault("is there twice")
            kept[key] = None if item is None else value_of(item)
        except Fault as fault:
            faults[_path(raw)] = fault.text
        if len(faults) == _MOST_FAULTS:
            break
    if faults:
        raise Faults(faults)
    return kept


def _path(key: object) -> str:
    """`.key`, or `["key"]` shortened and escaped where the key itself is at fault."""
    try:
        return "." + metadata_key(key)
    except Fault:
        return f"[{json.dumps(str(key)[:METADATA_KEY_LENGTH])}]"


def _metadata_value(value: object) -> Value:
    if isinstance(value, str):
        return visible(value, max_length=METADATA_TEXT_LENGTH, lines=True)
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return number(value)
    raise Fault("must be text, a number or a boolean")


def _is_plain(value: object) -> bool:
    type_ = type(value)
    return type_ is str or type_ is bool or (type_ is int and -_LARGEST <= value <= _LARGEST)  # type: ignore[operator]


def _canonical(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Mapping | list | tuple):
        return value
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    return [_canonical(item) for item in value]
