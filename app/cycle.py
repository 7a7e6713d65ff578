"""A request and its answer on the wire: uvicorn's cycle, whose head of an answer is written by fewer steps."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http import httptools_impl

_LINES = httptools_impl.STATUS_LINE
_NEXT = b"\r\n"
_END = _NEXT
_line = b": ".join


class Cycle(httptools_impl.RequestResponseCycle):
    """What Cube answers has its length and names in lower case, so that a head is one join and one check.

    Whatever else is sent goes uvicorn's own way.
    """

    _head: bytes | None = None

    def __init__(self, connection: httptools_impl.HttpToolsProtocol, scope: Any, keep_alive: bool) -> None:
        super().__init__(
            scope,
            connection.transport,
            connection.flow,
            connection.logger,
            connection.access_logger,
            False,  # Cube has a line of its own
            connection.server_state.default_headers,
            asyncio.Event(),
            connection.expect_100_continue,
            keep_alive,
            connection.on_response_complete,
        )

    async def receive(self) -> Any:
        """A body that is there already; for all else uvicorn's way, which waits for what comes."""
        if self.more_body or self.disconnected or self.response_complete or self.waiting_for_100_continue:
            return await super().receive()
        if not self.message_event.is_set():
            return await super().receive()  # all of it was taken: what can still come is the caller's going away
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """The head waits for the first of the body, and both go out together: each by itself is a packet, and a system
        call that takes as long as finding a record."""
        head, self._head = self._head, None
        if head is None and not self.response_started and self._is_usual():
            self._head = self._begun(message)
            if self._head is not None:
                return
        if head is None:
            await super().send(message)
        elif self.disconnected:
            return
        elif message.get("more_body") or self.scope["method"] == "HEAD":
            self.transport.write(head)
            await super().send(message)
        else:
            self._whole(head, message.get("body", b""))

    def _is_usual(self) -> bool:
        return self.keep_alive and not (self.disconnected or self.flow.write_paused)

    def _begun(self, message: Any) -> bytes | None:
        """The head of an answer whose length is told; None where uvicorn is to write it."""
        headers = message["headers"]
        named = dict(headers)
        length = named.get(b"content-length")
        if length is None or b"connection" in named:
            return None
        lines = [*map(_line, self.default_headers), *map(_line, headers), _END]
        head = _LINES[message["status"]] + _NEXT.join(lines)
        if not head.count(b"\n") == head.count(b"\r") == len(lines) + 1 or b"\0" in head:
            raise RuntimeError("Invalid HTTP header value.")
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = False
        self.expected_content_length = int(length)
        return head

    def _whole(self, head: bytes, body: bytes) -> None:
        if len(body) != self.expected_content_length:
            raise RuntimeError("Response content of another length than Content-Length")
        self.expected_content_length = 0
        self.transport.writelines((head, body))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
