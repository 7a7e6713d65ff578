"""The outermost layer: begins the exchange, shows its trace and times on every answer, and writes its log line."""

from __future__ import annotations

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.log import request_line, traced
from app.middleware.exchange import Exchange, Headers, Lines, by_name
from app.middleware.rates import rate_headers
from app.middleware.trace import Trace, continued, new_trace
from app.services.rates import tabs
from app.services.timing import stages

NOSNIFF = (b"x-content-type-options", b"nosniff")


class Tracing:
    """`trust`: whether a caller's trace is continued or every request begins one of its own."""

    def __init__(self, app: ASGIApp, trust: str) -> None:
        self.app = app
        self.trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = by_name(scope["headers"])
        begun = Exchange(str(self._trace(headers)), headers)
        scope.setdefault("state", {})["exchange"] = begun
        head = scope["method"] == "HEAD"

        # The one place where an answer's messages are touched: the layers below leave what they add in the exchange.
        async def traced_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.status = message["status"]
                begun.tab.settle()
                message["headers"] = _headers(begun, message["headers"])
            elif message["type"] == "http.response.body":
                if head:
                    message["body"] = b""
                begun.sent += len(message.get("body", b""))
            await send(message)

        token, kept = stages.set(begun.stages), tabs.set(begun.tab)
        try:
            with traced(begun.trace_id):
                try:
                    await self.app(scope, receive, traced_send)
                finally:
                    _write_line(scope, begun)
        finally:
            begun.tab.settle()
            tabs.reset(kept)
            stages.reset(token)

    def _trace(self, headers: Lines) -> Trace:
        parents = headers.get(b"traceparent")
        if self.trust == "restart" or not parents:
            return new_trace()
        states = headers.get(b"tracestate", ())
        return continued([line.decode("latin-1") for line in parents], [line.decode("latin-1") for line in states])


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
    """One line for each request: the path as sent, without its query."""
    request_line(
        {
            "traceId": begun.trace_id,
            "method": scope["method"],
            "path": scope.get("raw_path", b"").decode("latin-1") or scope["path"],
            "route": begun.route,
            "status": begun.status,
            "ms": round((perf_counter() - begun.started) * 1000, 2),
            "keyId": begun.actor.key_id if begun.actor else None,
            "bytes": begun.sent,
        }
    )
