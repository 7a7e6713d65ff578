"""Whether slow queries stall quick ones: reads of one record beside filters that no index serves."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from http import HTTPStatus

from scripts.measures import loads
from scripts.measures.asking import Connection, connected, get
from scripts.measures.loads import Known
from scripts.measures.server import serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median, ms, percentile

_AIM = 10.0
_SLOW, _READS, _ROUNDS = 4, 2_000, 3
_PAUSE = 0.002  # between two reads: quick ones come now and then, and find what they find


def measure(stock: Stock, asked: Namespace) -> int:
    return asyncio.run(_measure(stock.filled(asked.size), stock.kind))


async def _measure(filled: Filled, kind: str) -> int:
    work = f"One-record reads beside {_SLOW} unindexed filters over {filled.size:,}"
    title = f"{work} on {kind}: p99 at most {_AIM:g} times"
    report = Report(title, ("round", "p50 quiet", "p99 quiet", "p50 beside", "p99 beside", "ratio", "filters done"))
    ratios = []
    with serving(filled.url, filled.key) as server:
        async with connected(server, _SLOW + 1) as [quick, *slow]:
            known = await loads.known(quick, filled)
            await _reads(quick, known)
            for number in range(1, _ROUNDS + 1):
                quiet = await _reads(quick, known)
                stop, tasks = asyncio.Event(), []
                tasks = [asyncio.create_task(_filter(one, stop)) for one in slow]
                await asyncio.sleep(0.2)
                beside = await _reads(quick, known)
                stop.set()
                took = [one for many in await asyncio.gather(*tasks) for one in many]
                was, is_ = percentile(quiet, 0.99), percentile(beside, 0.99)
                ratios.append(is_ / was)
                times = (ms(median(quiet)), ms(was), ms(median(beside)), ms(is_))
                report.line(number, *times, f"{is_ / was:.1f}", f"{len(took)} in {ms(median(took))}")
    report.line("median", "", "", "", "", f"{median(ratios):.1f}", "", good=median(ratios) < _AIM)
    return report.missed


async def _reads(connection: Connection, known: Known) -> list[float]:
    found = []
    for i in range(_READS):
        found.append((await connection.ask(loads.ONE(known, i))).good().ms)
        await asyncio.sleep(_PAUSE)
    return found


async def _filter(connection: Connection, stop: asyncio.Event) -> list[float]:
    """One unindexed filter after another, and how long each took. One that takes too long is given up: 503."""
    took = []
    while not stop.is_set():
        answer = await connection.ask(get("/customers?name[contains]=xyz&limit=50"))
        took.append(answer.ms if answer.status == HTTPStatus.SERVICE_UNAVAILABLE else answer.good().ms)
    return took
