"""What is raised: an error for each kind of answer, and for no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from cube_api.records import Json


class CubeError(Exception):
    """What is raised, by what the status of the answer is:

    CubeError
    ├── NoAnswerError            the connection failed, was broken off, or took too long
    ├── BadRequestError          400
    ├── AuthenticationError      401
    ├── PermissionDeniedError    403
    ├── NotFoundError            404
    ├── ConflictError            409
    ├── PreconditionFailedError  412
    ├── RateLimitError           429
    ├── ServerError              500 and above
    └── GraphQLError             errors of a GraphQL answer, whatever their status
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: str | None = None,
        detail: str | None = None,
        trace_id: str | None = None,
        fields: Mapping[str, list[str]] | None = None,
        current_version: int | None = None,
    ) -> None:
        where = f" (trace {trace_id})" if trace_id else ""
        super().__init__(f"{f'{status_code} ' if status_code else ''}{message}{f' {detail}' if detail else ''}{where}")
        self.message = message
        self.status_code = status_code
        """The HTTP status; None where no answer came."""
        self.code = code
        """Which problem it is, such as `already_exists`: what a program should go by."""
        self.detail = detail
        self.trace_id = trace_id
        """Names the request in Cube's log."""
        self.fields: dict[str, list[str]] = dict(fields or {})
        """Each failing path, such as `address.country`, and what is wrong there."""
        self.current_version = current_version
        """After a 412, the version that the record is at."""


class NoAnswerError(CubeError): ...


class BadRequestError(CubeError): ...


class AuthenticationError(CubeError): ...


class PermissionDeniedError(CubeError): ...


class NotFoundError(CubeError): ...


class ConflictError(CubeError): ...


class PreconditionFailedError(CubeError): ...


class RateLimitError(CubeError): ...


class ServerError(CubeError): ...


class GraphQLError(CubeError):
    """The first error's facts; `errors` are all of them, `data` is what could be answered nevertheless."""

    def __init__(self, errors: list[Json], data: Json | None) -> None:
        first = errors[0]
        more: Json = first.get("extensions") or {}
        super().__init__(
            first.get("message", "The answer has errors."),
            status_code=more.get("statusCode"),
            code=more.get("code"),
            detail=more.get("detail"),
            trace_id=more.get("traceId"),
            fields=more.get("errors"),
        )
        self.errors = errors
        self.data = data

    def __reduce__(self) -> tuple[type[GraphQLError], tuple[list[Json], Json | None]]:
        return GraphQLError, (self.errors, self.data)


_BY_STATUS: Mapping[int, type[CubeError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    429: RateLimitError,
}


def error_of(answer: httpx.Response) -> CubeError:
    """The error that an answer tells of, be it Cube's own or that of something on the way to it."""
    status = answer.status_code
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else CubeError)
    told = _object(answer)
    if isinstance(told.get("errors"), list) and told["errors"]:
        return GraphQLError(told["errors"], told.get("data"))
    tag = re.fullmatch(r'"(\d+)"', answer.headers.get("ETag", ""))
    return kind(
        told.get("message") or "The answer is not one of Cube's.",
        status_code=status,
        code=told.get("code"),
        detail=told.get("detail"),
        trace_id=told.get("traceId") or answer.headers.get("traceresponse"),
        fields=told.get("errors") if isinstance(told.get("errors"), dict) else None,
        current_version=int(tag[1]) if status == 412 and tag else None,
    )


def _object(answer: httpx.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
