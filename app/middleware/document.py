"""A finished document - a page, a file, a schema - and how it is answered: tagged, compressed once, revalidated."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

HASHED = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"
WORTH_COMPRESSING = 1024
SECURITY = {"Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class Document:
    """Bytes that stay the same as long as the process lives."""

    body: bytes
    media_type: str
    cache_control: str = REVALIDATED
    headers: Mapping[str, str] = field(default_factory=dict)
    varies: tuple[str, ...] = ()  # by which headers of a request it is another

    @cached_property
    def digest(self) -> str:
        return sha256(self.body).hexdigest()[:32]

    @cached_property
    def gzipped(self) -> bytes:
        # Without a time in its header, so that every process sends the same bytes under the same tag.
        return gzip.compress(self.body, compresslevel=6, mtime=0)

    def ready(self) -> Document:
        """Itself, with all made that is made once: for a large one, by whoever is on a thread."""
        _ = self.digest, self.gzipped
        return self


def answer(request: Request, document: Document) -> Response:
    """The document, in the coding that the caller takes; 304 when the caller has it already; for HEAD its headers."""
    compressed = len(document.body) >= WORTH_COMPRESSING and accepts_gzip(_header(request, "accept-encoding"))
    etag = f'"{document.digest}{"-gzip" if compressed else ""}"'
    headers = {
        **SECURITY,
        **document.headers,
        "ETag": etag,
        "Cache-Control": document.cache_control,
        "Vary": ", ".join((*document.varies, "Accept-Encoding")),
    }
    if _matches(etag, _header(request, "if-none-match")):
        return Response(status_code=304, headers=headers)
    body = document.gzipped if compressed else document.body
    if compressed:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, headers=headers, media_type=document.media_type)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: by name, or else by `*`, with a weight above 0."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip()] = parameter.strip().removeprefix("q=") or "1"
    return weights.get("gzip", weights.get("*", "0")).strip("0.") != ""


def _header(request: Request, name: str) -> str:
    """All lines of a header as one list."""
    return ", ".join(request.headers.getlist(name))


def _matches(etag: str, if_none_match: str) -> bool:
    given = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in given or "*" in given
