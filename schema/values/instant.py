"""Instants: RFC 3339 on the way in, fixed-width UTC with milliseconds in store and on the way out."""

import re
import time
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil

from schema.values.fault import Fault

_EXAMPLE = "2026-03-29T02:30:00Z"
_INSTANT = re.compile(
    r"(?P<date>([0-9]{4})-([0-9]{2})-([0-9]{2}))"
    r"(?:[Tt ](?P<time>([0-9]{2}):([0-9]{2}):([0-9]{2}))(?:\.(?P<fraction>[0-9]+))?"
    r"(?P<offset>[Zz]|(?P<sign>[+ -])(?P<hours>[01][0-9]|2[0-3]):(?P<minutes>[0-5][0-9]))?)?"
)
_DATE_AND_TIME = (2, 3, 4, 6, 7, 8)


def instant(value: object) -> str:
    """`YYYY-MM-DDTHH:MM:SS.mmmZ`; what is finer than a millisecond is cut, an instant without offset is refused."""
    found = _INSTANT.fullmatch(value.strip(" \t\r\n")) if isinstance(value, str) else None
    if found is None:
        raise Fault(f"is not an instant such as {_EXAMPLE}")
    if found["time"] is None:
        raise Fault(f"needs a time and an offset, as in {_EXAMPLE}")
    if found["offset"] is None:
        raise Fault(f"needs an offset, as in {_EXAMPLE}")
    if found["sign"] == " ":
        raise Fault("needs a sign before its offset; + is written %2B in a URL")
    try:
        local = datetime(*(int(part) for part in found.group(*_DATE_AND_TIME)))  # type: ignore[arg-type]
    except ValueError:
        raise Fault("is not a date and time that exists") from None
    try:
        utc = local - _offset(found)
    except OverflowError:
        raise Fault("is outside the years 0001 to 9999 in UTC") from None
    return _written(utc, milliseconds=int((found["fraction"] or "")[:3].ljust(3, "0")))


def now() -> str:
    """The present instant."""
    return _millisecond(time.time_ns() // 1_000_000)


def later(at: str, seconds: int) -> str:
    """The instant so many seconds after another; before it, if they are negative."""
    moved = datetime.fromisoformat(at).replace(tzinfo=None) + timedelta(seconds=seconds)
    return _written(moved.replace(microsecond=0), milliseconds=moved.microsecond // 1000)


def seconds_between(start: str, end: str) -> int:
    """How many seconds there are from one instant to a later one, a started one among them."""
    return ceil((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


@lru_cache(maxsize=2)
def _millisecond(since_1970: int) -> str:
    seconds, milliseconds = divmod(since_1970, 1000)
    return _written(datetime(1970, 1, 1) + timedelta(seconds=seconds), milliseconds=milliseconds)


def _offset(found: re.Match[str]) -> timedelta:
    if found["sign"] is None:
        return timedelta()
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    return -offset if found["sign"] == "-" else offset


def _written(utc: datetime, milliseconds: int) -> str:
    return f"{utc.isoformat()}.{milliseconds:03d}Z"
