"""W3C trace context, Level 2: which trace a request belongs to, and the span that Cube adds to it."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

SAMPLED = 0x01
RANDOM = 0x02

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_LENGTH = 55
_MAX_MEMBERS = 32
_KEY = re.compile(r"[a-z0-9][a-z0-9_\-*/@]{0,255}")
_VALUE = re.compile(r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")


class Trace(NamedTuple):
    """The trace of a request and its own span in it; as text it is the `traceId` of errors, logs and changes."""

    trace_id: str
    span_id: str
    flags: int
    state: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags:02x}"


def new_trace() -> Trace:
    """The first span of a trace of its own."""
    return Trace(*_ids(), SAMPLED)


def new_trace_text() -> str:
    """As `str(new_trace())`: nearly every request begins a trace, of which nothing but the text is wanted."""
    trace_id, span_id = _ids()
    return f"00-{trace_id}-{span_id}-01"


def continued(parents: Sequence[str], states: Sequence[str] = ()) -> Trace:
    """The next span of the caller's trace, from its header lines; without a valid parent, of a new one."""
    parent = parse_parent(parents)
    if parent is None:
        return new_trace()
    trace_id, flags = parent
    return Trace(trace_id, _ids()[1], flags, parse_state(states))


def parse_parent(lines: Sequence[str]) -> tuple[str, int] | None:
    """The trace id and the flags that Cube keeps of `traceparent`; None unless there is exactly one valid line."""
    if len(lines) != 1:
        return None
    text = lines[0].strip(" \t")
    match = _PARENT.fullmatch(text[:_LENGTH])
    if match is None:
        return None
    version, trace_id, parent_id, flags = match.groups()
    rest = text[_LENGTH:]
    if version == "ff" or (rest and (version == "00" or not rest.startswith("-"))):
        return None
    if not trace_id.strip("0") or not parent_id.strip("0"):
        return None
    return trace_id, int(flags, 16) & (SAMPLED | RANDOM)


def parse_state(lines: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The members of `tracestate`, the first of equal keys; none at all if one is bad or there are too many."""
    found: dict[str, str] = {}
    members = [member.strip(" \t") for line in lines for member in line.split(",")]
    members = [member for member in members if member]
    if len(members) > _MAX_MEMBERS:
        return ()
    for member in members:
        key, equals, value = member.partition("=")
        if not equals or not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            return ()
        found.setdefault(key, value)
    return tuple(found.items())


def _ids() -> tuple[str, str]:
    """Of a trace and of a span in it."""
    # Not to be guessed by nobody, but to be nobody else's: each new process has a seed of its own, a forked one too.
    text = f"{random.getrandbits(192):048x}"
    trace_id, span_id = text[:32], text[32:]
    # Neither may be all zero.
    return (trace_id, span_id) if trace_id.strip("0") and span_id.strip("0") else _ids()
