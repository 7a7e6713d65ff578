"""A request and its answer on the wire: uvicorn's cycle, whose head of an answer is written by fewer steps."""

from __future__ import annotations

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
        """The head of an answer that is whole; all others as uvicorn sends them."""
        if self.response_started or self.flow.write_paused or self.disconnected or not self.keep_alive:
            await super().send(message)
            return
        headers = message["headers"]
        named = dict(headers)
        length = named.get(b"content-length")
        if length is None or b"connection" in named:
            await super().send(message)
            return
        lines = [*map(_line, self.default_headers), *map(_line, headers), _END]
        head = _LINES[message["status"]] + _NEXT.join(lines)
        if not head.count(b"\n") == head.count(b"\r") == len(lines) + 1 or b"\0" in head:
            raise RuntimeError("Invalid HTTP header value.")
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = False
        self.expected_content_length = int(length)
        self.transport.write(head)
