"""Whether memory stays flat: over documents of which no two are the same, and over a long mixed load."""

from __future__ import annotations

import asyncio
import random
import time
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator
from itertools import count

from scripts.measures import loads
from scripts.measures.asking import Connection, Request, connected, get, graphql
from scripts.measures.loads import Known
from scripts.measures.server import Server, serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median

_SIZE = 10_000
_AIM = 0.05
_CONNECTIONS, _SAMPLES = 4, 100
_FIELDS = ("id", "version", "createdAt", "name", "givenName", "familyName", "email", "phone", "title", "status", "tags")
_SORTS = ("CREATED_AT", "FAMILY_NAME", "EMAIL", "STATUS")
_STATUSES = ("LEAD", "ACTIVE", "INACTIVE", "CHURNED")


def measure(stock: Stock, asked: Namespace) -> int:
    with stock.copied(_SIZE) as filled:
        return asyncio.run(_measure(filled, stock.kind, asked))


async def _measure(filled: Filled, kind: str, asked: Namespace) -> int:
    title = f"Memory on {kind}: at most {_AIM:.0%} more in the last fifth of the work than in the second one"
    head = ("work", "done", "idle", *(f"{i}/5" for i in range(1, 6)), "growth", "with mapped files, at the end")
    report = Report(title, head)
    with serving(filled.url, filled.key) as server:
        async with connected(server, _CONNECTIONS) as connections:
            known = await loads.known(connections[0], filled)
            await _documents(report, server, connections, asked.documents)
            await _mixed(report, server, connections, known, asked.minutes * 60)
    return report.missed


async def _documents(report: Report, server: Server, connections: list[Connection], most: int) -> None:
    numbers, every = iter(range(most)), max(1, most // _SAMPLES)
    idle, samples = server.resident("RssAnon"), []

    async def ask(connection: Connection) -> None:
        for number in numbers:
            (await connection.ask(graphql(document(number)))).good()
            if number % every == 0:
                samples.append(server.resident("RssAnon"))

    await asyncio.gather(*map(ask, connections))
    _judge(report, "distinct documents", f"{most:,}", idle, samples, server)


async def _mixed(report: Report, server: Server, connections: list[Connection], known: Known, seconds: float) -> None:
    end, turns, samples = time.monotonic() + seconds, count(), [server.resident("RssAnon")]

    async def ask(connection: Connection) -> None:
        for number in turns:
            if time.monotonic() > end:
                return
            answer = await connection.ask(mixed(known, number))
            if answer.status >= 500:
                answer.good()

    async def sample() -> None:
        while time.monotonic() < end:
            await asyncio.sleep(seconds / _SAMPLES)
            samples.append(server.resident("RssAnon"))

    working: list[Awaitable[None]] = [sample(), *map(ask, connections)]
    await asyncio.gather(*working)
    _judge(report, "mixed load", f"{next(turns):,} in {seconds / 60:g} min", samples[0], samples[1:], server)


def _judge(report: Report, work: str, done: str, idle: float, samples: list[float], server: Server) -> None:
    fifth = len(samples) // 5
    fifths = [median(samples[i * fifth : (i + 1) * fifth]) for i in range(5)]
    growth = fifths[4] / fifths[1] - 1
    cells = [f"{one:.1f} MB" for one in (idle, *fifths)]
    report.line(work, done, *cells, f"{growth:+.1%}", f"{server.resident():.0f} MB", good=growth < _AIM)


def document(number: int) -> str:
    """A document that is like no other: in its names, its fields and their order, its literals, its depth."""
    chance = random.Random(number)
    fields = chance.sample(_FIELDS, chance.randrange(3, len(_FIELDS)))
    named = [f"{name[0]}{number}_{i}: {name}" if chance.random() < 0.4 else name for i, name in enumerate(fields)]
    related = chance.choice(("", "client { id name }", f"c{number}: client {{ name owner {{ id }} }}"))
    sort = f"{{field: {chance.choice(_SORTS)}, direction: {chance.choice(('ASC', 'DESC'))}}}"
    filter_ = f"{{status: {{eq: {chance.choice(_STATUSES)}}}, version: {{lt: {chance.randrange(2, 10**9)}}}}}"
    arguments = f"first: {chance.randrange(1, 6)}, orderBy: [{sort}], filter: {filter_}"
    return f"query Q{number} {{ r{number}: customers({arguments}) {{ nodes {{ {' '.join(named)} {related} }} }} }}"


def mixed(known: Known, number: int) -> Request:
    """One of all kinds of work: reads of both doors, writes, and what is refused."""
    chance = random.Random(number)
    return chance.choice(_MIXED)(known, number)


def _updated(known: Known, number: int) -> Request:
    body = {"title": f"{number:08}", "metadata": {"seen": number}}
    return Request("PATCH", f"/customers/{known.id(number)}", body)


def _kinds() -> Iterator[Callable[[Known, int], Request]]:
    for name, load in loads.LOADS.items():
        yield from [load] * (1 if name.startswith("create") else 4)
    yield from [_updated] * 4
    yield lambda known, i: get(
        f"/customers?createdAt[lt]=2024-01-01T00:00:00.{i % 1000:03}Z&limit={i % 50 + 1}&count=true"
    )
    yield lambda known, i: get(f"/customers?q={loads.family(known)}&fields=id,name&limit={i % 90 + 1}")
    yield lambda known, i: graphql(document(i))
    yield lambda known, i: get(f"/customers/none:{i}")
    yield lambda known, i: get(f"/customers?colour{i}=red")
    yield lambda known, i: Request("POST", "/customers", {"email": f"no address {i}"})
    yield lambda known, i: graphql(f"{{ nothing{i} }}")


_MIXED = tuple(_kinds())
