"""Media types as callers write them: what an Accept header allows, and what a Content-Type header says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

JSON = "application/json"
PROBLEM = "application/problem+json"
MERGE_PATCH = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Range:
    """One part of an Accept header: a media type or a wildcard, and its weight."""

    type: str
    weight: float


@lru_cache(maxsize=256)
def accepted(accept: str | None) -> tuple[Range, ...]:
    """The parts of an Accept header; none at all, or an empty one, accepts everything."""
    found = []
    for part in (accept or "").split(","):
        type_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if type_:
            found.append(Range(type_, _weight(parameters)))
    return tuple(found) or (Range("*/*", 1.0),)


def weight(media_type: str, ranges: tuple[Range, ...]) -> float:
    """How much the type is wanted, by the most specific part that speaks of it; 0 is not at all."""
    group = media_type.partition("/")[0]
    for pattern in (media_type, f"{group}/*", "*/*"):
        named = [part.weight for part in ranges if part.type == pattern]
        if named:
            return max(named)
    return 0.0


@lru_cache(maxsize=256)
def takes_json(accept: str | None) -> bool:
    """Whether JSON may be sent. Who names the form of problems alone takes the rest as JSON."""
    ranges = accepted(accept)
    return weight(JSON, ranges) > 0 or any(part.type == PROBLEM and part.weight > 0 for part in ranges)


def prefers_problem(accept: str | None) -> bool:
    """Whether an error should be RFC 9457's object: it is named, and not less wanted than JSON."""
    ranges = accepted(accept)
    named = max((part.weight for part in ranges if part.type == PROBLEM), default=0.0)
    json = weight(JSON, ranges)
    return named > json or (0 < named == json and all(part.type != JSON for part in ranges))


@lru_cache(maxsize=256)
def content_type(value: str | None) -> str | None:
    """The type that a Content-Type header names, when its one parameter, if any, is charset=utf-8; else None."""
    if value is None:
        return None
    type_, *parameters = (piece.strip().lower() for piece in value.split(";"))
    charsets = [parameter.replace('"', "") for parameter in parameters if parameter]
    return type_ if charsets in ([], ["charset=utf-8"], ["charset=utf8"]) else None


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
