"""What may be sent of each record, and as an operation of a batch: members are named as in the API, None clears one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict


class AddressInput(TypedDict, total=False):
    line1: str | None
    line2: str | None
    city: str | None
    region: str | None
    postalCode: str | None
    country: str | None


class DirectoryInput(TypedDict, total=False):
    """What may be sent of users, clients and customers alike."""

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
