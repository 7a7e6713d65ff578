"""Random directories for tests: nulls, ties, accents and odd characters are common in them."""

from __future__ import annotations

import random
from typing import Any

import orjson

from app.services.database import Database
from app.services.read import read
from app.services.write import write
from schema.actor import SYSTEM
from schema.change import Call, Create, Delete, Source
from schema.members import default_record
from schema.paging import Span, connection
from schema.reference import Reference
from schema.resource import Resource
from schema.resources import CLIENT, CUSTOMER, DIRECTORY, USER
from schema.selection import Deleted, Nodes
from tests.oracle import Directory

Json = dict[str, Any]

CALL = Call(SYSTEM, Source.CLI, "00-" + "0" * 31 + "1-" + "0" * 15 + "1-01")

NAMES = (
    "Gonçalves",
    "goncalves",
    "Ørsted",
    "Zoë",
    "Łukasz",
    "O'Brien",
    "Müller",
    "mueller",
    "Straße",
    "李",
    "Ünal",
    "50% off",
    "a_b",
    "axb",
    "ﬁne",
    "ب",
)
INDUSTRIES = (None, None, "Software", "soft goods", "Mining", "Ärzte")
CITIES = (None, "São Paulo", "Sao Paulo", "Zürich", "Oslo", "Ōsaka")
COUNTRIES = ("BR", "CH", "NO", "JP", None)
TAGS = ("vip", "VIP", "neu 1", "a,b", "é")
PLANS: tuple[Any, ...] = ("pro", "Pro", "5", 5, 5.5, True, False, "true", "", "ü%")
INSTANTS = tuple(f"202{y}-0{m}-15T12:00:00.{ms}Z" for y in (1, 4) for m in (1, 6) for ms in ("000", "001"))


def _some(r: random.Random, **choices: Any) -> Json:
    """Each with its chosen value, or now and then without."""
    return {name: value for name, value in choices.items() if value is not None and r.random() < 0.7}


def user(r: random.Random, i: int) -> Json:
    return {
        "name": r.choice(NAMES),
        "email": f"{r.choice(('U', 'u'))}ser{i}@{r.choice(('x.io', 'bücher.example'))}",
        "role": r.choice(("ADMIN", "EDITOR", "VIEWER")),
        "createdAt": r.choice(INSTANTS),
        **_some(
            r,
            title=r.choice(NAMES),
            phone=r.choice(("+41 44 668 18 00", "call me 12")),
            locale=r.choice(("de", "pt-BR")),
        ),
    }


def client(r: random.Random, i: int, users: list[str]) -> Json:
    return {
        "name": r.choice(NAMES),
        "createdAt": r.choice(INSTANTS),
        "status": r.choice(("PROSPECT", "ACTIVE", "INACTIVE")),
        **_some(
            r,
            domain=f"c{i}.example",
            industry=r.choice(INDUSTRIES),
            employees=r.choice((0, 1, 7, 7, 120)),
            ownerId=r.choice(users) if users else None,
            email=f"Hello{i}@Acme.example",
            externalIds={"erp": str(i)},
        ),
    }


def customer(r: random.Random, i: int, users: list[str], clients: list[str]) -> Json:
    return {
        "givenName": r.choice(NAMES),
        "createdAt": r.choice(INSTANTS),
        "status": r.choice(("LEAD", "ACTIVE", "INACTIVE", "CHURNED")),
        **_some(
            r,
            familyName=r.choice(NAMES),
            email=f"Customer{i}@{r.choice(('X.io', 'bücher.example'))}",
            phone=r.choice(("+1 (555) 123-4567", "+47 22 44 22 22", "0171")),
            title=r.choice(NAMES),
            address={"city": r.choice(CITIES), "country": r.choice(COUNTRIES)},
            clientId=r.choice(clients) if clients else None,
            ownerId=r.choice(users) if users else None,
            tags=r.sample(TAGS, r.randrange(3)),
            metadata={"plan": r.choice(PLANS), "n": r.choice((1, 2, 2.5, -3))},
            externalIds={"erp": f"e{i}", "stripe": f"cus_{i}"},
            additionalEmails=[f"second{i}@x.io"],
            additionalPhones=["+41 44 668 18 00"],
        ),
    }


async def add(db: Database, resource: Resource, data: Json) -> str:
    return (await write(db, Create(resource, data), CALL)).id


async def fill(db: Database, r: random.Random, *, users: int = 4, clients: int = 8, customers: int = 30) -> Directory:
    """Writes a random directory, some of it deleted again, and returns it as it is stored."""
    user_ids = [await add(db, USER, user(r, i)) for i in range(users)]
    client_ids = [await add(db, CLIENT, client(r, i, user_ids)) for i in range(clients)]
    customer_ids = [await add(db, CUSTOMER, customer(r, i, user_ids, client_ids)) for i in range(customers)]
    for resource, ids in ((CLIENT, client_ids[:1]), (CUSTOMER, customer_ids[: customers // 10])):
        for one in ids:
            await write(db, Delete(resource, Reference(resource.name, "id", one)), CALL)
    return await directory(db)


async def directory(db: Database) -> Directory:
    """Everything that is stored, deleted records included."""
    return Directory({resource.name: await stored(db, resource) for resource in DIRECTORY})


async def stored(db: Database, resource: Resource) -> list[Json]:
    """Every record of a resource, in one page of a thousand."""
    shape = (Nodes("data", default_record(resource)),)
    everything = connection(resource, shape, span=Span(first=1000), deleted=Deleted.INCLUDE)
    answer = await read(db, everything, SYSTEM)
    assert answer.body is not None
    found: list[Json] = orjson.loads(answer.body)["data"]
    return found
