"""An answer that is nothing but bytes, whichever door gives it."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from app.services.idempotency import Reply


class Finished(Reply):
    """Sends what it holds."""

    __slots__ = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body})
