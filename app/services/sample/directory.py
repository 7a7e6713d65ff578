"""The sample directory: 5 users, 40 clients and 500 customers, the same ones every time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.services.sample.organisations import LATIN, LEGAL_FORMS, ORGANISATIONS, Organisation
from app.services.sample.people import COUNTRIES, Country
from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER, USER
from schema.values.text import fold

SYSTEM = "sample"
CUSTOMERS = 500
_SEED = 20_190_101
_FIRST_DAY = datetime(2019, 1, 7)
_DAYS = 6 * 365
_USERS = (
    ("Nadia Rahman", "ADMIN", "Head of Sales"),
    ("Sören Lindqvist", "EDITOR", "Sales Support Agent"),
    ("Beatriz Leitão", "EDITOR", "Sales Support Agent"),
    ("Kenta Tanaka", "EDITOR", "Account Manager"),
    ("Zoë van den Berg", "VIEWER", "Analyst"),
)
_TITLES = (
    "Buyer",
    "Owner",
    "Chief Accountant",
    "Head of IT",
    "Office Manager",
    "Sales Representative",
    "Engineer",
    None,
)
_TAGS = ("vip", "newsletter", "trade fair", "Referral", "wholesale", "événement")
_PLANS = ("free", "basic", "pro")
_BY_CODE = {country.code: country for country in COUNTRIES}


def records() -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Each record as a caller would send it, after those that it points at."""
    chance = random.Random(_SEED)  # noqa: S311 - it is to be the same every time
    yield from ((USER, user) for user in _users())
    yield from ((CLIENT, client) for client in _clients(chance))
    yield from ((CUSTOMER, customer) for customer in _customers(chance))


def _users() -> Iterator[dict[str, Any]]:
    for i, (name, role, title) in enumerate(_USERS, 1):
        given = _slug(name.split()[0])
        yield {
            "name": name,
            "email": f"{given}@cube.example",
            "role": role,
            "title": title,
            "phone": f"+1 202-555-01{i:02}",
            "createdAt": _instant(_FIRST_DAY + timedelta(days=30 * i, hours=9)),
            "externalIds": {SYSTEM: f"user-{i}"},
        }


def _clients(chance: random.Random) -> Iterator[dict[str, Any]]:
    numbers = {organisation.name: i for i, organisation in enumerate(ORGANISATIONS, 1)}
    for i, organisation in enumerate(ORGANISATIONS, 1):
        domain = f"{_slug(LATIN.get(organisation.name, organisation.name))}.example"
        form = LEGAL_FORMS.get(organisation.country)
        country = _BY_CODE[organisation.country]
        yield {
            "name": organisation.name,
            "legalName": f"{organisation.name} {form}" if form else None,
            "domain": domain,
            "website": f"https://www.{domain}/",
            "email": f"hello@{domain}",
            "phone": _phone(chance, country),
            "industry": organisation.industry,
            "employees": organisation.employees,
            "status": chance.choices(("ACTIVE", "PROSPECT", "INACTIVE"), (6, 3, 1))[0],
            "address": _address(chance, country),
            "ownerId": _owner(chance),
            "parentId": f"{SYSTEM}:client-{numbers[organisation.parent]}" if organisation.parent else None,
            "tags": _some_tags(chance),
            "metadata": {"plan": chance.choice(_PLANS), "seats": chance.randrange(1, 60)},
            "externalIds": {SYSTEM: f"client-{i}", "erp": f"{7000 + i:06}"},
            "createdAt": _some_instant(chance),
        }


def _customers(chance: random.Random) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for i in range(1, CUSTOMERS + 1):
        at = chance.choice(ORGANISATIONS) if chance.random() < 0.7 else None
        country = _BY_CODE[at.country] if at else chance.choice(COUNTRIES)
        given, latin_given = _name(chance.choice(country.given))
        family, latin_family = _name(chance.choice(country.family))
        place = f"{_slug(LATIN.get(at.name, at.name))}.example" if at else f"{country.code.lower()}-mail.example"
        names = (family, given) if country.family_first else (given, family)
        yield {
            "name": " ".join(names) if country.family_first else None,
            "givenName": given,
            "familyName": family,
            "email": _email(latin_given, latin_family, place, taken) if chance.random() < 0.94 else None,
            "additionalEmails": [f"{_slug(latin_given)}.{i}@home.example"] if chance.random() < 0.1 else [],
            "phone": _phone(chance, country),
            "title": chance.choice(_TITLES) if at else None,
            "locale": country.locale,
            "timeZone": country.zone,
            "status": chance.choices(("ACTIVE", "LEAD", "INACTIVE", "CHURNED"), (5, 3, 1, 1))[0],
            "emailConsent": chance.choices(("SUBSCRIBED", "UNKNOWN", "UNSUBSCRIBED"), (4, 4, 2))[0],
            "address": _address(chance, country) if chance.random() < 0.85 else None,
            "clientId": _client(at),
            "ownerId": _owner(chance) if chance.random() < 0.9 else None,
            "tags": _some_tags(chance),
            "metadata": _some_metadata(chance),
            "externalIds": _customer_ids(chance, i),
            "createdAt": _some_instant(chance),
        }


def _client(organisation: Organisation | None) -> str | None:
    return f"{SYSTEM}:client-{ORGANISATIONS.index(organisation) + 1}" if organisation else None


def _owner(chance: random.Random) -> str:
    return f"{SYSTEM}:user-{chance.randrange(1, len(_USERS) + 1)}"


def _name(text: str) -> tuple[str, str]:
    """A name, and how an address writes it."""
    name, _, latin = text.partition("=")
    return name, latin or name


def _email(given: str, family: str, place: str, taken: set[str]) -> str:
    local = f"{_slug(given)}.{_slug(family)}"
    number = 1
    while (address := f"{local}{number if number > 1 else ''}@{place}") in taken:
        number += 1
    taken.add(address)
    return address


def _slug(text: str) -> str:
    return re.sub("[^a-z0-9]+", "-", fold(text).replace("'", "").replace("ß", "ss")).strip("-")


def _phone(chance: random.Random, country: Country) -> str | None:
    if not country.phones:
        return None
    return re.sub("#", lambda _: str(chance.randrange(10)), chance.choice(country.phones))


def _address(chance: random.Random, country: Country) -> dict[str, Any]:
    city, region, postal_code = chance.choice(country.towns).split("/")
    street, number = chance.choice(country.streets), str(chance.randrange(1, 180))
    return {
        "line1": f"{number} {street}" if country.number_first else f"{street} {number}",
        "city": city,
        "region": region or None,
        "postalCode": postal_code,
        "country": country.code,
    }


def _some_tags(chance: random.Random) -> list[str]:
    return chance.sample(_TAGS, chance.choice((0, 0, 1, 1, 2, 3)))


def _some_metadata(chance: random.Random) -> Mapping[str, Any]:
    if chance.random() < 0.3:
        return {}
    return {"plan": chance.choice(_PLANS), "score": chance.randrange(101), "beta": chance.random() < 0.2}


def _customer_ids(chance: random.Random, number: int) -> dict[str, str]:
    ids = {SYSTEM: f"customer-{number}"}
    return ids | {"shop": f"{chance.randrange(10**9):010}"} if chance.random() < 0.5 else ids


def _some_instant(chance: random.Random) -> str:
    return _instant(_FIRST_DAY + timedelta(days=chance.randrange(_DAYS), milliseconds=chance.randrange(86_400_000)))


def _instant(at: datetime) -> str:
    return f"{at.isoformat(timespec='milliseconds')}Z"
