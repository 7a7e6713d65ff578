"""How a call is sent, and sent again: whom it asks, as whom, how often, and after which wait."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx

from cube_api.call import Call
from cube_api.errors import CubeError, NoAnswerError, error_of
from cube_api.request import Request

__version__ = "0.1.0"

T = TypeVar("T")

Steps = Generator[Request | float, httpx.Response | None, T]
"""A call step by step: a request is to be sent and answered, a number of seconds to be waited. It knows no network."""

LONGEST_WAIT: Final = 60.0
"""A `Retry-After` of more seconds is raised at once: who calls knows better what to do in the meantime."""

_FIRST_WAIT, _LONGEST_BACKOFF = 0.25, 8.0
_BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What `on_answer` is told of each answer, those that are errors or are asked for again included."""

    method: str
    path: str
    status_code: int
    attempt: int
    trace_id: str | None
    idempotency_key: str | None
    replayed: bool
    """Whether Cube had done this write before, and repeats what it answered then."""


@dataclass(frozen=True, slots=True)
class Manner:
    """Where Cube is, who asks, and how often again."""

    url: str
    key: str = field(repr=False)
    retries: int
    on_answer: Callable[[Answer], None] | None

    def headers(self, request: Request) -> dict[str, str]:
        said = {
            "Authorization": f"Bearer {self.key}",
            "Accept": "application/problem+json, application/json;q=0.9",
            "User-Agent": f"cube-api-python/{__version__}",
            **request.headers,
        }
        return said if request.body is None else {"Content-Type": "application/json", **said}

    def steps(self, call: Call[T]) -> Steps[T]:
        """Asks until there is an answer that stands."""
        attempt = 1
        while True:
            error, wait = yield from self._tried(call.request, attempt)
            if not isinstance(error, CubeError):
                return self._read(call, error)
            if wait is None or attempt > self.retries:
                raise error
            yield wait
            attempt += 1

    def _tried(
        self, request: Request, attempt: int
    ) -> Generator[Request | float, httpx.Response | None, tuple[httpx.Response | CubeError, float | None]]:
        """The answer, or the error and how long to wait if the request may be sent again."""
        try:
            answer = yield request
        except httpx.RequestError as fault:
            error = NoAnswerError(f"No answer from {self.url}: {fault or type(fault).__name__}")
            error.__cause__ = fault
            return error, pause(attempt, None) if request.repeatable else None
        assert answer is not None
        self._tell(request, answer, attempt)
        if answer.is_success:
            return answer, None
        return error_of(answer), pause(attempt, answer.headers.get("Retry-After")) if _again(request, answer) else None

    def _tell(self, request: Request, answer: httpx.Response, attempt: int) -> None:
        if self.on_answer is not None:
            trace, replayed = answer.headers.get("traceresponse"), answer.headers.get("Idempotent-Replayed") == "true"
            key = request.headers.get("Idempotency-Key")
            self.on_answer(Answer(request.method, request.path, answer.status_code, attempt, trace, key, replayed))

    def _read(self, call: Call[T], answer: httpx.Response) -> T:
        try:
            return call.read(answer)
        except (ValueError, KeyError, TypeError) as fault:
            raise CubeError("The answer is not one of Cube's.", status_code=answer.status_code) from fault


def manner_of(url: str | None, key: str | None, retries: int, on_answer: Callable[[Answer], None] | None) -> Manner:
    url, key = url or os.environ.get("CUBE_URL", ""), key or os.environ.get("CUBE_KEY", "")
    if not re.match(r"https?://[^/]", url):
        raise ValueError("The URL of Cube must be given, or stand in CUBE_URL: http://… or https://…")
    if not re.fullmatch(r"[!-~]+", key):
        raise ValueError("The API key must be given, or stand in CUBE_KEY.")
    return Manner(url.rstrip("/"), key, retries, on_answer)


def _again(request: Request, answer: httpx.Response) -> bool:
    """Whether it may be sent again: what was refused for its rate was not done, however often it is asked for."""
    if answer.status_code == 409:  # the first try of this very request is still being done
        return "Idempotency-Key" in request.headers and "Retry-After" in answer.headers
    return answer.status_code == 429 or (answer.status_code in _BUSY and request.repeatable)


def pause(attempt: int, retry_after: str | None) -> float | None:
    """How long to wait before the next try, never in step with others; None if that is too long."""
    backoff = min(_LONGEST_BACKOFF, _FIRST_WAIT * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311 - it is no secret
    asked = seconds_of(retry_after)
    if asked is None:
        return backoff
    return asked + backoff if asked <= LONGEST_WAIT else None


def seconds_of(retry_after: str | None) -> float | None:
    """The wait that `Retry-After` says, by a number or by a date."""
    if retry_after is None:
        return None
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    wait: timedelta = at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)
    return max(0.0, wait.total_seconds())
