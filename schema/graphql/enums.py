"""The enums: choices of the declarations, what may be sorted by, and the few that belong to arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, cast

import strawberry

from schema.history import change_of
from schema.paths import sortable
from schema.resource import Field, Kind, Resource, constant_case
from schema.resources import RESOURCES, USER


def choice_name(resource: Resource, field: Field) -> str:
    """`CustomerStatus`."""
    return f"{resource.type}{field.name[0].upper()}{field.name[1:]}"


def order_name(resource: Resource) -> str:
    """`CustomerOrderField`."""
    return f"{resource.type}OrderField"


def enum(name: str, doc: str, values: Mapping[str, str | None] | Iterable[str]) -> type[Any]:
    """An enum whose values are its names, with what each means where that is not plain."""
    docs = values if isinstance(values, Mapping) else dict.fromkeys(values)
    members = {value: strawberry.enum_value(value, description=text) for value, text in docs.items()}
    make: Any = Enum  # mypy wants the members of an enum as literals
    return cast("type[Any]", strawberry.enum(make(name, members), name=name, description=doc))


CHANGE = change_of(USER)
"""A change of whatever resource: what differs between them, no type tells."""

Direction = enum("Direction", "Which end of an order comes first; nulls come last both ways.", ("ASC", "DESC"))
Deleted = enum(
    "Deleted",
    "Whether deleted records are seen.",
    {"EXCLUDE": "Live records.", "INCLUDE": "Live and deleted records.", "ONLY": "Deleted records."},
)
UpsertOutcome = enum(
    "UpsertOutcome",
    "What an upsert came to.",
    {
        "CREATED": "There was no such record.",
        "UPDATED": "It was there, and changed.",
        "UNCHANGED": "It was there, and already as asked.",
        "RESTORED": "Only a deleted record held the reference: it lives again.",
    },
)

CHOICES: Mapping[str, type[Any]] = {
    choice_name(r, f): enum(choice_name(r, f), f.doc, f.choices)
    for r in (*RESOURCES, CHANGE)
    for f in r.fields
    if f.kind is Kind.ENUM
}
ORDER_FIELDS: Mapping[str, type[Any]] = {
    order_name(r): enum(
        order_name(r), f"What {r.path} may be sorted by.", {constant_case(p): f"`{p}`" for p in sortable(r)}
    )
    for r in RESOURCES
}
