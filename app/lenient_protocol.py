"""uvicorn's protocol in Python, for what begins with a method that the parser of the fast one does not know."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import h11
from uvicorn.protocols.http import h11_impl

from app.middleware.limits import MAX_URI, large_headers, long_uri
from app.refusing import bad_http, interrupt, scope_of
from schema.problem import Problem


class H11Protocol(h11_impl.H11Protocol):
    """Takes any method that HTTP allows, and takes longer for it than the fast one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False
        self.refused = False

    def data_received(self, data: bytes) -> None:
        if not self.refused:
            super().data_received(data)

    def send_400_response(self, msg: str) -> None:
        """Called while h11's error is handled, which knows whether it is about a size."""
        error = sys.exception()
        too_large = isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == 431
        self._refuse(self._size() if too_large else bad_http())

    def _size(self) -> Problem:
        head, _ = self.conn.trailing_data
        if self._in_body():
            return large_headers()  # trailers
        return large_headers() if b"\n" in head[: MAX_URI + 64] else long_uri()

    def _in_body(self) -> bool:
        return self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete

    def _refuse(self, found: Problem) -> None:
        self.refused = True
        if self._in_body():
            interrupt(self.cycle, self.transport, found)
            return
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.close()
            return
        self.cycle = h11_impl.RequestResponseCycle(
            scope=scope_of(self, found),
            conn=self.conn,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            on_response=self.on_response_complete,
        )
        task = self.loop.create_task(self.cycle.run_asgi(self.app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever offers another protocol is simply not answered in it."""
