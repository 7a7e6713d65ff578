"""The history of a record: what a change tells, and the page of those that are asked for, oldest first."""

from __future__ import annotations

from functools import lru_cache

from schema.change import Action, Source
from schema.condition import Condition
from schema.narrowing import KEPT
from schema.paging import Span, connection
from schema.problem import problem
from schema.resource import Field, Kind, Relation, Resource, constant_case
from schema.resources import API_KEY, RESOURCES, USER
from schema.selection import Connection, Many, Order, Record, Shape

CHANGES = Relation("changes", "change", True, "record", "What was done to it: its changes, oldest first.")
"""The way from a record to its history. It is none of a resource's relations, for no filter goes through it."""

# A change has these itself.
OWN = ("id", "version", "updatedAt")

_AT = Field("at", Kind.INSTANT, "When it was done.", access="read", nullable=False)
_RESOURCE = Field(
    "resource",
    Kind.ENUM,
    "What the record is.",
    nullable=False,
    choices=tuple(constant_case(resource.name) for resource in RESOURCES),
    only_shown=True,
)
_ID = Field("id", Kind.ID, "The id of the record.", nullable=False, column="record", only_shown=True)
_ACTION = Field("action", Kind.ENUM, "What was done.", nullable=False, choices=tuple(one.value for one in Action))
_VERSION = Field("version", Kind.INTEGER, "The version of the record that it made.", nullable=False, only_shown=True)
_SOURCE = Field(
    "source", Kind.ENUM, "The door that it came through.", nullable=False, choices=tuple(one.value for one in Source)
)
_TRACE = Field("traceId", Kind.TEXT, "The trace of the request.", nullable=False, only_shown=True)
_USER = Field("userId", Kind.ID, "The user in whose name it was done.", target=USER.name)
_KEY = Field("keyId", Kind.ID, "The API key that did it.", target=API_KEY.name, told_with=_USER)
ACTOR = Field(
    "actor",
    Kind.ACTOR,
    "Who did it; both ids are null for the command line.",
    nullable=False,
    members=(_KEY, _USER),
    only_shown=True,
)


@lru_cache(maxsize=KEPT)
def change_of(resource: Resource) -> Resource:
    """A change of the records of a resource, as those know it who know the resource: its field names are theirs.

    Whoever may read the record may read its changes.
    """
    names = tuple(field.name for field in resource.fields if field.name not in OWN)
    changes = Field(
        "changes",
        Kind.DIFFERENCES,
        "The fields that differ: `{field: [before, after]}`.",
        nullable=False,
        choices=names,
        target=resource.name,
        only_shown=True,
    )
    field = Field(
        "field",
        Kind.MEMBER,
        "The name of a field that it tells of.",
        nullable=False,
        choices=names,
        target=resource.name,
        column=changes.column,
    )
    return Resource(
        name="change",
        plural="changes",
        type="Change",
        prefix="",
        doc="What a write did to a record.",
        fields=(_AT, _RESOURCE, _ID, _ACTION, _VERSION, changes, ACTOR, _SOURCE, _TRACE, field, _KEY, _USER),
        scope=resource.scope,
        deletable=False,
        hidden=resource.hidden,
    )


@lru_cache(maxsize=KEPT)
def told_fields(change: Resource) -> tuple[Field, ...]:
    """The members of a change as it leaves; its other fields are there to be filtered by."""
    return change.fields[: change.fields.index(_TRACE) + 1]


def history(
    change: Resource, shape: tuple[Shape, ...], where: Condition | None, span: Span, *, named: bool
) -> Connection:
    """The page of a record's changes. A cursor is for the one record that it came from: so if this is not `named` by
    whoever asks, but one of those that were found, a cursor is refused.
    """
    if not named and (span.after is not None or span.before is not None):
        raise problem("invalid_cursor", "The cursor is of one record's history: ask for that record by its id.")
    return connection(change, shape, where=where, order=_OLDEST_FIRST, span=span)


_OLDEST_FIRST = (Order(_VERSION.name, (), _VERSION),)


def has_cursors(record: Record) -> bool:
    """Whether a history of the record begins or ends at a cursor."""
    return any(page.after or page.before for page in (one.page for one in _histories(record)))


def check_cursors(record: Record, id_: str) -> None:
    """Raises `invalid_cursor` for a cursor of another record's history."""
    for one in _histories(record):
        cursor = one.page.after or one.page.before
        if cursor and cursor.values[-1] != id_:
            raise problem("invalid_cursor", "The cursor is not one of this record's history.")


def _histories(record: Record) -> list[Connection]:
    return [m.connection for m in record.members if isinstance(m, Many) and m.relation is CHANGES]
