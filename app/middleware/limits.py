"""What a request may be at most, and the form that it must have, before anybody looks at what it asks."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.exchange import exchange
from schema.problem import Problem, problem

MAX_BODY = 1024 * 1024
MAX_URI = 16 * 1024
MAX_HEADERS = 64 * 1024

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?")
_KEY = re.compile(r"cube_[0-9A-Za-z]{38}|cubet_[\w-]{64,}")
_KEY_NAMES = frozenset({"access_token", "api_key", "apikey", "api-key", "key", "token", "authorization", "bearer"})


class Limits:
    """Refuses what is too large (413, 414, 431) or is not good HTTP (400); a body is counted as it comes in."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refuse_if_refused(scope)
        check_size(scope)
        check_form(scope)
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            refuse_if_refused(scope)
            received += len(message.get("body", b""))
            if received > MAX_BODY:
                raise _too_large()
            return message

        await self.app(scope, counted, send)


def refuse_if_refused(scope: Scope) -> None:
    """Raises what the server's parser has found wrong; it leaves that here, so that the answer is like any other."""
    refusal: Problem | None = scope.get("state", {}).get("refusal")
    if refusal is not None:
        raise refusal


def check_size(scope: Scope) -> None:
    """The sizes that are known before the body is read."""
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) + 1 > MAX_URI:
        raise long_uri()
    if sum([len(name) + len(value) + 4 for name, value in scope["headers"]]) > MAX_HEADERS:
        raise large_headers()
    for length in exchange(scope).headers.get(b"content-length", ()):
        if length.isdigit() and (len(length) > 15 or int(length) > MAX_BODY):
            raise _too_large()


def check_form(scope: Scope) -> None:
    """What parsers let through: an unknown version, a doubtful length or Host, and a key in the URL."""
    if scope.get("http_version", "1.1") not in ("1.0", "1.1"):
        raise malformed("The HTTP version must be 1.1 or 1.0.")
    headers = exchange(scope).headers
    lengths = headers.get(b"content-length", ())
    if lengths and b"transfer-encoding" in headers:
        raise malformed("Content-Length and Transfer-Encoding must not stand together.")
    if len(lengths) > 1:
        raise malformed("There must be one Content-Length header.")
    hosts = headers.get(b"host", ())
    if len(hosts) > 1 or (not hosts and scope.get("http_version", "1.1") == "1.1"):
        raise malformed("There must be one Host header.")
    if hosts and not _is_host(hosts[0]):
        raise malformed("The Host header must be a host name or an address, with or without a port.")
    if _holds_key(scope):
        raise malformed("A key must not stand in the URL: send it in the Authorization header.")


def malformed(detail: str) -> Problem:
    """400 for bad HTTP. The connection ends: nobody knows where the next request would begin."""
    return problem("malformed_request", detail, connection="close")


def long_uri() -> Problem:
    return problem("uri_too_long", f"The URL is longer than {MAX_URI:,} bytes.", connection="close")


def large_headers() -> Problem:
    return problem("headers_too_large", f"The headers are larger than {MAX_HEADERS:,} bytes.", connection="close")


def _too_large() -> Problem:
    return problem("too_large", f"The body is larger than {MAX_BODY:,} bytes.", connection="close")


@lru_cache(maxsize=256)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value.strip()) is not None


def _holds_key(scope: Scope) -> bool:
    query = scope["query_string"].decode("latin-1")
    if not query and "%" not in scope["path"] and "cube" not in scope["path"]:
        return False
    names = {unquote(pair.partition("=")[0]).lower() for pair in query.split("&")} if query else set()
    return bool(names & _KEY_NAMES) or _KEY.search(unquote(f"{scope['path']}?{query}")) is not None
