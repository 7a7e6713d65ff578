"""The body of a request: read once for all who want it, and counted as it comes in."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from app.middleware.exchange import exchange
from app.middleware.limits import MAX_BODY, refuse_if_refused, too_large


async def body_of(request: Request) -> bytes:
    """The whole body; raises 413, what the server's parser has against it, and ClientDisconnect."""
    begun = exchange(request.scope)
    if begun.body is None:
        begun.body = await _read(request)
    return begun.body


async def _read(request: Request) -> bytes:
    parts: list[bytes] = []
    received, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        refuse_if_refused(request.scope)
        part = message.get("body", b"")
        received += len(part)
        if received > MAX_BODY:
            raise too_large()
        parts.append(part)
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)
