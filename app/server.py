"""Serving: how uvicorn is set up, with one process or several."""

from __future__ import annotations

import signal

import uvicorn

from app.protocol import MAX_HEAD, HttpToolsProtocol
from app.settings import Settings

GRACE_SECONDS = 30


def serve(settings: Settings) -> None:
    """Serves until a signal ends it: no new request is taken then, running ones finish within the grace time."""
    # uvicorn raises the signal that ended it once more; to have been told to stop is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.run(
        "app.main:app_from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        loop="uvloop",
        http=HttpToolsProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=MAX_HEAD,
    )
