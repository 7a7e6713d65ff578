"""Requests with an idempotency key, and what the answer to a second one must be."""

from __future__ import annotations

import httpx

from tests.rest.conftest import Api

ANA = {"name": "Ana Lima", "email": "ana@lima.example"}
OWN = {"traceresponse", "server-timing", "ratelimit", "ratelimit-policy", "idempotent-replayed"}


def keyed(key: str = "k1", **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key} | {name.replace("_", "-"): value for name, value in more.items()}


def own(answer: httpx.Response) -> dict[str, str]:
    """The headers that are the answer's own, and not those of this very request."""
    return {name: value for name, value in answer.headers.items() if name not in OWN}


def assert_replay(first: httpx.Response, again: httpx.Response) -> None:
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content, own(again)) == (first.status_code, first.content, own(first))
    assert again.headers["traceresponse"] != first.headers["traceresponse"]


async def count(api: Api, table: str = "customers") -> int:
    row = await api.db.fetch_row(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])
