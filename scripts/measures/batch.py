"""What a batch costs: a thousand creates in one request beside ten single ones, and what it lets others wait."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace

from scripts.measures import loads
from scripts.measures.asking import Connection, Request, connected, graphql
from scripts.measures.loads import Known
from scripts.measures.server import serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median, ms

_SIZE = 10_000
_AIM = 20.0
_MANY, _FEW, _ROUNDS = 1_000, 10, 7
_PAUSE = 0.002  # between two reads beside a batch
_GRAPHQL = "mutation Many($operations: [Operation!]!) { batch(operations: $operations) { statusCode data } }"


def measure(stock: Stock, asked: Namespace) -> int:
    with stock.copied(_SIZE) as filled:
        return asyncio.run(_measure(filled, stock.kind))


async def _measure(filled: Filled, kind: str) -> int:
    title = f"{_MANY:,} creates in a batch on {kind}: at most {_AIM:g} times as long as {_FEW} single ones"
    report = Report(title, ("door", f"{_FEW} singles", f"batch of {_MANY:,}", "ratio", "longest read beside it"))
    with serving(filled.url, filled.key) as server:
        async with connected(server, 2) as [writer, reader]:
            known = await loads.known(writer, filled)
            for door in ("rest", "graphql"):
                await _round(door, writer, reader, known)
                rounds = [await _round(door, writer, reader, known) for _ in range(_ROUNDS)]
                singles, batch, beside = (median(column) for column in zip(*rounds, strict=True))
                ratio = batch / singles
                report.line(door, ms(singles), ms(batch), f"{ratio:.1f}", ms(beside), good=ratio <= _AIM)
    return report.missed


async def _round(door: str, writer: Connection, reader: Connection, known: Known) -> tuple[float, float, float]:
    begun = time.perf_counter()
    for i in range(_FEW):
        (await writer.ask(loads.LOADS[f"create-{door}"](known, i))).good()
    singles = (time.perf_counter() - begun) * 1000
    request = _batch(door, [{"op": "create", "resource": "customers", "data": loads.new(known)} for _ in range(_MANY)])
    stop = asyncio.Event()
    reading = asyncio.create_task(_longest(reader, known, stop))
    batch = (await writer.ask(request)).good().ms
    stop.set()
    return singles, batch, await reading


def _batch(door: str, operations: list[dict[str, object]]) -> Request:
    body = {"operations": operations}
    return Request("POST", "/batch", body) if door == "rest" else graphql(_GRAPHQL, body)


async def _longest(connection: Connection, known: Known, stop: asyncio.Event) -> float:
    """Of reads of one record, one after another, that which took longest."""
    longest, number = 0.0, 0
    while not stop.is_set():
        longest = max(longest, (await connection.ask(loads.ONE(known, number))).good().ms)
        number += 1
        await asyncio.sleep(_PAUSE)
    return longest
