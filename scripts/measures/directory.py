"""A directory of any size, the same one every time: users, clients, and customers of whom each family has 500."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

USERS, CLIENTS, FAMILY = 50, 500, 500
_START = datetime(2022, 1, 1)
_SECONDS = 4 * 365 * 86_400
_STEP = 7919  # a prime: the order of creation is not that of the rows
_CONSONANTS, _VOWELS = "bdfgklmnprst", "aeiou"


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


_GIVEN = _list("Ada, Bruno, Chloé, Dmitri, Elif, Farah, Göran, Hana, Ivan, Jade, Kofi, Lena, Mateo, Nadia, Omar, Priya")
_PLACES = _list("Lisbon/PT, Berlin/DE, Lyon/FR, Osaka/JP, Lagos/NG, Austin/US, Lima/PE, Pune/IN, Oslo/NO, Kraków/PL")
_INDUSTRIES = _list("retail, software, health, logistics, energy, finance, food, education")


def user(number: int) -> dict[str, Any]:
    name = f"{_GIVEN[number % len(_GIVEN)]} {family(number)}"
    return {"name": name, "email": f"user{number}@cube.example", "role": "EDITOR"}


def client(number: int, owners: Sequence[str]) -> dict[str, Any]:
    return {
        "name": f"{family(number)} & {family(number * 7)}",
        "domain": f"client{number}.example",
        "industry": _INDUSTRIES[number % len(_INDUSTRIES)],
        "employees": number * 3,
        "status": "ACTIVE",
        "ownerId": owners[number % len(owners)],
    }


def customer(number: int, of: int, clients: Sequence[str], owners: Sequence[str]) -> dict[str, Any]:
    """The customer of this number in a directory of so many."""
    chance = random.Random(number)
    city, country = chance.choice(_PLACES).split("/")
    at = _START + timedelta(seconds=number * _STEP % of * (_SECONDS // of))
    return {
        "givenName": chance.choice(_GIVEN),
        "familyName": family(number % families(of)),
        "email": f"customer{number}@mail.example",
        "phone": f"+1202{number % 10_000_000:07}",
        "title": f"{number:08}",
        "status": chance.choices(("ACTIVE", "LEAD", "INACTIVE", "CHURNED"), (50, 25, 15, 10))[0],
        "address": {"line1": f"{chance.randrange(1, 200)} Mill Road", "city": city, "country": country},
        "clientId": clients[number % len(clients)],
        "ownerId": owners[number % len(owners)],
        "tags": ["vip"] if chance.random() < 0.1 else [],
        "metadata": {"source": chance.choice(("web", "import", "event")), "score": chance.randrange(100)},
        "externalIds": {"erp": f"{number:07}"},
        "createdAt": f"{at.isoformat(timespec='milliseconds')}Z",
    }


def mark() -> str:
    """Eight characters that change when the records do."""
    sample = [user(1), client(1, ["u"]), *(customer(i, 10_000, ["c"], ["u"]) for i in range(20))]
    return f"{zlib.crc32(json.dumps(sample).encode()):08x}"


def families(of: int) -> int:
    """How many families there are among so many customers: whichever it is, each has as many members."""
    return max(1, of // FAMILY)


def family(number: int) -> str:
    """A name of one length, so that none is the beginning of another."""
    name, rest = "", number
    for _ in range(4):
        rest, syllable = divmod(rest, len(_CONSONANTS) * len(_VOWELS))
        name += _CONSONANTS[syllable // len(_VOWELS)] + _VOWELS[syllable % len(_VOWELS)]
    return name.capitalize()
