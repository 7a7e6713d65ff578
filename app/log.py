"""The log: one JSON object a line on stderr, every line under its trace, and no secret in any of them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

# Longer than the prefix of a key, which may be shown; shorter than a key that lost some of its characters.
_SECRET = re.compile(r"cube_[0-9A-Za-z]{16,}")
_HIDDEN = "cube_[hidden]"

log: FilteringBoundLogger = structlog.get_logger()


def configure(level: str) -> None:
    """Sends what Cube and its libraries log from this level on to stderr; a second time changes the level."""
    least: int = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            _line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=_stderr,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [*(h for h in root.handlers if not isinstance(h, _Foreign)), _Foreign()]
    # What libraries tell below a warning are statements with their values: other people's data, in any number.
    root.setLevel(max(least, logging.WARNING))
    logging.getLogger("uvicorn.error").setLevel(max(least, logging.INFO))


@contextmanager
def traced(trace: str) -> Iterator[None]:
    """Puts the trace on every line that is logged inside."""
    with bound_contextvars(traceId=trace):
        yield


def without_secrets(text: str) -> str:
    """The text with everything hidden that looks like an API key."""
    return _SECRET.sub(_HIDDEN, text)


class _Foreign(logging.Handler):
    """Brings what libraries log into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)
        except Exception:
            self.handleError(record)


def _stderr(*_: Any) -> structlog.WriteLogger:
    # Looked up each time: whoever captures stderr replaces it.
    return structlog.WriteLogger(sys.stderr)


def _line(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    """The finished line. Secrets are hidden here, last of all, whichever member holds them."""
    first = {name: event.pop(name, None) for name in ("at", "level", "event")}
    return without_secrets(orjson.dumps({**first, **event}, default=repr, option=orjson.OPT_NON_STR_KEYS).decode())
