"""The outermost layer: what a running request is known by, and that no more of it outlives it."""

from __future__ import annotations

import gc
from contextvars import Context, copy_context

import httpx
from starlette.types import Receive, Scope, Send

from app.middleware.exchange import Exchange, exchange
from app.middleware.finished import Finished
from app.middleware.tracing import Tracing
from app.running import running


async def test_whoever_keeps_the_context_of_a_request_keeps_little_of_it() -> None:
    kept: list[tuple[Context, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        begun = exchange(scope)
        begun.body = b"x" * 1_000_000
        kept.append((copy_context(), begun.trace_id))  # as a connection does that is opened for it
        await Finished(200, [], b"")(scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(Tracing(app, "continue"))) as http:
        await http.get("http://cube.test/")
    [(context, trace_id)] = kept
    found = context[running]
    assert found is not None
    assert found.trace_id == trace_id
    assert running.get() is None
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, Exchange) and one.trace_id == trace_id]
