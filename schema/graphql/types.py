"""The object types: records, their connections, and what mutations give."""

from __future__ import annotations

from typing import Any

import strawberry

from schema.graphql import filters
from schema.graphql.enums import CHANGE, CHOICES, Deleted, UpsertOutcome, choice_name
from schema.graphql.inputs import ORDERS
from schema.graphql.making import Member, later, list_of, optional, output
from schema.graphql.scalars import JSON, DateTime
from schema.history import ACTOR, CHANGES, told_fields
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Relation, Resource
from schema.resources import API_KEY, BY_NAME, CLIENT, CUSTOMER, USER
from schema.resources.api_key import BESIDE
from schema.resources.fields import ADDRESS
from schema.selection import DEFAULT_SIZE

MODULE = __name__
NESTED_SIZE = 10


@strawberry.interface(description="A record with an id that is unique across all resources.")
class Node:
    id: strawberry.ID = strawberry.field(description="The TypeID: prefix and UUIDv7; sorts by creation.")


Address = output("Address", ADDRESS.doc, [Member(member.name, optional(str), member.doc) for member in ADDRESS.members])
ChangeActor = output(
    "ChangeActor", ACTOR.doc, [Member(one.name, optional(strawberry.ID), one.doc) for one in ACTOR.members]
)
PARTS = {Kind.ADDRESS: "Address", Kind.ACTOR: "ChangeActor"}
"""The types of fields that have members."""
PageInfo = output(
    "PageInfo",
    "The ends of a page.",
    [
        Member("hasNextPage", bool, "Whether records follow this page."),
        Member("hasPreviousPage", bool, "Whether records precede this page."),
        Member("startCursor", optional(str), "The cursor of the first record; null on an empty page."),
        Member("endCursor", optional(str), "The cursor of the last record; null on an empty page."),
    ],
)
Stat = output(
    "Stat",
    "How many records share these values.",
    [Member("by", JSON, "The values, by the paths that were counted by."), Member("count", int, "How many.")],
)


def record_type(resource: Resource, beside: tuple[Field, ...] = ()) -> type[Any]:
    """The object type of a resource."""
    members = [
        *(_field(resource, field) for field in resource.fields if field.name != "id"),
        *(_relation(relation) for relation in resource.relations),
        _history(),
        *(_field(resource, field) for field in beside),
    ]
    return output(resource.type, resource.doc, members, (Node,))


def _field(resource: Resource, field: Field) -> Member:
    whole = _type(resource, field)
    return Member(field.name, optional(whole) if field.nullable else whole, field.doc)


def _type(resource: Resource, field: Field) -> Any:
    if field.kind in LIST_KINDS:
        return list[str]
    if field.kind in MAP_KINDS:
        return JSON
    if field.kind is Kind.ENUM:
        return CHOICES[choice_name(resource, field)]
    by_kind = {
        Kind.ID: strawberry.ID,
        Kind.INTEGER: int,
        Kind.INSTANT: DateTime,
        Kind.ADDRESS: Address,
        Kind.ACTOR: ChangeActor,
    }
    return by_kind.get(field.kind, str)


def _relation(relation: Relation) -> Member:
    to = BY_NAME[relation.target]
    if not relation.many:
        return Member(relation.name, optional(later(MODULE, to.type)), relation.doc)
    connection = later(MODULE, f"{to.type}Connection")
    return Member(relation.name, connection, relation.doc, arguments=list_arguments(to, NESTED_SIZE))


def _history() -> Member:
    doc = f"{CHANGES.doc} `after` and `before` may stand where the record is asked for by its id or a reference."
    arguments = (Member("filter", optional(filters.ChangeFilter), "Which changes."), *_span(NESTED_SIZE))
    return Member(CHANGES.name, later(MODULE, "ChangeConnection"), doc, arguments=arguments)


def list_arguments(resource: Resource, size: int = DEFAULT_SIZE) -> tuple[Member, ...]:
    """The arguments of a list, at the root and in a relation alike; search and deleted where the resource has them."""
    searched = any(field.searched for field in resource.fields)
    return (
        Member("filter", optional(getattr(filters, f"{resource.type}Filter")), "Which records."),
        Member(
            "orderBy", optional(list_of(ORDERS[resource.name])), "At most 5 keys; newest first where there is none."
        ),
        *([Member("search", optional(str), "At most 8 words, each the beginning of a word.")] if searched else ()),
        *([DELETED] if resource.deletable else ()),
        *_span(size),
    )


def _span(size: int) -> tuple[Member, ...]:
    return (
        Member("first", optional(int), f"How many from the start, 1 to 1000; {size} where no size is given."),
        Member("after", optional(str), "The cursor after which the page begins."),
        Member("last", optional(int), "How many from the end, 1 to 1000."),
        Member("before", optional(str), "The cursor before which the page ends."),
    )


def connection_type(resource: Resource, edge: type[Any], node: type[Any]) -> type[Any]:
    """A page of records."""
    return output(
        f"{resource.type}Connection",
        f"A page of {resource.path}.",
        [
            Member("edges", list_of(edge), "The records, each with its cursor."),
            Member("nodes", list_of(node), "The records."),
            Member("pageInfo", PageInfo, "The ends of the page."),
            Member("totalCount", int, "How many records there are over all pages; counted only when asked for."),
        ],
    )


def edge_type(resource: Resource, node: type[Any]) -> type[Any]:
    """A record in a page."""
    return output(
        f"{resource.type}Edge",
        f"A {resource.name} in a page.",
        [
            Member("cursor", str, "Where the record stands in this list."),
            Member("node", node, "The record."),
        ],
    )


def upsert_type(resource: Resource, node: type[Any]) -> type[Any]:
    """What an upsert gives."""
    return output(
        f"{resource.type}Upsert",
        f"The {resource.name} that was upserted.",
        [Member(resource.name, node, "The record."), Member("outcome", UpsertOutcome, "What was done.")],
    )


DELETED = Member("deleted", optional(Deleted), "Whether deleted records are seen.", default=Deleted.EXCLUDE)

User = record_type(USER)
Client = record_type(CLIENT)
Customer = record_type(CUSTOMER)
ApiKey = record_type(API_KEY, BESIDE)

UserEdge = edge_type(USER, User)
ClientEdge = edge_type(CLIENT, Client)
CustomerEdge = edge_type(CUSTOMER, Customer)
ApiKeyEdge = edge_type(API_KEY, ApiKey)

UserConnection = connection_type(USER, UserEdge, User)
ClientConnection = connection_type(CLIENT, ClientEdge, Client)
CustomerConnection = connection_type(CUSTOMER, CustomerEdge, Customer)
ApiKeyConnection = connection_type(API_KEY, ApiKeyEdge, ApiKey)

Change = output(CHANGE.type, CHANGE.doc, [_field(CHANGE, field) for field in told_fields(CHANGE)])
ChangeEdge = edge_type(CHANGE, Change)
ChangeConnection = connection_type(CHANGE, ChangeEdge, Change)

UserUpsert = upsert_type(USER, User)
ClientUpsert = upsert_type(CLIENT, Client)
CustomerUpsert = upsert_type(CUSTOMER, Customer)

ApiKeySecret = output(
    "ApiKeySecret",
    "A key whose secret was just made.",
    [Member("apiKey", ApiKey, "The key."), Member("secret", str, "The secret: shown this once.")],
)
