"""Responses: a record with its tag, a page with its links."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

from starlette.requests import Request

from app.middleware.exchange import Headers
from app.middleware.finished import Finished
from app.middleware.media import JSON
from app.rest.preconditions import not_modified
from app.services.read import Answer
from schema.change import etag

# Whose answer it is depends on the key; a caller may keep it, and asks whether it still holds.
PRIVATE = [(b"cache-control", b"private, no-cache"), (b"vary", b"Authorization")]
ACCEPT_QUERY = {"Accept-Query": JSON}

DRY_RUN = {"Cube-Dry-Run": "true"}
NO_STORE = {"Cache-Control": "no-store"}  # a secret, of which nobody on the way may keep a copy
NONE: Mapping[str, str] = {}

_JSON = (b"content-type", JSON.encode())
_MAX_LINK = 8 * 1024
_SAFE_IN_PATH = "/%!$&'()*+,;=:@-._~"
_SAFE_IN_QUERY = "%!$&'()*+,;=:@/?-._~"


def json_response(body: bytes, status: int = 200, headers: Mapping[str, str] = NONE) -> Finished:
    return _finished(status, _private(headers), body)


def record_response(found: Answer, status: int = 200, headers: Mapping[str, str] = NONE) -> Finished:
    """A record that is there."""
    assert found.body is not None
    return _finished(status, [*_private(headers), _tag(found)], found.body)


def conditional_response(found: Answer, if_none_match: str | None) -> Finished:
    """A record, or 304 to a caller who has it."""
    assert found.version is not None
    if not_modified(if_none_match, found.version):
        return Finished(304, [*PRIVATE, _tag(found)], b"")
    return record_response(found)


def _finished(status: int, headers: Headers, body: bytes) -> Finished:
    return Finished(status, [*headers, (b"content-length", b"%d" % len(body)), _JSON], body)


def _private(headers: Mapping[str, str]) -> Headers:
    """`headers`, and unless they say otherwise that the answer is the caller's alone."""
    if not headers:
        return PRIVATE
    own = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return [*(PRIVATE[1:] if "Cache-Control" in headers else PRIVATE), *own]


def _tag(found: Answer) -> tuple[bytes, bytes]:
    assert found.version is not None
    return b"etag", etag(found.version).encode()


def page_response(request: Request, found: Answer, headers: Mapping[str, str]) -> Finished:
    """A page, with links to its neighbours and to the first."""
    assert found.body is not None
    links = link(request.scope["raw_path"], request.scope["query_string"], found.next, found.previous)
    return json_response(found.body, headers={**headers, **({"Link": links} if len(links) <= _MAX_LINK else {})})


def link(raw_path: bytes, query: bytes, after: str | None, before: str | None) -> str:
    """The Link header (RFC 8288): the path and parameters of the request, with another cursor."""
    first = _without_cursor(raw_path, query)
    more = f"{first}{'&' if '?' in first else '?'}"
    ways = [f'<{first}>; rel="first"']
    if before:
        ways.insert(0, f'<{more}before={quote(before, safe=_SAFE_IN_QUERY)}>; rel="prev"')
    if after:
        ways.insert(0, f'<{more}after={quote(after, safe=_SAFE_IN_QUERY)}>; rel="next"')
    return ", ".join(ways)


@lru_cache(maxsize=256)
def _without_cursor(raw_path: bytes, query: bytes) -> str:
    """The path and the parameters of a request for the first page."""
    path = quote(raw_path, safe=_SAFE_IN_PATH)
    kept = [pair for pair in query.split(b"&") if pair and pair.partition(b"=")[0] not in (b"after", b"before")]
    return f"{path}{'?' if kept else ''}{'&'.join(quote(pair, safe=_SAFE_IN_QUERY) for pair in kept)}"
