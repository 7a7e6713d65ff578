"""The outermost layer: begins the exchange, shows its trace and times on every answer, and writes its log line."""

from __future__ import annotations

from collections.abc import Awaitable
from time import perf_counter, time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.log import Answered, request_line
from app.middleware.exchange import Exchange, Headers, Lines, by_name
from app.middleware.rates import rate_headers
from app.middleware.trace import continued, new_trace_text
from app.running import running
from app.services.rates import Counted

NOSNIFF = (b"x-content-type-options", b"nosniff")


class Tracing:
    """`trust`: whether a caller's trace is continued or every request begins one of its own."""

    def __init__(self, app: ASGIApp, trust: str) -> None:
        self.app = app
        self.trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = by_name(scope["headers"])
        begun = Exchange(self._trace(headers), headers)
        scope.setdefault("state", {})["exchange"] = begun
        head = scope["method"] == "HEAD"

        # The one place where an answer's messages are touched: the layers below leave what they add in the exchange.
        def traced_send(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                begun.status = message["status"]
                begun.tab.settle()
                message["headers"] = _headers(begun, message["headers"])
            elif message["type"] == "http.response.body":
                if head:
                    message["body"] = b""
                begun.sent += len(message.get("body", b""))
            return send(message)

        # No more of it than that: a connection that is opened meanwhile keeps the context for as long as it lives.
        token = running.set(Counted(begun.trace_id, begun.stages, begun.tab))
        try:
            try:
                await self.app(scope, receive, traced_send)
            finally:
                _write_line(scope, begun)
        finally:
            begun.tab.settle()
            running.reset(token)

    def _trace(self, headers: Lines) -> str:
        parents = headers.get(b"traceparent")
        if self.trust == "restart" or not parents:
            return new_trace_text()
        states = headers.get(b"tracestate", ())
        lines = [line.decode("latin-1") for line in parents], [line.decode("latin-1") for line in states]
        return str(continued(*lines))


def _headers(begun: Exchange, own: Headers) -> Headers:
    """An answer's own headers, what layers have left for it, its rates, its trace, and its times in milliseconds."""
    trace, spent = begun.trace_id, begun.stages.get
    total = perf_counter() - begun.started
    timing = (
        f'trace;desc="{trace}", auth;dur={spent("auth", 0.0) * 1000:.2f}, plan;dur={spent("plan", 0.0) * 1000:.2f}, '
        f"db;dur={spent('db', 0.0) * 1000:.2f}, total;dur={total * 1000:.2f}"
    )
    return [
        *own,
        *begun.shown,
        *rate_headers(begun.tab),
        (b"traceresponse", trace.encode()),
        (b"server-timing", timing.encode()),
        NOSNIFF,
    ]


def _write_line(scope: Scope, begun: Exchange) -> None:
    """One line for each request."""
    path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    key_id = begun.actor.key_id if begun.actor else None
    ms = (perf_counter() - begun.started) * 1000
    told = Answered(time(), begun.trace_id, scope["method"], path, begun.route, begun.status, ms, key_id, begun.sent)
    request_line(told)
