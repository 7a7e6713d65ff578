"""What a request may be at most, and the form that it must have, before anybody looks at what it asks."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from starlette.types import Scope

from app.middleware.exchange import Lines, exchange
from schema.problem import Problem, problem

MAX_BODY = 1024 * 1024
MAX_URI = 16 * 1024
MAX_HEADERS = 64 * 1024

_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{0,5})?")
_KEY = re.compile(r"cube_[0-9A-Za-z]{38}|cubet_[\w-]{64,}")
_KEY_NAMES = frozenset({"access_token", "api_key", "apikey", "api-key", "key", "token", "authorization", "bearer"})


def within_limits(scope: Scope) -> None:
    """Refuses what is too large (413, 414, 431) or is not good HTTP (400)."""
    refuse_if_refused(scope)
    headers = exchange(scope).headers
    _check_size(scope)
    _check_body(headers)
    _check_form(scope, headers)


def refuse_if_refused(scope: Scope) -> None:
    """Raises what the server's parser has found wrong; it leaves that here, so that the answer is like any other."""
    refusal: Problem | None = scope.get("state", {}).get("refusal")
    if refusal is not None:
        raise refusal


def _check_size(scope: Scope) -> None:
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) + 1 > MAX_URI:
        raise long_uri()
    if sum([len(name) + len(value) + 4 for name, value in scope["headers"]]) > MAX_HEADERS:
        raise large_headers()


def _check_body(headers: Lines) -> None:
    """What is known of a body before it is read."""
    lengths = headers.get(b"content-length")
    if lengths is None:
        return
    if any(length.isdigit() and (len(length) > 15 or int(length) > MAX_BODY) for length in lengths):
        raise too_large()
    if b"transfer-encoding" in headers:
        raise malformed("Content-Length and Transfer-Encoding must not stand together.")
    if len(lengths) > 1:
        raise malformed("There must be one Content-Length header.")


def _check_form(scope: Scope, headers: Lines) -> None:
    """What parsers let through: an unknown version, a doubtful Host, and a key in the URL."""
    version = scope.get("http_version", "1.1")
    if version not in ("1.1", "1.0"):
        raise malformed("The HTTP version must be 1.1 or 1.0.")
    hosts = headers.get(b"host")
    if hosts is None:
        if version == "1.1":
            raise malformed("There must be one Host header.")
    elif len(hosts) > 1:
        raise malformed("There must be one Host header.")
    elif not _is_host(hosts[0]):
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


def too_large() -> Problem:
    return problem("too_large", f"The body is larger than {MAX_BODY:,} bytes.", connection="close")


@lru_cache(maxsize=256)
def _is_host(value: bytes) -> bool:
    return _HOST.fullmatch(value.strip()) is not None


def _holds_key(scope: Scope) -> bool:
    query, path = scope["query_string"], scope["path"]
    if not query:
        return ("cube" in path or "%" in path) and _KEY.search(unquote(path)) is not None
    text = query.decode("latin-1")
    names = {unquote(pair.partition("=")[0]).lower() for pair in text.split("&")}
    return not names.isdisjoint(_KEY_NAMES) or _KEY.search(unquote(f"{path}?{text}")) is not None
