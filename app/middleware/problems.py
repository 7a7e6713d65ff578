"""Turns whatever is raised below into the contract's error object; what nobody foresaw goes to the log alone."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.log import log
from app.middleware.exchange import exchange, header
from app.middleware.finished import Finished
from app.middleware.media import JSON, PROBLEM, prefers_problem
from schema.problem import Problem, problem

_BY_STATUS = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


class Problems:
    """The one place where an exception becomes an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            log.info("the caller went away")
        except CancelledError:
            # The process ends, and has waited as long as it may.
            if exchange(scope).status is None:
                await answer(scope, problem("unavailable", retry_after="1", connection="close"))(scope, receive, send)
            raise
        except Exception as error:
            found = problem_of(error)
            if exchange(scope).status is not None:
                log.error("failed after the answer had begun", exc_info=error)
                return
            await answer(scope, found)(scope, receive, send)


def problem_of(error: Exception) -> Problem:
    """The problem that an exception stands for; an unforeseen one is logged with its stack."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        found = problem(_BY_STATUS[error.status_code])
        return Problem(found.type, headers=dict(error.headers or {}))
    log.error("an unexpected error", exc_info=error)
    return problem("internal_error")


def answer(scope: Scope, found: Problem) -> Finished:
    """A problem in the form that the caller prefers."""
    trace = exchange(scope).trace_id
    as_problem = prefers_problem(header(scope, b"accept"))
    body = orjson.dumps(problem_details(found, trace) if as_problem else error_object(found, trace))
    headers = {
        **{name.lower(): value for name, value in found.headers.items()},
        "content-type": PROBLEM if as_problem else JSON,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "vary": "Accept",
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    return Finished(found.status, raw, body)


def error_object(found: Problem, trace: str) -> Mapping[str, Any]:
    """The contract's four members; `detail` only when there is something to add."""
    told = {"statusCode": found.status, "traceId": trace, "message": found.text}
    return told | {"detail": found.detail} if found.detail else told


def problem_details(found: Problem, trace: str) -> Mapping[str, Any]:
    """The same facts as RFC 9457, with `code` and `errors`."""
    told: dict[str, Any] = {"type": f"/docs/errors#{found.code}", "title": found.type.message, "status": found.status}
    if found.detail:
        told["detail"] = found.detail
    told |= {"statusCode": found.status, "traceId": trace, "message": found.text, "code": found.code}
    if found.errors:
        told["errors"] = found.errors
    return told
