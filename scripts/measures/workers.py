"""Whether two workers write correctly, and answer at half load as soon as one does."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace

from scripts.measures import loads
from scripts.measures.asking import Connection, connected
from scripts.measures.loads import Known, Load
from scripts.measures.races import races
from scripts.measures.server import seconds_of, serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median, ms, percentile

_SIZE = 10_000
_AIM = 1.25
_CONNECTIONS, _ROUNDS, _SECONDS = 16, 5, 6.0
_WARM = 7  # requests of a connection that are not counted
_WORK = (*[loads.ONE] * 3, loads.LIST, loads.LOADS["graphql-one"])


def measure(stock: Stock, asked: Namespace) -> int:
    with stock.copied(_SIZE) as filled:
        missed = asyncio.run(_writes(filled, stock.kind))
    return missed + asyncio.run(_reads(stock.filled(_SIZE), stock.kind))


async def _writes(filled: Filled, kind: str) -> int:
    report = Report(f"Writes through two workers on {kind}", ("what", "wanted", "found"))
    with serving(filled.url, filled.key, workers=2) as server:
        async with connected(server, _CONNECTIONS) as connections:
            known = await loads.known(connections[0], filled)
            await races(report, connections, list(known.ids))
        shares = [f"{one:.1f} s" for one in map(seconds_of, server.workers())]
        report.line("both workers took part", "2", ", ".join(shares), good=len(shares) == 2)
    return report.missed


async def _reads(filled: Filled, kind: str) -> int:
    rate = await _most(filled) / 2
    title = f"Reads at half load ({rate:,.0f} a second) on {kind}: p99 of two workers at most {_AIM:g} times"
    report = Report(title, ("round", "p50 of one", "p99 of one", "p50 of two", "p99 of two", "ratio"))
    found: list[tuple[float, float]] = []
    for number in range(1, _ROUNDS + 1):
        one, two = [await _paced(filled, workers, rate) for workers in (1, 2)]
        was, is_ = percentile(one, 0.99), percentile(two, 0.99)
        found.append((was, is_))
        report.line(number, ms(median(one)), ms(was), ms(median(two)), ms(is_), f"{is_ / was:.2f}")
    was, is_ = median([one for one, _ in found]), median([two for _, two in found])
    report.line("median", "", ms(was), "", ms(is_), f"{is_ / was:.2f}", good=is_ / was <= _AIM)
    return report.missed


async def _most(filled: Filled) -> float:
    """Requests a second that one worker answers when each connection asks again at once."""
    with serving(filled.url, filled.key) as server:
        async with connected(server, _CONNECTIONS) as connections:
            known = await loads.known(connections[0], filled)
            end = time.monotonic() + _SECONDS
            done = await asyncio.gather(*(_until(one, known, end) for one in connections))
    return sum(done) / _SECONDS


async def _until(connection: Connection, known: Known, end: float) -> int:
    number = 0
    while time.monotonic() < end:
        (await connection.ask(_work(number)(known, number))).good()
        number += 1
    return number


async def _paced(filled: Filled, workers: int, rate: float) -> list[float]:
    """Milliseconds from when each request was due to its answer, at so many a second."""
    with serving(filled.url, filled.key, workers) as server:
        async with connected(server, _CONNECTIONS) as connections:
            known = await loads.known(connections[0], filled)
            begin = time.monotonic() + 0.1
            every = _CONNECTIONS / rate
            starts = [begin + every * i / _CONNECTIONS for i in range(_CONNECTIONS)]
            asked = (_pace(one, known, start, every) for one, start in zip(connections, starts, strict=True))
            found = await asyncio.gather(*asked)
    return [one for many in found for one in many]


async def _pace(connection: Connection, known: Known, due: float, every: float) -> list[float]:
    found, number, end = [], 0, due + _SECONDS
    while due < end:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        (await connection.ask(_work(number)(known, number))).good()
        if number >= _WARM:
            found.append((time.monotonic() - due) * 1000)
        number += 1
        due += every
    return found


def _work(number: int) -> Load:
    return _WORK[number % len(_WORK)]
