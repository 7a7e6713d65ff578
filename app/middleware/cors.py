"""Which web pages may call: preflights are answered here, and every other answer says it in its headers."""

from __future__ import annotations

from starlette.types import Scope

from app.middleware.exchange import Headers, exchange, header
from app.middleware.finished import Finished

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, QUERY, OPTIONS"
REQUEST_HEADERS = (
    "Authorization, Content-Type, Accept, If-Match, If-None-Match, Idempotency-Key, traceparent, tracestate"
)
EXPOSED = (
    "ETag, Location, Link, Retry-After, RateLimit, RateLimit-Policy, traceresponse, Server-Timing, "
    "Idempotent-Replayed, Cube-Dry-Run"
)
MAX_AGE = "86400"


class Cors:
    """`origins` are those that may call: `*` alone is all of them. Never with credentials: a key is no cookie."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self.origins = frozenset(origins)
        self.any = "*" in origins

    def __call__(self, scope: Scope) -> Finished | None:
        if _is_docs(scope["path"]):
            return None
        allowed = self._allowed(scope)
        if scope["method"] == "OPTIONS" and _is_preflight(scope):
            return Finished(204, [*allowed, *_PREFLIGHT], b"")
        exchange(scope).shown += [*allowed, _EXPOSED]
        return None

    def _allowed(self, scope: Scope) -> Headers:
        if self.any:
            return _ANY
        origin = header(scope, b"origin")
        vary = (b"vary", b"Origin")
        if origin not in self.origins:
            return [vary]
        return [(b"access-control-allow-origin", origin.encode("latin-1")), vary]


_ANY = [(b"access-control-allow-origin", b"*")]
_EXPOSED = (b"access-control-expose-headers", EXPOSED.encode())
_PREFLIGHT = [
    (b"access-control-allow-methods", METHODS.encode()),
    (b"access-control-allow-headers", REQUEST_HEADERS.encode()),
    (b"access-control-max-age", MAX_AGE.encode()),
]


def _is_docs(path: str) -> bool:
    return path == "/docs" or path.startswith("/docs/")


def _is_preflight(scope: Scope) -> bool:
    headers = exchange(scope).headers
    return b"origin" in headers and b"access-control-request-method" in headers
