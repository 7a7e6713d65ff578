"""Whether pages of a thousand records are answered in bounded memory."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from scripts.measures import loads
from scripts.measures.asking import Connection, Request, connected, get
from scripts.measures.server import Server, serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report

_SIZE = 10_000
_AIM = 64.0
_CONNECTIONS, _PAGES, _ROUNDS = 4, 100, 6
_FILES = "with mapped files, at the end"


def measure(stock: Stock, asked: Namespace) -> int:
    return asyncio.run(_measure(stock.filled(_SIZE), stock.kind))


async def _measure(filled: Filled, kind: str) -> int:
    pages = {"REST, default fields": get("/customers?limit=1000"), "GraphQL, client and owner": loads.many(1000)}
    title = f"Pages of 1000 on {kind}, {_CONNECTIONS} at a time: at most {_AIM:g} MB above idle"
    report = Report(
        title, ("page", "bytes", "idle", *(f"after {_PAGES * i}" for i in range(1, _ROUNDS + 1)), "above", _FILES)
    )
    for name, page in pages.items():
        with serving(filled.url, filled.key) as server:
            async with connected(server, _CONNECTIONS) as connections:
                await _pages(report, name, page, server, connections)
    return report.missed


async def _pages(report: Report, name: str, page: Request, server: Server, connections: list[Connection]) -> None:
    await connections[0].ask(get("/customers?limit=1"))
    idle, used, size = server.resident("RssAnon"), [], 0
    for _ in range(_ROUNDS):
        sizes = await asyncio.gather(*(_ask(one, page, _PAGES // _CONNECTIONS) for one in connections))
        size = max(sizes)
        used.append(server.resident("RssAnon"))
    above = max(used) - idle
    cells = [f"{one:.0f} MB" for one in (idle, *used, above)]
    report.line(name, f"{size:,}", *cells, f"{server.resident():.0f} MB", good=above < _AIM)


async def _ask(connection: Connection, page: Request, times: int) -> int:
    return max([len((await connection.ask(page)).good().body) for _ in range(times)])
