"""The log: one JSON object a line on stderr, every line under its trace, and no secret in any of them."""

from __future__ import annotations

import asyncio
import atexit
import logging
import re
import select
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from app.running import running

# Longer than the prefix of a key, which may be shown; shorter than a key that lost some of its characters.
_SECRET = re.compile(r"cube(?:_[0-9A-Za-z]{16,}|t_[\w.-]{16,})")
_HIDDEN = "cube_[hidden]"
_GATHERED_FOR = 0.1
_GATHERED_AT_MOST = 64

log: FilteringBoundLogger = structlog.get_logger()

_requests = True


def configure(level: str) -> None:
    """Sends what Cube and its libraries log from this level on to stderr; a second time changes the level."""
    global _requests
    least: int = getattr(logging, level.upper())
    _requests = least <= logging.INFO
    structlog.configure(
        processors=[
            _under_its_trace,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            _line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: structlog.WriteLogger(_lines),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [*(h for h in root.handlers if not isinstance(h, _Foreign)), _Foreign()]
    # What libraries tell below a warning are statements with their values: other people's data, in any number.
    root.setLevel(max(least, logging.WARNING))
    logging.getLogger("uvicorn.error").setLevel(max(least, logging.INFO))


class Answered(NamedTuple):
    """What is told of an answered request: `at` in seconds since 1970, `path` as it was sent, without its query, `ms`
    until the whole answer was out."""

    at: float
    trace_id: str
    method: str
    path: str
    route: str | None
    status: int | None
    ms: float
    key_id: str | None
    sent: int


def request_line(told: Answered) -> None:
    """The line `request` of an answered request: as `log.info` would write it, on a shorter way."""
    if _requests:
        _lines.gather(told)


def flush() -> None:
    """Writes what has been gathered."""
    _lines.flush()


def without_secrets(text: str) -> str:
    """The text with everything hidden that looks like an API key or a token."""
    return _SECRET.sub(_HIDDEN, text) if "cube_" in text or "cubet_" in text else text


class _Foreign(logging.Handler):
    """Brings what libraries log into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)


class _Lines:
    """Stderr, always in whole lines. Those of requests are gathered and made together, which costs each less.

    They go out after a tenth of a second, or before any other line.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gathered: list[Answered] = []
        self._due_in: asyncio.AbstractEventLoop | None = None

    def write(self, text: str) -> None:
        self.flush()
        # Looked up each time: whoever captures stderr replaces it, and looks at once.
        sys.stderr.write(text)

    def gather(self, told: Answered) -> None:
        self._gathered.append(told)  # whole by itself, so that it waits for no lock
        if len(self._gathered) >= _GATHERED_AT_MOST or sys.stderr is not sys.__stderr__:
            self.flush()
        elif self._due_in is None or self._due_in.is_closed():
            self._due_in = _running_loop()
            if self._due_in is None:
                self.flush()
            else:
                self._due_in.call_later(_GATHERED_FOR, self._flush_when_due)

    def flush(self) -> None:
        with self._lock:
            gathered = self._gathered[:]
            del self._gathered[: len(gathered)]
            for text in _chunks([_request(told) for told in gathered]):
                sys.stderr.write(without_secrets(text))
        sys.stderr.flush()

    def _flush_when_due(self) -> None:
        self._due_in = None
        self.flush()


_lines = _Lines()
atexit.register(_lines.flush)


def _request(told: Answered) -> bytes:
    line = {
        "at": datetime.fromtimestamp(told.at, UTC),
        "level": "info",
        "event": "request",
        "traceId": told.trace_id,
        "method": told.method,
        "path": told.path,
        "route": told.route,
        "status": told.status,
        "ms": round(told.ms, 2),
        "keyId": told.key_id,
        "bytes": told.sent,
    }
    return orjson.dumps(line, option=orjson.OPT_UTC_Z)


def _chunks(lines: list[bytes]) -> Iterator[str]:
    """The lines in texts that a pipe takes at once: so those of several processes do not mix."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) >= select.PIPE_BUF:
            yield b"".join(held).decode()
            held, size = [], 0
        held += (line, b"\n")
        size += len(line) + 1
    if held:
        yield b"".join(held).decode()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _under_its_trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    found = running.get()
    return event if found is None else {"traceId": found.trace_id, **event}


def _line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """The finished line. Secrets are hidden here, last of all, whichever member holds them."""
    first = {name: event.pop(name, None) for name in ("at", "level", "event")}
    return without_secrets(orjson.dumps({**first, **event}, default=repr, option=orjson.OPT_NON_STR_KEYS).decode())
