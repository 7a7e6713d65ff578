"""The answer of a GraphQL request: its data and errors in GraphQL's form, each error with Cube's facts about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError

from app.graphql.documents import MAX_ERRORS, OperationError
from app.log import without_secrets
from app.middleware.problems import problem_of
from app.services.idempotency import kept_for_good
from app.services.plan import MAX_COST
from schema.graphql.limits import LimitError
from schema.problem import Problem, invalid
from schema.values.fault import Fault


@dataclass(frozen=True, slots=True)
class Result:
    """What a document came to, `data` in pieces of JSON. If nothing `ran`, the request itself was at fault.

    `wrote`: whether any field did, though another may have taken its answer away.
    """

    data: Sequence[bytes] | None = None
    errors: tuple[GraphQLError, ...] = ()
    cost: int = 0
    ran: bool = field(default=False, kw_only=True)
    wrote: bool = field(default=False, kw_only=True)

    @property
    def is_for_good(self) -> bool:
        """Whether it refuses anything for a reason that holds whenever the same is asked again."""
        return any(kept_for_good(_problem(error)[0]) for error in self.errors)

    def status(self, modern: bool) -> int:
        """The HTTP status; `modern` is the media type application/graphql-response+json."""
        if self.ran:
            return 200
        always = any(isinstance(error, LimitError | OperationError) for error in self.errors)
        return 400 if modern or always else 200

    def body(self, trace_id: str) -> bytes:
        """The JSON text."""
        pieces = [b"{"]
        if self.ran:
            pieces += [b'"data":', *(self.data or [b"null"]), b","]
        if self.errors:
            entries = [_entry(error, trace_id) for error in self.errors[:MAX_ERRORS]]
            pieces += [b'"errors":', orjson.dumps(entries), b","]
        pieces.append(_EXTENSIONS % (self.cost, MAX_COST, trace_id.encode()))
        return b"".join(pieces)


_EXTENSIONS = b'"extensions":{"cost":{"rows":%d,"limit":%d},"traceId":"%b"}}'


def refused(errors: Iterable[GraphQLError], cost: int = 0) -> Result:
    """The result of a request that was not run."""
    return Result(None, tuple(errors), cost)


def _entry(error: GraphQLError, trace_id: str) -> dict[str, Any]:
    found, message = _problem(error)
    entry: dict[str, Any] = {"message": _text(message)}
    if error.locations:
        entry["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        entry["path"] = error.path
    extensions: dict[str, Any] = {"code": found.code, "statusCode": found.status, "traceId": trace_id}
    if found.detail:
        extensions["detail"] = _text(found.detail)
    if found.errors and error.path is not None:
        extensions["errors"] = {_text(path): [_text(text) for text in texts] for path, texts in found.errors.items()}
    return entry | {"extensions": extensions}


def _problem(error: GraphQLError) -> tuple[Problem, str]:
    """The problem behind an error, and its message: GraphQL's own words where GraphQL found the fault."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if isinstance(cause, Problem):
        return cause, cause.text
    if error.path is None or cause is None or isinstance(cause, Fault):
        return invalid({"": error.message}), error.message
    assert isinstance(cause, Exception)
    found = problem_of(cause)
    return found, found.text


def _text(text: str) -> str:
    """A message may quote what was sent: keys are hidden, and lone surrogates, which have no UTF-8, are replaced."""
    return without_secrets(text).encode("utf-8", "replace").decode()
