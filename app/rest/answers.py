"""Responses: a record with its tag, a page with its links."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from app.middleware.media import JSON
from app.rest.preconditions import etag, not_modified
from app.services.read import Answer

# Whose answer it is depends on the key; a caller may keep it, and asks whether it still holds.
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
ACCEPT_QUERY = {"Accept-Query": JSON}

_MAX_LINK = 8 * 1024
_SAFE_IN_PATH = "/%!$&'()*+,;=:@-._~"
_SAFE_IN_QUERY = "%!$&'()*+,;=:@/?-._~"


def json_response(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(body, status, {**PRIVATE, **(headers or {})}, JSON)


def record_response(found: Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A record that is there."""
    assert found.body is not None
    assert found.version is not None
    return json_response(found.body, status, {"ETag": etag(found.version), **(headers or {})})


def conditional_response(found: Answer, if_none_match: str | None) -> Response:
    """A record, or 304 to a caller who has it."""
    assert found.version is not None
    if not_modified(if_none_match, found.version):
        return Response(status_code=304, headers={**PRIVATE, "ETag": etag(found.version)})
    return record_response(found)


def page_response(request: Request, found: Answer, headers: Mapping[str, str]) -> Response:
    """A page, with links to its neighbours and to the first."""
    assert found.body is not None
    links = link(request.scope["raw_path"], request.scope["query_string"], found.next, found.previous)
    return json_response(found.body, headers={**headers, **({"Link": links} if len(links) <= _MAX_LINK else {})})


def link(raw_path: bytes, query: bytes, after: str | None, before: str | None) -> str:
    """The Link header (RFC 8288): the path and parameters of the request, with another cursor."""
    path = quote(raw_path, safe=_SAFE_IN_PATH)
    kept = [pair for pair in query.split(b"&") if pair and pair.partition(b"=")[0] not in (b"after", b"before")]

    def to(relation: str, cursor: bytes | None) -> str:
        parts = [quote(pair, safe=_SAFE_IN_QUERY) for pair in (*kept, *([cursor] if cursor else []))]
        return f'<{path}{"?" if parts else ""}{"&".join(parts)}>; rel="{relation}"'

    ways = [
        to("next", b"after=" + after.encode()) if after else None,
        to("prev", b"before=" + before.encode()) if before else None,
        to("first", None),
    ]
    return ", ".join(way for way in ways if way)
