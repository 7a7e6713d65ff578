"""The work that a server is given: what is asked of a filled directory, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from scripts.measures import directory
from scripts.measures.asking import Connection, Request, get, graphql
from scripts.measures.stock import Filled

NINE = "id email givenName familyName phone status address { city country } createdAt"
CLIENT = "client { id name owner { id name email } }"
_ONE = f"query One($id: ID!) {{ customer(id: $id) {{ {NINE} {CLIENT} }} }}"
_MANY = (
    "query Many($first: Int!) { customers(filter: {status: {eq: ACTIVE}}, first: $first, "
    f"orderBy: [{{field: CREATED_AT, direction: DESC}}]) {{ nodes {{ {NINE} {CLIENT} }} }} }}"
)
_NEST = (
    "{ clients(first: 20, orderBy: [{field: CREATED_AT}]) { nodes { id name owner { id name email } "
    f"customers(first: 10, orderBy: [{{field: TITLE}}]) {{ nodes {{ {NINE} }} }} }} }} }}"
)
_CREATE = f"mutation Create($input: CustomerCreate!) {{ createCustomer(input: $input) {{ {NINE} }} }}"
_NEW = count()


@dataclass(frozen=True)
class Known:
    """What of a directory is asked for: ids from all over it, an owner, a page at nine tenths of its depth."""

    size: int
    ids: Sequence[str]
    client: str
    owner: str
    cursor: str

    def id(self, number: int) -> str:
        return self.ids[number * 7919 % len(self.ids)]


Load = Callable[[Known, int], Request]

ONE: Load = lambda known, i: get(f"/customers/{known.id(i)}")  # noqa: E731
FIRST: Load = lambda known, i: get("/customers?limit=50")  # noqa: E731
DEEP: Load = lambda known, i: get(f"/customers?sort=-createdAt&limit=50&after={known.cursor}")  # noqa: E731
LIST: Load = lambda known, i: get("/customers?status=active&sort=-createdAt&limit=50")  # noqa: E731
NEST: Load = lambda known, i: graphql(_NEST)  # noqa: E731

# Those of the benchmark.
LOADS: dict[str, Load] = {
    "rest-one": ONE,
    "rest-list": LIST,
    "rest-expand": lambda known, i: get("/customers?status=active&sort=-createdAt&limit=50&expand=client.owner"),
    "graphql-one": lambda known, i: graphql(_ONE, {"id": known.id(i)}),
    "graphql-50": lambda known, i: graphql(_MANY, {"first": 50}),
    "graphql-20x10": NEST,
    "deep-page": DEEP,
    "create-rest": lambda known, i: Request("POST", "/customers", new(known)),
    "create-graphql": lambda known, i: graphql(_CREATE, {"input": new(known)}),
}


def new(known: Known) -> dict[str, object]:
    """A customer whom nobody has made yet."""
    number = next(_NEW)
    return {
        "email": f"new{number}@example.com",
        "givenName": "Ada",
        "familyName": "Novak",
        "phone": f"+1503555{number % 10_000:04}",
        "status": "LEAD",
        "address": {"city": "Lisbon", "country": "PT"},
        "metadata": {"source": "web", "score": 7},
        "clientId": known.client,
    }


def many(first: int) -> Request:
    """A page of customers with client and owner."""
    return graphql(_MANY, {"first": first})


async def known(connection: Connection, filled: Filled) -> Known:
    """Walks through the directory, a thousand customers at a time."""
    ids, after = [], ""
    for _ in range(max(1, filled.size * 9 // 10 // 1000)):
        page = (await connection.ask(get(f"/customers?fields=id&limit=1000{after}"))).good().json()
        ids += [one["id"] for one in page["data"][::50]]
        after = f"&after={page['nextCursor']}"
    related = (await connection.ask(get(f"/customers/{ids[0]}"))).good().json()
    return Known(filled.size, ids, related["clientId"], related["ownerId"], after.removeprefix("&after="))


def family(known: Known) -> str:
    """A name that 500 customers have, whatever the size of the directory."""
    return directory.family(directory.families(known.size) // 2)
