"""Cube's directory of users, customers and clients, from Python: `Cube` for plain code, `AsyncCube` for `async` code.

    from cube_api import Cube

    with Cube("https://cube.example", "cube_…") as cube:   # or from CUBE_URL and CUBE_KEY
        for customer in cube.customers.list(status="ACTIVE", expand=["client"]):
            print(customer["name"], customer["email"])

The file reads from top to bottom: records, errors, what a request is, how it is sent and sent again, what can be asked.
Nothing in it is written twice for `async`: a method describes its request, and a door, `Sync` or `Async`, has it sent.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import random
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import (
    Any,
    Concatenate,
    Generic,
    Literal,
    NamedTuple,
    NotRequired,
    ParamSpec,
    Self,
    TypedDict,
    TypeVar,
    overload,
)
from urllib.parse import quote, urlencode

import httpx

__version__ = "0.1.0"

P = ParamSpec("P")
T = TypeVar("T")

Json = dict[str, Any]

# ---------------------------------------------------------------------------------------------------------- records
# Members are named as in the API. A record that was asked for with `fields` has only those.


class Address(TypedDict):
    line1: str | None
    line2: str | None
    city: str | None
    region: str | None
    postalCode: str | None
    country: str | None


class AddressInput(TypedDict, total=False):
    line1: str | None
    line2: str | None
    city: str | None
    region: str | None
    postalCode: str | None
    country: str | None


class DirectoryRecord(TypedDict):
    """What users, clients and customers have in common."""

    id: str
    version: int
    createdAt: str
    updatedAt: str
    deletedAt: str | None
    name: str
    phone: str | None
    externalIds: dict[str, str]
    tags: list[str]
    metadata: dict[str, str | float | bool]


class User(DirectoryRecord):
    email: str
    role: Literal["ADMIN", "EDITOR", "VIEWER"]
    status: Literal["ACTIVE", "DISABLED"]
    title: str | None
    locale: str | None
    timeZone: str | None


class Client(DirectoryRecord):
    legalName: str | None
    domain: str | None
    website: str | None
    email: str | None
    industry: str | None
    employees: int | None
    taxId: str | None
    status: Literal["PROSPECT", "ACTIVE", "INACTIVE"]
    address: Address | None
    ownerId: str | None
    parentId: str | None
    owner: NotRequired[User | None]
    parent: NotRequired[Client | None]


class Customer(DirectoryRecord):
    givenName: str | None
    familyName: str | None
    email: str | None
    additionalEmails: list[str]
    additionalPhones: list[str]
    title: str | None
    locale: str | None
    timeZone: str | None
    status: Literal["LEAD", "ACTIVE", "INACTIVE", "CHURNED"]
    emailConsent: Literal["SUBSCRIBED", "UNSUBSCRIBED", "UNKNOWN"]
    address: Address | None
    clientId: str | None
    ownerId: str | None
    client: NotRequired[Client | None]
    owner: NotRequired[User | None]


class ApiKey(TypedDict):
    id: str
    version: int
    name: str
    prefix: str
    scopes: list[str]
    ownerId: str
    filters: Json
    hiddenFields: list[str]
    createdAt: str
    updatedAt: str
    expiresAt: str | None
    lastUsedAt: str | None
    revokedAt: str | None
    owner: NotRequired[User | None]
    secret: NotRequired[str]  # in the answers to `create` and `rotate` alone


class Me(ApiKey):
    limits: NotRequired[Json]
    tokenExpiresAt: NotRequired[str]


class Token(TypedDict):
    token: str
    expiresAt: str
    scopes: list[str]


class DirectoryInput(TypedDict, total=False):
    """What may be sent of each of the three."""

    createdAt: str | datetime | None
    phone: str | None
    externalIds: Mapping[str, str | None] | None
    tags: Sequence[str] | None
    metadata: Mapping[str, str | float | bool | None] | None


class UserInput(DirectoryInput, total=False):
    name: str
    email: str
    role: Literal["ADMIN", "EDITOR", "VIEWER"] | None
    status: Literal["ACTIVE", "DISABLED"] | None
    title: str | None
    locale: str | None
    timeZone: str | None


class ClientInput(DirectoryInput, total=False):
    name: str
    legalName: str | None
    domain: str | None
    website: str | None
    email: str | None
    industry: str | None
    employees: int | None
    taxId: str | None
    status: Literal["PROSPECT", "ACTIVE", "INACTIVE"] | None
    address: AddressInput | None
    ownerId: str | None
    parentId: str | None


class CustomerInput(DirectoryInput, total=False):
    name: str | None
    givenName: str | None
    familyName: str | None
    email: str | None
    additionalEmails: Sequence[str] | None
    additionalPhones: Sequence[str] | None
    title: str | None
    locale: str | None
    timeZone: str | None
    status: Literal["LEAD", "ACTIVE", "INACTIVE", "CHURNED"] | None
    emailConsent: Literal["SUBSCRIBED", "UNSUBSCRIBED", "UNKNOWN"] | None
    address: AddressInput | None
    clientId: str | None
    ownerId: str | None


class ApiKeyInput(TypedDict, total=False):
    name: str
    scopes: Sequence[str]
    ownerId: str | None
    expiresAt: str | datetime | None
    filters: Mapping[str, Any] | None
    hiddenFields: Sequence[str] | None


class ChangeActor(TypedDict):
    keyId: str | None
    userId: str | None


class Change(TypedDict):
    """One write in a record's history; `changes` maps each field to its values before and after."""

    cursor: str
    at: str
    resource: str
    id: str
    action: str
    version: int
    changes: dict[str, list[Any]]
    actor: ChangeActor
    source: str
    traceId: str


class Stat(TypedDict):
    by: Json
    count: int


class BatchOperation(TypedDict):
    """One write of a batch. `ref` names its record: `"$name"` stands for it in later operations."""

    op: Literal["create", "update", "upsert", "delete", "restore"]
    resource: Literal["users", "clients", "customers", "apiKeys"]
    id: NotRequired[str]
    data: NotRequired[Mapping[str, Any]]
    ifVersion: NotRequired[int]
    ref: NotRequired[str]
    filter: NotRequired[Mapping[str, Any]]
    atMost: NotRequired[int]


class BatchResult(TypedDict):
    """What became of one operation: `data` is its record, or of a change by filter, its records. Where it failed, in a
    batch that is not atomic, there are the other members, which say why."""

    statusCode: int
    data: NotRequired[Any]
    message: NotRequired[str]
    detail: NotRequired[str]
    traceId: NotRequired[str]


Stats = list[Stat]
Results = list[BatchResult]
Deleted = Literal["exclude", "include", "only"]
Names = str | Sequence[str]
"""Names parted by commas, or a list of them."""

R = TypeVar("R")
Input = TypeVar("Input", bound=Mapping[str, Any])


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Some records of a list, and where it goes on; `total_count` only where it was asked for."""

    data: list[R]
    next_cursor: str | None
    previous_cursor: str | None
    total_count: int | None = None


class Upserted(NamedTuple, Generic[R]):
    """The record, and whether it is new."""

    record: R
    created: bool


# ----------------------------------------------------------------------------------------------------------- errors


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


def _error(answer: httpx.Response) -> CubeError:
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


# --------------------------------------------------------------------------------------------------------- requests


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a value, before it is sent."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.params, quote_via=quote, safe='')}" if self.params else self.path

    @property
    def content(self) -> bytes | None:
        if self.body is None:
            return None
        return json.dumps(self.body, allow_nan=False, separators=(",", ":"), default=_plain).encode()

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows if it was done: it reads, or Cube knows it by its key."""
        return self.method in ("GET", "QUERY") or "Idempotency-Key" in self.headers


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and how its answer is read."""

    request: Request
    read: Callable[[httpx.Response], T]


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


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")


def _path(*parts: str) -> str:
    """A path of parts that may hold anything but what URLs cannot: nothing, and the names of folders."""
    for part in parts:
        if part in ("", ".", ".."):
            raise ValueError(f"{part!r} is no reference")
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def _names(names: Names) -> str:
    return names if isinstance(names, str) else ",".join(names)


def _given(**params: Any) -> dict[str, str]:
    """The parameters that were given, as they stand in a URL."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in params.items()
        if value is not None and value is not False
    }


def _where(filter_: Mapping[str, Any] | None, where: Mapping[str, Any]) -> dict[str, str]:
    """The parameter `filter`: what was given as such, and each keyword as a condition."""
    named = {name: _condition(value) for name, value in where.items()}
    both: Any = {"and": [filter_, named]} if filter_ and named else filter_ or named
    return {"filter": json.dumps(both, allow_nan=False, ensure_ascii=False, default=_plain)} if both else {}


def _condition(value: Any) -> Any:
    match value:
        case None:
            return {"isNull": True}
        case Mapping():
            return value
        case list() | tuple() | set() | frozenset():
            return {"in": list(value)}
    return {"eq": value}


def _headers(key: str | None, if_version: int | None = None, *, create_only: bool = False) -> dict[str, str]:
    """Those of a write: the idempotency key by which Cube knows it again, and what must be so that it is done."""
    found = {"Idempotency-Key": str(uuid.uuid4()) if key is None else key}
    if if_version is not None:
        found["If-Match"] = f'"{if_version}"'
    if create_only:
        found["If-None-Match"] = "*"
    return found


_LONGEST_QUERY = 4000  # what is longer goes into a body, by QUERY: a URL has its limits on the way


def _listed(path: str, params: dict[str, str]) -> Request:
    asked = Request("GET", path, params)
    return asked if len(asked.url) <= _LONGEST_QUERY else Request("QUERY", path, body=_query_body(params))


def _query_body(params: Mapping[str, str]) -> Json:
    """The parameters of a list as the body of QUERY, which names them as GraphQL does."""
    body: Json = dict(params)
    if "limit" in body:
        body["last" if "before" in body else "first"] = int(body.pop("limit"))
    if "filter" in body:
        body["filter"] = json.loads(body["filter"])
    if "count" in body:
        body["count"] = True
    if "deleted" in body:
        body["deleted"] = body["deleted"].upper()
    if "sort" in body:
        body["orderBy"] = [_order(name) for name in body.pop("sort").split(",")]
    return body


def _order(name: str) -> Json:
    """`-client.createdAt` is `{"field": "CLIENT_CREATED_AT", "direction": "DESC"}`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("-")).replace(".", "_").upper()
    return {"field": words, "direction": "DESC" if name.startswith("-") else "ASC"}


def _record(answer: httpx.Response) -> Any:
    return answer.json()


def _page(answer: httpx.Response) -> Page[Any]:
    told = answer.json()
    return Page(told["data"], told["nextCursor"], told["previousCursor"], told.get("totalCount"))


def _following(call: Call[Page[R]], page: Page[R]) -> Call[Page[R]] | None:
    """What asks for the page after this one, or where the list was asked for backwards, before it."""
    request = call.request
    asked = request.params if request.body is None else request.body
    name, cursor = ("before", page.previous_cursor) if "before" in asked else ("after", page.next_cursor)
    if cursor is None:
        return None
    if request.body is None:
        return replace(call, request=replace(request, params={**request.params, name: cursor}))
    return replace(call, request=replace(request, body={**request.body, name: cursor}))


# ----------------------------------------------------------------------------------------- sending, and sending again

Steps = Generator[Request | float, httpx.Response | None, T]
"""A call step by step: a request is to be sent and answered, a number of seconds to be waited. It knows no network."""

LONGEST_WAIT = 60.0
"""A `Retry-After` of more seconds is raised at once: who calls knows better what to do in the meantime."""

_FIRST_WAIT, _LONGEST_BACKOFF = 0.25, 8.0
_BUSY = frozenset({429, 502, 503, 504})


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
            return error, _pause(attempt, None) if request.repeatable else None
        assert answer is not None
        self._tell(request, answer, attempt)
        if answer.is_success:
            return answer, None
        return _error(answer), _pause(attempt, answer.headers.get("Retry-After")) if _again(request, answer) else None

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


def _again(request: Request, answer: httpx.Response) -> bool:
    """Whether it may be sent again: what was refused for its rate was not done, however often it is asked for."""
    if answer.status_code == 409:  # the first try of this very request is still being done
        return "Idempotency-Key" in request.headers and "Retry-After" in answer.headers
    return answer.status_code == 429 or (answer.status_code in _BUSY and request.repeatable)


def _pause(attempt: int, retry_after: str | None) -> float | None:
    """How long to wait before the next try, never in step with others; None if that is too long."""
    backoff = min(_LONGEST_BACKOFF, _FIRST_WAIT * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311 - it is no secret
    asked = _seconds(retry_after)
    if asked is None:
        return backoff
    return asked + backoff if asked <= LONGEST_WAIT else None


def _seconds(retry_after: str | None) -> float | None:
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


class Sync:
    """The door of plain code: what a method describes is done when it returns."""

    def __init__(self, manner: Manner, http: httpx.Client) -> None:
        self.manner, self.http = manner, http

    def run(self, call: Call[T]) -> T:
        steps = self.manner.steps(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Request):
                    try:
                        answer = self.http.request(
                            step.method,
                            f"{self.manner.url}{step.url}",
                            content=step.content,
                            headers=self.manner.headers(step),
                        )
                    except httpx.RequestError as fault:
                        step = steps.throw(fault)
                    else:
                        step = steps.send(answer)
                else:
                    time.sleep(step)
                    step = next(steps)
        except StopIteration as done:
            found: T = done.value
            return found

    def listing(self, call: Call[Page[R]]) -> Listing[R]:
        return Listing(self, call)


class Async:
    """The door of `async` code: what a method describes is done when it is awaited."""

    def __init__(self, manner: Manner, http: httpx.AsyncClient) -> None:
        self.manner, self.http = manner, http

    async def run(self, call: Call[T]) -> T:
        steps = self.manner.steps(call)
        try:
            step = next(steps)
            while True:
                if isinstance(step, Request):
                    try:
                        answer = await self.http.request(
                            step.method,
                            f"{self.manner.url}{step.url}",
                            content=step.content,
                            headers=self.manner.headers(step),
                        )
                    except httpx.RequestError as fault:
                        step = steps.throw(fault)
                    else:
                        step = steps.send(answer)
                else:
                    await asyncio.sleep(step)
                    step = next(steps)
        except StopIteration as done:
            found: T = done.value
            return found

    def listing(self, call: Call[Page[R]]) -> AsyncListing[R]:
        return AsyncListing(self, call)


class Listing(Generic[R]):
    """A list. To iterate goes over all of its records, and fetches each page when it is needed."""

    def __init__(self, door: Sync, call: Call[Page[R]]) -> None:
        self._door, self._call = door, call

    def __iter__(self) -> Iterator[R]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[Page[R]]:
        call: Call[Page[R]] | None = self._call
        while call is not None:
            page = self._door.run(call)
            yield page
            call = _following(call, page)

    def first_page(self) -> Page[R]:
        return self._door.run(self._call)


class AsyncListing(Generic[R]):
    """A list. `async for` goes over all of its records, and fetches each page when it is needed."""

    def __init__(self, door: Async, call: Call[Page[R]]) -> None:
        self._door, self._call = door, call

    async def __aiter__(self) -> AsyncIterator[R]:
        async for page in self.pages():
            for record in page.data:
                yield record

    async def pages(self) -> AsyncIterator[Page[R]]:
        call: Call[Page[R]] | None = self._call
        while call is not None:
            page = await self._door.run(call)
            yield page
            call = _following(call, page)

    async def first_page(self) -> Page[R]:
        return await self._door.run(self._call)


# --------------------------------------------------------------------------------------------- methods for both doors

D = TypeVar("D", bound=Sync | Async)


class Through(Generic[D]):
    """What has methods, and the door through which they ask."""

    def __init__(self, door: D) -> None:
        self._door = door


class Operation(Generic[P, T]):
    """A method that describes one request. Called, it gives what the answer holds, or in `async` code is awaited."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[T]]) -> None:
        self.describe = describe

    @overload
    def __get__(self, at: Through[Sync], owner: type | None = None) -> Callable[P, T]: ...

    @overload
    def __get__(self, at: Through[Async], owner: type | None = None) -> Callable[P, Coroutine[Any, Any, T]]: ...

    @overload
    def __get__(self, at: None, owner: type | None = None) -> Self: ...

    def __get__(self, at: Any, owner: type | None = None) -> Any:
        if at is None:
            return self

        @functools.wraps(self.describe)
        def operation(*args: P.args, **kwargs: P.kwargs) -> Any:
            return at._door.run(self.describe(at, *args, **kwargs))

        return operation


class Lists(Generic[P, R]):
    """A method that describes the first request for a list. Called, it gives a `Listing`, or an `AsyncListing`."""

    def __init__(self, describe: Callable[Concatenate[Any, P], Call[Page[R]]]) -> None:
        self.describe = describe

    @overload
    def __get__(self, at: Through[Sync], owner: type | None = None) -> Callable[P, Listing[R]]: ...

    @overload
    def __get__(self, at: Through[Async], owner: type | None = None) -> Callable[P, AsyncListing[R]]: ...

    @overload
    def __get__(self, at: None, owner: type | None = None) -> Self: ...

    def __get__(self, at: Any, owner: type | None = None) -> Any:
        if at is None:
            return self

        @functools.wraps(self.describe)
        def listing(*args: P.args, **kwargs: P.kwargs) -> Any:
            return at._door.listing(self.describe(at, *args, **kwargs))

        return listing


class Records(Through[D], Generic[D, R, Input]):
    """The records of one resource. `ref` is an id or a reference such as `email:jane@x.io`."""

    def __init__(self, door: D, path: str) -> None:
        super().__init__(door)
        self._path = path

    @Lists
    def list(
        self,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        q: str | None = None,
        sort: Names | None = None,
        limit: int | None = None,
        fields: Names | None = None,
        expand: Names | None = None,
        deleted: Deleted | None = None,
        count: bool = False,
        after: str | None = None,
        before: str | None = None,
        **where: Any,
    ) -> Call[Page[R]]:
        """Every record that matches, in pages of `limit`.

        `filter` is the filter grammar of the API. Any other keyword is a field and a condition on it: a value means
        equality, a list `in`, None that there is none, and a mapping is the grammar again:
        `list(status=["LEAD", "ACTIVE"], email=None, createdAt={"gte": "2026-01-01T00:00:00Z"})`.
        With `before` the pages go backwards from there.
        """
        params = _given(q=q, limit=limit, deleted=deleted, count=count, after=after, before=before)
        params |= {name: _names(given) for name, given in _said(sort=sort, fields=fields, expand=expand)}
        return Call(_listed(_path(self._path), params | _where(filter, where)), _page)

    @Operation
    def get(
        self, ref: str, *, fields: Names | None = None, expand: Names | None = None, deleted: Deleted | None = None
    ) -> Call[R]:
        params = _given(deleted=deleted) | {name: _names(given) for name, given in _said(fields=fields, expand=expand)}
        return Call(Request("GET", _path(self._path, ref), params), _record)

    @Operation
    def create(self, data: Input, *, idempotency_key: str | None = None, dry_run: bool = False) -> Call[R]:
        headers = _headers(idempotency_key)
        return Call(Request("POST", _path(self._path), _given(dryRun=dry_run), data, headers), _record)

    @Operation
    def update(
        self,
        ref: str,
        data: Input,
        *,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[R]:
        """Changes the fields that `data` has; None clears one. With `if_version`, only if nobody else was faster."""
        headers = _headers(idempotency_key, if_version)
        return Call(Request("PATCH", _path(self._path, ref), _given(dryRun=dry_run), data, headers), _record)

    @Operation
    def delete(
        self, ref: str, *, if_version: int | None = None, idempotency_key: str | None = None, dry_run: bool = False
    ) -> Call[R]:
        headers = _headers(idempotency_key, if_version)
        return Call(Request("DELETE", _path(self._path, ref), _given(dryRun=dry_run), headers=headers), _record)

    @Lists
    def history(
        self,
        ref: str,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        limit: int | None = None,
        count: bool = False,
        after: str | None = None,
        before: str | None = None,
        **where: Any,
    ) -> Call[Page[Change]]:
        """What was done to a record, oldest first; conditions as in `list`."""
        params = _given(limit=limit, count=count, after=after, before=before) | _where(filter, where)
        return Call(Request("GET", _path(self._path, ref, "changes"), params), _page)


class DirectoryRecords(Records[D, R, Input]):
    """The records of users, clients or customers."""

    @Operation
    def upsert(
        self,
        ref: str,
        data: Input,
        *,
        if_version: int | None = None,
        create_only: bool = False,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[Upserted[R]]:
        """Changes the record that `ref` finds, or makes it: `record, created = cube.customers.upsert("erp:1", {…})`."""
        headers = _headers(idempotency_key, if_version, create_only=create_only)
        return Call(Request("PUT", _path(self._path, ref), _given(dryRun=dry_run), data, headers), _upserted)

    @Operation
    def restore(
        self, ref: str, *, if_version: int | None = None, idempotency_key: str | None = None, dry_run: bool = False
    ) -> Call[R]:
        headers = _headers(idempotency_key, if_version)
        path = _path(self._path, ref, "restore")
        return Call(Request("POST", path, _given(dryRun=dry_run), {}, headers), _record)

    @Operation
    def stats(
        self,
        by: Names,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        q: str | None = None,
        deleted: Deleted | None = None,
        **where: Any,
    ) -> Call[Stats]:
        """How many records there are by the values of fields, most first; conditions as in `list`."""
        params = _given(by=_names(by), q=q, deleted=deleted) | _where(filter, where)
        return Call(Request("GET", _path(self._path, "stats"), params), _data)


class ApiKeys(Records[D, ApiKey, ApiKeyInput]):
    """API keys. `delete` revokes one; the answers to `create` and `rotate` alone have the `secret`."""

    @Operation
    def rotate(
        self,
        ref: str,
        *,
        overlap_seconds: int | None = None,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[ApiKey]:
        """Another secret; the one before is good for `overlap_seconds` more."""
        body = dict(_said(overlapSeconds=overlap_seconds))
        headers = _headers(idempotency_key, if_version)
        path = _path(self._path, ref, "rotate")
        return Call(Request("POST", path, _given(dryRun=dry_run), body, headers), _record)


class Directory(Through[D]):
    """All that can be asked of Cube."""

    def __init__(self, door: D) -> None:
        super().__init__(door)
        self.users: DirectoryRecords[D, User, UserInput] = DirectoryRecords(door, "users")
        self.clients: DirectoryRecords[D, Client, ClientInput] = DirectoryRecords(door, "clients")
        self.customers: DirectoryRecords[D, Customer, CustomerInput] = DirectoryRecords(door, "customers")
        self.api_keys: ApiKeys[D] = ApiKeys(door, "api-keys")

    @Operation
    def me(self) -> Call[Me]:
        """The key that asks, and its owner."""
        return Call(Request("GET", "/me"), _record)

    @Operation
    def token(self, *, expires_in: int | None = None, scopes: Sequence[str] | None = None) -> Call[Token]:
        """A short-lived token for a browser, with at most the rights of this key."""
        body = dict(_said(expiresIn=expires_in, scopes=scopes))
        return Call(Request("POST", "/tokens", body=body), _record)

    @Operation
    def batch(
        self,
        operations: Sequence[BatchOperation],
        *,
        atomic: bool = True,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[Results]:
        """Up to 1000 writes in order: all or none, unless `atomic` is false."""
        body = {"atomic": atomic, "operations": operations}
        headers = _headers(idempotency_key)
        return Call(Request("POST", "/batch", _given(dryRun=dry_run), body, headers), _results)

    @Operation
    def graphql(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Call[Json]:
        """The `data` of the answer; raises `GraphQLError` if it has errors."""
        body = {"query": document, **dict(_said(variables=variables, operationName=operation_name))}
        accept = "application/graphql-response+json, application/problem+json;q=0.9, application/json;q=0.8"
        headers = {"Accept": accept, **_headers(idempotency_key)}
        return Call(Request("POST", "/graphql", body=body, headers=headers), _graphql)


def _said(**given: T | None) -> list[tuple[str, T]]:
    return [(name, value) for name, value in given.items() if value is not None]


def _upserted(answer: httpx.Response) -> Upserted[Any]:
    return Upserted(answer.json(), answer.status_code == 201)


def _data(answer: httpx.Response) -> Any:
    return answer.json()["data"]


def _results(answer: httpx.Response) -> Any:
    return answer.json()["results"]


def _graphql(answer: httpx.Response) -> Json:
    told: Json = answer.json()
    if told.get("errors"):
        raise GraphQLError(told["errors"], told.get("data"))
    return dict(told["data"])


# ---------------------------------------------------------------------------------------------------------- the doors


def _manner(url: str | None, key: str | None, retries: int, on_answer: Callable[[Answer], None] | None) -> Manner:
    url, key = url or os.environ.get("CUBE_URL", ""), key or os.environ.get("CUBE_KEY", "")
    if not re.match(r"https?://[^/]", url):
        raise ValueError("The URL of Cube must be given, or stand in CUBE_URL: http://… or https://…")
    if not re.fullmatch(r"[!-~]+", key):
        raise ValueError("The API key must be given, or stand in CUBE_KEY.")
    return Manner(url.rstrip("/"), key, retries, on_answer)


class Cube(Directory[Sync]):
    """Cube for plain code; threads may share one.

    `timeout` is in seconds, for each try; `retries` is how often a request is sent again; `on_answer` is told of each
    answer. An `http` of your own brings proxies, certificates or limits along, and is not closed here.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        on_answer: Callable[[Answer], None] | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        manner = _manner(url, key, retries, on_answer)
        asking = httpx.Client(timeout=timeout) if http is None else http
        self._own = asking if http is None else None
        super().__init__(Sync(manner, asking))

    def close(self) -> None:
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncCube(Directory[Async]):
    """Cube for `async` code: the same, awaited. `http` is an `httpx.AsyncClient`."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        on_answer: Callable[[Answer], None] | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        manner = _manner(url, key, retries, on_answer)
        asking = httpx.AsyncClient(timeout=timeout) if http is None else http
        self._own = asking if http is None else None
        super().__init__(Async(manner, asking))

    async def close(self) -> None:
        if self._own is not None:
            await self._own.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
