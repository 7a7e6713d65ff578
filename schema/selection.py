"""What is asked for, as one frozen value that no longer knows which door it came through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from schema.condition import Condition
from schema.cursor import Cursor
from schema.reference import Reference
from schema.resource import Field, Relation, Resource

DEFAULT_SIZE = 50
MAX_SIZE = 1000


class Deleted(StrEnum):
    """Whether deleted records are seen."""

    EXCLUDE = "EXCLUDE"
    INCLUDE = "INCLUDE"
    ONLY = "ONLY"


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key: a plain field, reached over at most two to-one relations. Nulls come last both ways."""

    path: str
    hops: tuple[Relation, ...]
    field: Field
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of the ordered records: `size` of them from one end of the range that the cursor bounds."""

    size: int = DEFAULT_SIZE
    backward: bool = False
    after: Cursor | None = None
    before: Cursor | None = None


# -- the members of a record, in the order of the answer; `response` is the name that it has there -----------------


@dataclass(frozen=True, slots=True)
class Typename:
    response: str
    type: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field with its whole value."""

    response: str
    field: Field


@dataclass(frozen=True, slots=True)
class Beside:
    """A member that no record has: null, unless whoever answers knows its value."""

    response: str
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some members of an address; null when the record has none."""

    response: str
    field: Field
    members: tuple[Leaf | Typename, ...]


@dataclass(frozen=True, slots=True)
class One:
    """The record at the other end of a to-one relation, or null."""

    response: str
    relation: Relation
    record: Record


@dataclass(frozen=True, slots=True)
class Many:
    """A page of the records at the other end of a to-many relation."""

    response: str
    relation: Relation
    connection: Connection


Member = Typename | Leaf | Beside | Part | One | Many


@dataclass(frozen=True, slots=True)
class Record:
    """The members asked for of each record of a resource."""

    resource: Resource
    members: tuple[Member, ...]


# -- the members of a connection --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nodes:
    response: str
    record: Record


@dataclass(frozen=True, slots=True)
class EdgeCursor:
    response: str


@dataclass(frozen=True, slots=True)
class Edges:
    """`members` are Nodes (one record each), EdgeCursor and Typename.

    The members of a record without a name stand among those of the edge.
    """

    response: str
    members: tuple[Nodes | EdgeCursor | Typename, ...]


class Flag(StrEnum):
    """What GraphQL's PageInfo and REST's page tell of a page's ends."""

    HAS_NEXT = "hasNextPage"
    HAS_PREVIOUS = "hasPreviousPage"
    START = "startCursor"
    END = "endCursor"
    NEXT = "nextCursor"
    PREVIOUS = "previousCursor"


@dataclass(frozen=True, slots=True)
class PageFlag:
    response: str
    flag: Flag


@dataclass(frozen=True, slots=True)
class PageInfo:
    response: str
    members: tuple[PageFlag | Typename, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """How many records there are over all pages; counted only when asked for."""

    response: str


Shape = Nodes | Edges | PageInfo | PageFlag | Total | Typename


@dataclass(frozen=True, slots=True)
class Connection:
    """A page of records of a resource, and what is asked about it."""

    resource: Resource
    shape: tuple[Shape, ...]
    where: Condition | None = None
    search: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    page: Page = Page()
    deleted: Deleted = Deleted.EXCLUDE


class Single(NamedTuple):
    """One record by a reference."""

    record: Record
    by: Reference
    deleted: Deleted = Deleted.EXCLUDE


@dataclass(frozen=True, slots=True)
class Several:
    """Records of any resource in the order of their references; null where there is none."""

    singles: tuple[Single | None, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A path to count by."""

    path: str
    hops: tuple[Relation, ...]
    field: Field


@dataclass(frozen=True, slots=True)
class Stats:
    """How many records there are for each combination of values, most first."""

    resource: Resource
    by: tuple[Group, ...]
    where: Condition | None = None
    search: tuple[str, ...] = ()
    deleted: Deleted = Deleted.EXCLUDE


Selection = Connection | Single | Several | Stats


def records(shape: tuple[Shape, ...]) -> Iterator[Record]:
    """Every Record that a connection's shape asks for."""
    for part in shape:
        if isinstance(part, Nodes):
            yield part.record
        elif isinstance(part, Edges):
            yield from (m.record for m in part.members if isinstance(m, Nodes))
