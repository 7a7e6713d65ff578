"""Whether writes stay correct where several processes do them at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from scripts.measures.asking import Connection, Request, get, graphql
from scripts.measures.verdict import Report

_TIMES, _VALUES = 25, 100
_READ = "query Read($id: ID!) { customer(id: $id) { version title } }"
_WRITE = (
    "mutation Write($id: ID!, $title: String, $version: Int!) "
    "{ updateCustomer(id: $id, input: {title: $title}, ifVersion: $version) { version } }"
)
Count = Callable[[Connection, str], Awaitable[bool]]


async def races(report: Report, connections: list[Connection], ids: list[str]) -> None:
    """Three, on the first two of these records and on new ones."""
    before = await _total(connections[0])
    await _counting(report, "If-Match", connections, ids[0], _count_rest)
    await _counting(report, "ifVersion", connections, ids[1], _count_graphql)
    made = await _unique(report, connections)
    total = await _total(connections[0])
    report.line("count of customers", f"{before:,} and {made} made", f"{total:,}", good=total == before + made)


async def _counting(report: Report, name: str, connections: list[Connection], id_: str, one: Count) -> None:
    """Each connection adds 1 so many times, again until nobody was quicker: no update may be lost."""
    start = await _set(connections[0], id_, "0")

    async def many(connection: Connection) -> int:
        tries = 0
        for _ in range(_TIMES):
            tries += 1
            while not await one(connection, id_):
                tries += 1
        return tries

    tries = sum(await asyncio.gather(*map(many, connections)))
    record = (await connections[0].ask(get(f"/customers/{id_}"))).good().json()
    wanted = _TIMES * len(connections)
    counted = int(record["title"]) == wanted and record["version"] == start + wanted
    shown = f"{record['title']} counted in {tries} tries, version +{record['version'] - start}"
    report.line(f"lost updates, {name}", f"{wanted} additions", shown, good=counted)
    versions = await _versions(connections[0], id_)
    gapless = versions == list(range(versions[0], record["version"] + 1))
    report.line(f"versions in the history, {name}", f"{len(versions)} changes", f"to {versions[-1]}", good=gapless)


async def _count_rest(connection: Connection, id_: str) -> bool:
    record = (await connection.ask(get(f"/customers/{id_}"))).good().json()
    match, body = f'If-Match: "{record["version"]}"', {"title": str(int(record["title"]) + 1)}
    answer = await connection.ask(Request("PATCH", f"/customers/{id_}", body, (match,)))
    return answer.status != 412 and answer.good().status == 200


async def _count_graphql(connection: Connection, id_: str) -> bool:
    record = (await connection.ask(graphql(_READ, {"id": id_}))).good().json()["data"]["customer"]
    variables = {"id": id_, "title": str(int(record["title"]) + 1), "version": record["version"]}
    answer = (await connection.ask(graphql(_WRITE, variables))).json()
    codes = {error["extensions"]["statusCode"] for error in answer.get("errors", ())}
    if codes - {409, 412}:
        raise RuntimeError(str(answer))
    return not codes


async def _unique(report: Report, connections: list[Connection]) -> int:
    """All make the same new customers: each of them may come to be once. How many did."""

    async def all_of_them(connection: Connection) -> Counter[int]:
        bodies = ({"email": f"one{i}@race.example", "externalIds": {"race": str(i)}} for i in range(_VALUES))
        return Counter([(await connection.ask(Request("POST", "/customers", body))).status for body in bodies])

    found = sum(await asyncio.gather(*map(all_of_them, connections)), Counter[int]())
    shown = ", ".join(f"{times} × {status}" for status, times in sorted(found.items()))
    once = found == {201: _VALUES, 409: _VALUES * (len(connections) - 1)}
    report.line("unique values", f"{_VALUES} wanted by all {len(connections)}", shown, good=once)
    return found[201]


async def _set(connection: Connection, id_: str, title: str) -> int:
    answer = await connection.ask(Request("PATCH", f"/customers/{id_}", {"title": title}))
    return int(answer.good().json()["version"])


async def _versions(connection: Connection, id_: str) -> list[int]:
    found, after = [], ""
    while True:
        page = (await connection.ask(get(f"/customers/{id_}/changes?limit=1000{after}"))).good().json()
        found += [change["version"] for change in page["data"]]
        if not page.get("nextCursor"):
            return found
        after = f"&after={page['nextCursor']}"


async def _total(connection: Connection) -> int:
    return int((await connection.ask(get("/customers?limit=1&count=true"))).good().json()["totalCount"])
