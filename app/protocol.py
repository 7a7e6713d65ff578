"""uvicorn's fast protocol, so that bad HTTP gets Cube's own answer: what its parser refuses goes through the app."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http import httptools_impl

from app.cycle import Cycle
from app.lenient_protocol import H11Protocol
from app.middleware.limits import MAX_HEADERS, MAX_URI, large_headers, long_uri
from app.refusing import bad_http, interrupt, scope_of
from schema.problem import Problem

# Room for the longest URL, the largest headers and the signs between them; the app knows the exact limits.
MAX_HEAD = MAX_URI + MAX_HEADERS + 16 * 1024

_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_USUAL = (b"GET ", b"POST ", b"PATCH ", b"PUT ", b"DELETE ")
_KNOWN = frozenset((b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"QUERY", b"CONNECT", b"TRACE"))


class HttpToolsProtocol(httptools_impl.HttpToolsProtocol):
    """The fast one. A connection that begins with a method unknown to its parser is handed to `H11Protocol`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access_log = False  # Cube has a line of its own
        self.early = b""  # what came before it was certain which protocol this is
        self.between = True  # no request has begun
        self.in_body = False
        self.unspent = 0  # bytes that belong to no body: the parser keeps them
        self.refused = False
        self.idle_since: float | None = None

    def data_received(self, data: bytes) -> None:
        self.idle_since = None
        if self.refused:
            return
        if self.between:
            data, self.early = self.early + data, b""
            if self._is_for_h11(data):
                return
        self.unspent += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # No other protocol is spoken here: the request is answered, and others may follow.
            self.parser = httptools.HttpRequestParser(self)
            if rest := data[upgrade.args[0] :]:
                self.data_received(rest)
        except httptools.HttpParserError:
            # A URL of 64 KiB or more is an error of the parser's too.
            self._refuse(long_uri() if self._has_long_uri() else bad_http())
        else:
            if self.unspent > MAX_HEAD:
                self._refuse(long_uri() if self._has_long_uri() else large_headers())
            elif (self.in_body or self.between) and self.cycle is not None and self.cycle.response_complete:
                self._idle()  # what came was of a body that nobody waits for

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.between = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.in_body:
            return  # trailers say nothing that is wanted
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """As uvicorn's, without what Cube has no use for: a root path, a limit of its own, other protocols."""
        self.unspent = 0
        scope, version = self.scope, self.parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""
        self._begin(scope, version != "1.0" and self.parser.should_keep_alive())
        self.in_body = True

    def _begin(self, scope: Any, keep_alive: bool) -> None:
        """Lets the app answer what is asked, after what was asked before it on this connection."""
        running = self.cycle
        self.cycle = cycle = Cycle(self, scope, keep_alive)
        if running is None or running.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_response_complete(self) -> None:
        """As uvicorn's, but that one timer looks after a connection: one for each request costs more than it."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self._idle()

    def _idle(self) -> None:
        self.idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._look_later(self.timeout_keep_alive)

    def _look_later(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self._end_if_idle)

    def _end_if_idle(self) -> None:
        """Closes a connection on which nothing has come for the time that one is kept."""
        self.timeout_keep_alive_task = None
        if self.idle_since is None:
            return  # the end of its request begins anew
        left = self.idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._look_later(left)
        else:
            self.timeout_keep_alive_handler()

    def on_body(self, body: bytes) -> None:
        self.unspent = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.unspent = 0
        self.in_body = False
        self.between = True

    def _has_long_uri(self) -> bool:
        return not self.between and len(self.url) > MAX_URI

    def _is_for_h11(self, data: bytes) -> bool:
        """Hands over what begins with another method, or waits for the method's end; the app will say 405."""
        if self.cycle is not None and not self.cycle.response_complete:
            return False
        if data.startswith(_USUAL):
            return False
        start = data.lstrip(b"\r\n")
        word, space, _ = start[:33].partition(b" ")
        if word in _KNOWN or not _METHOD.fullmatch(word):
            return False
        if not space:
            self.early = data if len(start) < 33 else b""
            return bool(self.early)
        other = H11Protocol(self.config, self.server_state, self.app_state)
        self.connections.discard(self)
        other.connection_made(self.transport)
        self.transport.set_protocol(other)
        other.data_received(data)
        return True

    def _refuse(self, found: Problem) -> None:
        """Answers with a problem and closes: through the request's own answer if the app has begun with it."""
        self.refused = True
        if self.in_body:
            interrupt(self.cycle, self.transport, found)
            return
        self.expect_100_continue = False
        self._begin(scope_of(self, found), keep_alive=False)

    def _unsupported_upgrade_warning(self) -> None:
        """Whoever offers another protocol is simply not answered in it."""
