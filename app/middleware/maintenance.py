"""Refuses every request while the service is under maintenance, health and docs apart."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from app.services.maintenance import Watch

_EXEMPT = ("/health", "/docs")


class UnderMaintenance:
    """Asks the watch, never the database: an answer costs nothing."""

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self.app = app
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.watch.now is not None and not _exempt(scope["path"]):
            raise self.watch.now.problem
        await self.app(scope, receive, send)


def _exempt(path: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in _EXEMPT)
