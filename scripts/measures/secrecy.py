"""Whether the time of an answer tells of rows and fields that a key may not see."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from dataclasses import dataclass, replace

from scripts.measures import loads
from scripts.measures.asking import Connection, Request, connected, get, graphql
from scripts.measures.loads import Known
from scripts.measures.server import serving
from scripts.measures.stock import Filled, Stock
from scripts.measures.verdict import Report, median, ms

_SIZE = 10_000
_AIM = 1.25
_TIMES = 400
_STATUS = "ACTIVE"  # what the key sees; the rest of the directory is unseen
_MISSING = "cus_7zzzzzzzzzzzzzzzzzzzzzzzzz"


@dataclass(frozen=True)
class Pair:
    """Two requests that must not be told apart: of what is unseen, and of what is not there at all."""

    unseen: Request
    missing: Request


def measure(stock: Stock, asked: Namespace) -> int:
    with stock.copied(_SIZE) as filled:
        return asyncio.run(_measure(filled, stock.kind))


async def _measure(filled: Filled, kind: str) -> int:
    with serving(filled.url, filled.key) as server:
        async with connected(server) as [admin]:
            known = await loads.known(admin, filled)
            narrow, unseen = await _narrow_key(admin), await _unseen(admin)
        async with connected(replace(server, key=narrow)) as [caller]:
            title = f"What a key may not see, against what is not there, on {kind}: at most {_AIM:g} times as long"
            report = Report(title, ("asked", "unseen", "not there", "ratio"))
            for name, pair in _pairs(known, unseen).items():
                await _compare(report, name, pair, caller)
    return report.missed


async def _narrow_key(admin: Connection) -> str:
    body = {
        "name": "narrow",
        "scopes": ["customers:read", "clients:read"],
        "filters": {"customers": {"status": {"eq": _STATUS}}},
        "hiddenFields": ["customer.phone"],
    }
    return str((await admin.ask(Request("POST", "/api-keys", body))).good().json()["secret"])


async def _unseen(admin: Connection) -> dict[str, str]:
    page = (await admin.ask(get(f"/customers?status[ne]={_STATUS}&limit=1"))).good().json()
    record: dict[str, str] = page["data"][0]
    return record


def _pairs(known: Known, unseen: dict[str, str]) -> dict[str, Pair]:
    email, text = unseen["email"], "{ customer(id: %s) { id } }"
    return {
        "a record by id": Pair(get(f"/customers/{unseen['id']}"), get(f"/customers/{_MISSING}")),
        "a record by e-mail": Pair(get(f"/customers/email:{email}"), get(f"/customers/email:x{email}")),
        "a history": Pair(get(f"/customers/{unseen['id']}/changes"), get(f"/customers/{_MISSING}/changes")),
        "GraphQL, a record": Pair(graphql(text % f'"{unseen["id"]}"'), graphql(text % f'"{_MISSING}"')),
        "a search": Pair(get(f"/customers?q={email}"), get(f"/customers?q=x{email}")),
        "a filter": Pair(get(f"/customers?email={email}"), get(f"/customers?email=x{email}")),
        "a filter by a field": Pair(get("/customers?phone=5"), get("/customers?phono=5")),
        "a sort by a field": Pair(get("/customers?sort=phone"), get("/customers?sort=phono")),
    }


async def _compare(report: Report, name: str, pair: Pair, caller: Connection) -> None:
    """In turns, so that what else the machine does falls upon both; each but once more than it is counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for i in range(_TIMES):
        for kept, request in zip(times, (pair.unseen, pair.missing), strict=True):
            answer = await caller.ask(request)
            if i:
                kept.append(answer.ms)
    unseen, missing = map(median, times)
    ratio = max(unseen / missing, missing / unseen)
    report.line(name, ms(unseen), ms(missing), f"{unseen / missing:.2f}", good=ratio <= _AIM)
