"""The one table of problems: every way in which Cube refuses a request, with its status, code and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One row of the table: the fixed part of a problem. `remedy` is what the reader of the guide should do."""

    code: str
    status: int
    message: str
    remedy: str


def _table(*rows: tuple[str, int, str, str]) -> dict[str, ProblemType]:
    return {code: ProblemType(code, status, message, remedy) for code, status, message, remedy in rows}


CONFLICT = "The request conflicts with the current state."
TOO_LARGE = "The request is too large."

PROBLEMS: Mapping[str, ProblemType] = _table(
    (
        "validation_failed",
        400,
        "One or more validation errors occurred.",
        "Read `detail`: it names every bad value or name by its path, and what would be right.",
    ),
    (
        "malformed_json",
        400,
        "The request body is not valid JSON.",
        "Send one JSON object in UTF-8, without NaN, repeated members or very deep nesting.",
    ),
    (
        "malformed_request",
        400,
        "The request is malformed.",
        "Send valid HTTP: one Authorization header, one way to tell the body's length, no key in the URL.",
    ),
    (
        "invalid_cursor",
        400,
        "The cursor is not valid here.",
        "Use a cursor only with the resource, filter, search and sort of the page that gave it.",
    ),
    (
        "idempotency_key_reused",
        400,
        "The idempotency key was used for another request.",
        "Take a new key for each new request, and send the old one only with the very same method, path and body.",
    ),
    (
        "authentication_required",
        401,
        "Authentication is required.",
        "Send `Authorization: Bearer <API key>`.",
    ),
    (
        "invalid_key",
        401,
        "The API key is not valid.",
        "Check that the key is whole, not expired and not revoked; make a new one if in doubt.",
    ),
    (
        "insufficient_scope",
        403,
        "The API key does not allow this operation.",
        "Use a key with the scope that `detail` names, whose owner's role allows it.",
    ),
    (
        "not_found",
        404,
        "The requested resource was not found.",
        "Check the path and the id or reference; deleted records are shown only when asked for.",
    ),
    ("method_not_allowed", 405, "Method not allowed.", "Use a method that the `Allow` header lists."),
    ("not_acceptable", 406, "Not acceptable.", "Accept a media type that `detail` lists."),
    (
        "unsupported_media_type",
        415,
        "Unsupported media type.",
        "Send the body as a media type that the `Accept` header of the answer lists.",
    ),
    (
        "already_exists",
        409,
        CONFLICT,
        "Another live record holds this unique value: update that one, or choose another value.",
    ),
    ("conflict", 409, CONFLICT, "The record's state does not allow this: read it again and decide anew."),
    (
        "in_flight",
        409,
        CONFLICT,
        "A request with this idempotency key is being answered: send the same again after `Retry-After` seconds.",
    ),
    (
        "precondition_failed",
        412,
        "A precondition failed.",
        "The record has changed: read it again, and send its current ETag or version.",
    ),
    ("too_large", 413, TOO_LARGE, "Send less: a body of at most 1 MiB, or fewer records at a time."),
    ("uri_too_long", 414, TOO_LARGE, "Keep the URL below 16 KiB: use QUERY with a JSON body."),
    ("headers_too_large", 431, TOO_LARGE, "Keep the headers below 64 KiB."),
    (
        "rate_limited",
        429,
        "Too many requests.",
        "Wait as long as `Retry-After` says, then try again; `RateLimit` tells beforehand what is left.",
    ),
    (
        "internal_error",
        500,
        "An unexpected error occurred.",
        "Try again later; tell the operator the trace id: the log has the rest.",
    ),
    (
        "maintenance",
        503,
        "The service is under maintenance.",
        "Wait as long as `Retry-After` says, then try again.",
    ),
    (
        "unavailable",
        503,
        "The service is temporarily unavailable.",
        "Wait as long as `Retry-After` says, then try again.",
    ),
)

# The contract's code for all three sizes is one; the table keeps three rows since their statuses differ.
PUBLIC_CODES: Mapping[str, str] = {"uri_too_long": "too_large", "headers_too_large": "too_large"}


@dataclass(slots=True)
class Problem(Exception):
    """A refusal on its way to the caller: a row of the table, and what is particular to this one."""

    type: ProblemType
    detail: str | None = None
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None

    def __post_init__(self) -> None:
        # What was sent may be quoted, and a lone surrogate in it has no UTF-8.
        if self.detail is not None and not self.detail.isascii():
            self.detail = _sendable(self.detail)
            self.errors = {_sendable(path): tuple(map(_sendable, texts)) for path, texts in self.errors.items()}
        Exception.__init__(self, self.detail or self.type.message)

    @property
    def status(self) -> int:
        return self.type.status

    @property
    def code(self) -> str:
        return PUBLIC_CODES.get(self.type.code, self.type.code)

    @property
    def text(self) -> str:
        return self.message or self.type.message


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def problem(code: str, detail: str | None = None, **headers: str) -> Problem:
    """A problem by its code; keyword names become header names: `retry_after="1"` is `Retry-After: 1`."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return Problem(PROBLEMS[code], detail, headers=named)


def invalid(errors: Mapping[str, str | tuple[str, ...]]) -> Problem:
    """400 for bad values: `errors` maps each failing path to what is wrong there; "" is the request as a whole."""
    texts = {path: (text,) if isinstance(text, str) else tuple(text) for path, text in errors.items()}
    detail = "; ".join(f"{path}: {text}" if path else text for path, many in texts.items() for text in many)
    return Problem(PROBLEMS["validation_failed"], detail, errors=texts)


def insufficient_scope(scope: str) -> Problem:
    """403 that names the missing scope, in `detail` and, by RFC 6750 section 3.1, in the challenge."""
    challenge = f'Bearer realm="cube", error="insufficient_scope", scope="{scope}"'
    return Problem(
        PROBLEMS["insufficient_scope"], f"The scope {scope} is needed.", headers={"WWW-Authenticate": challenge}
    )


# What others call it; spelling alone would lead astray: `firstName` is nearer to familyName.
_ELSEWHERE: Mapping[str, str] = {
    "firstname": "givenName",
    "forename": "givenName",
    "lastname": "familyName",
    "surname": "familyName",
    "fullname": "name",
    "mail": "email",
    "mobile": "phone",
    "company": "client",
    "street": "line1",
    "state": "region",
    "province": "region",
    "zip": "postalCode",
    "zipcode": "postalCode",
    "postcode": "postalCode",
}


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str:
    """The hint that ends a message about an unknown name: the nearest known one, if any is near."""
    lowered = {k.lower(): k for k in known}
    plain = name.lower().replace("_", "")
    usual = _ELSEWHERE.get(plain)
    if usual in known:
        return f"; did you mean {usual}?"
    found = get_close_matches(plain if plain in lowered else name.lower(), list(lowered), n=1, cutoff=0.6)
    return f"; did you mean {lowered[found[0]]}?" if found else ""
