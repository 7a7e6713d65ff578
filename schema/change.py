"""What is to be changed, as frozen values that no longer know which door they came through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from schema.actor import Actor
from schema.problem import Problem, problem
from schema.reference import Reference
from schema.resource import Resource


class Source(StrEnum):
    """The door that a change came through."""

    REST = "REST"
    GRAPHQL = "GRAPHQL"
    BATCH = "BATCH"
    IMPORT = "IMPORT"
    CLI = "CLI"
    PORTAL = "PORTAL"


class Action(StrEnum):
    """What a change did to its record."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"


class Outcome(StrEnum):
    """What a write came to."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    DELETED = "DELETED"
    RESTORED = "RESTORED"


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is done once, however often its caller sends it under one key (`Idempotency-Key`).

    `fingerprint` tells it from other requests; what it was answered is kept until `ends_at`. `secret` is what the
    caller came with, and `nonce` nobody could foresee: by both, secrets are made that can be made again.
    """

    holder: str
    key: str
    fingerprint: str
    at: str
    ends_at: str
    secret: str = field(repr=False)
    nonce: str = field(repr=False)


class Call(NamedTuple):
    """Who writes, through which door, under which trace; whether it is done once, or undone when all is known."""

    actor: Actor
    source: Source
    trace_id: str
    once: Once | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Precondition:
    """The versions that the record may have; None is any version, as long as there is a record (`If-Match: *`).

    `other_than` are those that it may not have (`If-None-Match`), None being any.
    """

    versions: tuple[int, ...] | None
    other_than: tuple[int, ...] | None = ()

    def hold(self, version: int) -> None:
        """Raises 412 unless the record is in a version that the caller knows."""
        if (self.versions is not None and version not in self.versions) or (
            self.other_than is None or version in self.other_than
        ):
            raise stale(version)


def etag(version: int) -> str:
    """The tag of a version: the version alone, so that it serves whichever view or door it came from."""
    return f'"{version}"'


def stale(version: int) -> Problem:
    """412, with the current tag."""
    return problem("precondition_failed", f"The record is at version {version}.", etag=etag(version))


@dataclass(frozen=True, slots=True)
class Create:
    """A new record; `data` is the caller's own JSON object, not yet validated (here and below)."""

    resource: Resource
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """A merge patch (RFC 7396): absent is unchanged, null is cleared."""

    resource: Resource
    by: Reference
    data: Mapping[str, Any]
    precondition: Precondition | None = None


@dataclass(frozen=True, slots=True)
class Upsert:
    """Create or update by a reference; `create_only` refuses a record that is there (`If-None-Match: *`)."""

    resource: Resource
    by: Reference
    data: Mapping[str, Any]
    precondition: Precondition | None = None
    create_only: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    resource: Resource
    by: Reference
    precondition: Precondition | None = None


@dataclass(frozen=True, slots=True)
class Restore:
    resource: Resource
    by: Reference
    precondition: Precondition | None = None


@dataclass(frozen=True, slots=True)
class Rotate:
    """A new secret for a key; the old one lives on for `overlap_seconds`, which are not yet validated (None: a day)."""

    resource: Resource
    by: Reference
    overlap_seconds: Any = None
    precondition: Precondition | None = None


Change = Create | Update | Upsert | Delete | Restore | Rotate


@dataclass(frozen=True, slots=True)
class Written:
    """What stands after a write has committed. `told` is the whole record as it leaves, every field in its declared
    order, and `members` its JSON without the braces around; None where none is kept (see Resource.documented). `secret`
    is a key's new one, which is stored nowhere, else ""."""

    id: str
    version: int
    outcome: Outcome
    members: str | None = None
    told: Mapping[str, Any] | None = field(default=None, repr=False)
    secret: str = field(default="", repr=False)
