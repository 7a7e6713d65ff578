"""The body of a request: read once for all who want it, and counted as it comes in."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from app.middleware.exchange import exchange
from app.middleware.limits import MAX_BODY, refuse_if_refused, too_large


async def body_of(request: Request) -> bytes:
    """The whole body; raises 413, what the server's parser has against it, and ClientDisconnect."""
    begun = exchange(request.scope)
    if begun.body is not None:
        return begun.body
    parts: list[bytes] = []
    more = True
    while more:
        message = await request.receive()
        refuse_if_refused(request.scope)
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        begun.received += len(part)
        if begun.received > MAX_BODY:  # whoever reads on after this is refused again
            raise too_large()
        parts.append(part)
        more = message.get("more_body", False)
    begun.body = parts[0] if len(parts) == 1 else b"".join(parts)
    return begun.body
