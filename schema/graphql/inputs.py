"""The inputs of arguments: orders, and what is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from schema.graphql.enums import CHOICES, ORDER_FIELDS, Direction, choice_name, order_name
from schema.graphql.making import Member, input_, optional
from schema.graphql.scalars import JSON, DateTime
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.resources import RESOURCES
from schema.resources.fields import ADDRESS

AddressInput = input_(
    "AddressInput",
    "A postal address, merged member by member: null clears.",
    [Member(member.name, optional(str), member.doc) for member in ADDRESS.members],
)


def order_input(resource: Resource) -> type[Any]:
    """One sort key."""
    return input_(
        f"{resource.type}Order",
        f"One key to sort {resource.path} by.",
        [
            Member("field", ORDER_FIELDS[order_name(resource)], "What to sort by."),
            Member("direction", optional(Direction), "Which end comes first.", default=Direction.ASC),
        ],
    )


def create_input(resource: Resource) -> type[Any]:
    """What a new record may be given."""
    members = [
        Member(f.name, _written(resource, f) if f.required else optional(_written(resource, f)), f.doc)
        for f in resource.writable
    ]
    return input_(f"{resource.type}Create", f"A new {resource.name}.", members)


def update_input(resource: Resource) -> type[Any]:
    """What may be changed of a record."""
    members = [Member(f.name, optional(_written(resource, f)), f.doc) for f in resource.writable if f.access == "write"]
    doc = "Changes: absent is unchanged, null is cleared; address, metadata and externalIds merge key by key."
    return input_(f"{resource.type}Update", doc, members)


def _written(resource: Resource, field: Field) -> Any:
    if field.kind in LIST_KINDS:
        return list[str]
    if field.kind in MAP_KINDS:
        return JSON
    if field.kind is Kind.ENUM:
        return CHOICES[choice_name(resource, field)]
    by_kind = {Kind.ID: strawberry.ID, Kind.INTEGER: int, Kind.INSTANT: DateTime, Kind.ADDRESS: AddressInput}
    return by_kind.get(field.kind, str)


ORDERS: Mapping[str, type[Any]] = {r.name: order_input(r) for r in RESOURCES}
CREATES: Mapping[str, type[Any]] = {r.name: create_input(r) for r in RESOURCES}
UPDATES: Mapping[str, type[Any]] = {r.name: update_input(r) for r in RESOURCES}
