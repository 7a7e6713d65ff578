"""The forms of the settings about rates: the quotas of keys and addresses, and the Redis that keeps them."""

import re
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from app.setting_values import Form, shown

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_RATE = re.compile(r"([0-9]{1,12})/([0-9]{0,4})([smh])")


@dataclass(frozen=True)
class Rates:
    """Each a quota and the seconds in which it fills: a key's requests, the rows it reads, an address's requests."""

    requests: tuple[int, int]
    cost: tuple[int, int]
    address: tuple[int, int]


DEFAULT = "requests=2000000/h, cost=100000000/h, address=600/m"


def _rates(text: str) -> Rates | None:
    return None if text.lower() == "off" else Rates(**{**_given(DEFAULT), **_given(text)})


def _given(text: str) -> dict[str, tuple[int, int]]:
    names = [field.name for field in fields(Rates)]
    given: dict[str, tuple[int, int]] = {}
    for part in text.split(","):
        name, equals, rate = (piece.strip() for piece in part.partition("="))
        if not equals or name not in names:
            raise ValueError(f"{shown(part.strip())} is none of {', '.join(names)} with its number")
        if name in given:
            raise ValueError(f"{name} stands more than once")
        given[name] = _rate(rate)
    return given


def _rate(text: str) -> tuple[int, int]:
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{shown(text)} is not a number in a time")
    quota, window = int(match[1]), int(match[2] or 1) * _SECONDS[match[3]]
    if not quota or not window:
        raise ValueError(f"{shown(text)} is nothing")
    return quota, window


def _redis_url(text: str) -> str:
    """Its faults quote nothing of it: a password may stand anywhere."""
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError("its host or port cannot be read: other signs than letters are percent-encoded") from None
    if url.scheme not in ("redis", "rediss", "unix") or not (url.path if url.scheme == "unix" else url.hostname):
        raise ValueError("it is not one")
    if url.scheme != "unix" and not re.fullmatch(r"(/[0-9]{0,4})?", url.path):
        raise ValueError("what follows the host is not the number of a database")
    if re.search(r"\s", text):
        raise ValueError("it holds a space: it is written %20")
    return text


RATES = Form("off, or numbers in a time such as requests=6000/m, cost=600000/10m, address=10/s", _rates)
REDIS_URL = Form("redis://host:6379/0, or one with rediss or unix", _redis_url)
