"""Records as Cube answers them: members named as in the API. One that was asked for with `fields` has only those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Literal, NamedTuple, NotRequired, TypedDict, TypeVar

Json = dict[str, Any]

R = TypeVar("R")


class Address(TypedDict):
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
