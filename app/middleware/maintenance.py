"""Refuses every request while the service is under maintenance, health and docs apart."""

from __future__ import annotations

from starlette.types import Scope

from app.services.maintenance import Watch

_EXEMPT = ("/health", "/docs")


def in_service(watch: Watch, scope: Scope) -> None:
    """Raises what is told during maintenance. It asks the watch, never the database: an answer costs nothing."""
    if watch.now is not None and not _exempt(scope["path"]):
        raise watch.now.problem


def _exempt(path: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in _EXEMPT)
