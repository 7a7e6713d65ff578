"""The outermost layer: begins the exchange, shows its trace and times on every answer, and writes its log line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.log import log, traced
from app.middleware.exchange import Exchange, header_lines
from app.middleware.trace import Trace, continued, new_trace
from app.services.timing import stages

NOSNIFF = (b"x-content-type-options", b"nosniff")
_SHOWN = ("auth", "plan", "db")


class Tracing:
    """`trust`: whether a caller's trace is continued or every request begins one of its own."""

    def __init__(self, app: ASGIApp, trust: str) -> None:
        self.app = app
        self.trust = trust

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = Exchange(self._trace(scope))
        scope.setdefault("state", {})["exchange"] = begun
        head = scope["method"] == "HEAD"

        async def traced_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.status = message["status"]
                message = {**message, "headers": [*_without_own(message["headers"]), *_headers(begun)]}
            elif message["type"] == "http.response.body":
                if head and message.get("body"):
                    message = {**message, "body": b""}
                begun.sent += len(message.get("body", b""))
            await send(message)

        token = stages.set(begun.stages)
        try:
            with traced(str(begun.trace)):
                try:
                    await self.app(scope, receive, traced_send)
                finally:
                    _write_line(scope, begun)
        finally:
            stages.reset(token)

    def _trace(self, scope: Scope) -> Trace:
        if self.trust == "restart":
            return new_trace()
        return continued(header_lines(scope, b"traceparent"), header_lines(scope, b"tracestate"))


def _without_own(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    return (pair for pair in headers if pair[0].lower() != NOSNIFF[0])


def _headers(begun: Exchange) -> list[tuple[bytes, bytes]]:
    """`traceresponse`, and `Server-Timing` in milliseconds."""
    trace = str(begun.trace)
    times = {name: begun.stages.get(name, 0.0) for name in _SHOWN} | {"total": perf_counter() - begun.started}
    spent = ", ".join(f"{name};dur={seconds * 1000:.2f}" for name, seconds in times.items())
    timing = f'trace;desc="{trace}", {spent}'
    return [
        (b"traceresponse", trace.encode()),
        (b"server-timing", timing.encode()),
        NOSNIFF,
    ]


def _write_line(scope: Scope, begun: Exchange) -> None:
    """One line for each request: the path as sent, without its query."""
    log.info(
        "request",
        method=scope["method"],
        path=scope.get("raw_path", b"").decode("latin-1") or scope["path"],
        route=begun.route,
        status=begun.status,
        ms=round((perf_counter() - begun.started) * 1000, 2),
        keyId=begun.actor.key_id if begun.actor else None,
        bytes=begun.sent,
    )
