"""What a resource is made of: fields, relations, and how a dotted path finds its way through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal


class Kind(StrEnum):
    """The type of a field: it decides what goes in, what may be asked, and how it leaves."""

    ID = "id"
    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    DOMAIN = "domain"
    WEBSITE = "website"
    COUNTRY = "country"
    LOCALE = "locale"
    TIME_ZONE = "timeZone"
    INTEGER = "integer"
    ENUM = "enum"
    INSTANT = "instant"
    TAGS = "tags"
    EMAILS = "emails"
    PHONES = "phones"
    SCOPES = "scopes"
    NAMES = "names"
    METADATA = "metadata"
    EXTERNAL_IDS = "externalIds"
    FILTERS = "filters"
    QUOTAS = "quotas"
    ADDRESS = "address"
    DIFFERENCES = "differences"
    MEMBER = "member"
    ACTOR = "actor"


FOLDED_KINDS = frozenset(
    {Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.DOMAIN, Kind.WEBSITE, Kind.COUNTRY, Kind.LOCALE, Kind.TIME_ZONE}
)
LIST_KINDS = frozenset({Kind.TAGS, Kind.EMAILS, Kind.PHONES, Kind.SCOPES, Kind.NAMES})
MAP_KINDS = frozenset({Kind.METADATA, Kind.EXTERNAL_IDS, Kind.FILTERS, Kind.QUOTAS, Kind.DIFFERENCES})

Access = Literal["read", "create", "write"]


# Declarations are compared by identity: there is one of each.
@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One member of a record. `access`: "read" is Cube's own, "create" may be given once, "write" at any time."""

    name: str
    kind: Kind
    doc: str
    example: Any = None
    access: Access = "write"
    required: bool = False
    unique: bool = False
    nullable: bool = True
    default: Any = None
    choices: tuple[str, ...] = ()
    max_length: int = 255
    minimum: int = 0
    maximum: int | None = None
    searched: bool = False
    members: tuple[Field, ...] = ()
    target: str = ""  # for a reference such as ownerId: the resource that it points at
    told_with: Field | None = None  # the reference that this one stands and falls with
    only_shown: bool = False  # neither filtered nor sorted by
    column: str = ""

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", snake_case(self.name))

    @property
    def folded(self) -> bool:
        """Whether a folded twin of the column is kept, for contains, startsWith, endsWith and sorting."""
        return self.kind in FOLDED_KINDS

    @property
    def filterable(self) -> bool:
        return not self.only_shown and self.kind not in {Kind.FILTERS, Kind.NAMES, Kind.QUOTAS}

    @property
    def sortable(self) -> bool:
        return self.kind not in LIST_KINDS | MAP_KINDS | {Kind.ADDRESS}


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A way from one resource to another: `key` is the column of the "one" side's holder."""

    name: str
    target: str
    many: bool
    key: str
    doc: str


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A declared resource; everything that can be derived from it is derived from here."""

    name: str
    plural: str
    type: str
    prefix: str
    doc: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...] = ()
    references: tuple[str, ...] = ()  # unique fields that may stand for the id, as `field:value`
    path: str = ""
    scope: str = ""
    table: str = ""
    deletable: bool = True
    example: Mapping[str, Any] | None = None
    hidden: frozenset[str] = frozenset()  # what those who know it so do not see of all resources (see narrowing)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.path or self.plural)
        object.__setattr__(self, "scope", self.scope or self.plural)
        object.__setattr__(self, "table", self.table or snake_case(self.plural))

    @property
    def documented(self) -> bool:
        """Whether the record's whole JSON is kept ready beside its columns; a key's last use is noted too often."""
        return self.deletable

    @property
    def read_scope(self) -> str:
        return f"{self.scope}:read"

    @property
    def write_scope(self) -> str:
        return f"{self.scope}:write"

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)

    def relation(self, name: str) -> Relation | None:
        return next((r for r in self.relations if r.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Every member that a path may begin with, fields first."""
        return (*(f.name for f in self.fields), *(r.name for r in self.relations))

    @property
    def writable(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.access != "read")

    @property
    def to_one(self) -> tuple[Relation, ...]:
        return tuple(r for r in self.relations if not r.many)

    @property
    def to_many(self) -> tuple[Relation, ...]:
        return tuple(r for r in self.relations if r.many)

    @property
    def scalars(self) -> tuple[tuple[str, Field], ...]:
        """Every path to a plain value, members of an address spelt out: what may be filtered and sorted."""
        found: list[tuple[str, Field]] = []
        for field in filter(_filterable, self.fields):
            if field.kind is Kind.ADDRESS:
                found += [(f"{field.name}.{member.name}", member) for member in field.members]
            else:
                found.append((field.name, field))
        return tuple(found)


def _filterable(field: Field) -> bool:
    return field.filterable


def snake_case(name: str) -> str:
    """`familyName` -> `family_name`."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def constant_case(path: str) -> str:
    """`client.familyName` -> `CLIENT_FAMILY_NAME`, as GraphQL enums spell a path."""
    return snake_case(path.replace(".", "_")).upper()
