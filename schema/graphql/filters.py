"""The filter inputs: one of operators for each kind of field, and one of fields for each resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from schema.graphql.enums import CHANGE, CHOICES, choice_name
from schema.graphql.making import Member, input_, later, list_of, optional
from schema.graphql.scalars import JSON, DateTime
from schema.operators import MEANING, Operator, operators_of
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Relation, Resource
from schema.resources import API_KEY, BY_NAME, CLIENT, CUSTOMER, USER
from schema.resources.fields import ADDRESS, CREATED_AT, ID, TAGS, VERSION

MODULE = __name__


def operators_input(name: str, of: str, field: Field, value: Any) -> type[Any]:
    """The operators that a field takes, each with the type of its operand."""
    return input_(
        name,
        f"Conditions on {of}; all that are given must hold.",
        [Member(str(o), optional(_operand(o, value)), MEANING[o]) for o in operators_of(field)],
    )


def _operand(operator: Operator, value: Any) -> Any:
    if operator is Operator.IS_NULL:
        return bool
    return list_of(value) if operator in (Operator.IN, Operator.NOT_IN) else value


StringFilter = operators_input("StringFilter", "text", Field("text", Kind.TEXT, ""), str)
IDFilter = operators_input("IDFilter", "an id: ids, or references such as email:jane@x.io", ID, strawberry.ID)
IntFilter = operators_input("IntFilter", "a whole number", VERSION, int)
DateTimeFilter = operators_input("DateTimeFilter", "an instant", CREATED_AT, DateTime)
ListFilter = operators_input("ListFilter", "a list of texts", TAGS, str)
FieldFilter = operators_input("FieldFilter", "the name of a field", Field("field", Kind.MEMBER, ""), str)
ENUM_FILTERS: Mapping[str, type[Any]] = {
    name: operators_input(f"{name}Filter", f"a {name}", Field("choice", Kind.ENUM, ""), choices)
    for name, choices in CHOICES.items()
}
AddressFilter = input_(
    "AddressFilter",
    "Conditions on an address; all that are given must hold.",
    [
        *(Member(member.name, optional(StringFilter), member.doc) for member in ADDRESS.members),
        Member("isNull", optional(bool), MEANING[Operator.IS_NULL]),
    ],
)


def filter_input(resource: Resource) -> type[Any]:
    """Conditions on the records of a resource."""
    own = later(MODULE, f"{resource.type}Filter")
    return input_(
        f"{resource.type}Filter",
        f"Conditions on {resource.path}; all that are given must hold.",
        [
            *(_field(resource, field) for field in resource.fields if field.filterable),
            *(_relation(relation) for relation in resource.relations),
            Member("and", optional(list_of(own)), "All of these hold."),
            Member("or", optional(list_of(own)), "At least one of these holds."),
            Member("not", optional(own), "This does not hold; null rows match."),
        ],
    )


def _field(resource: Resource, field: Field) -> Member:
    if field.kind in MAP_KINDS:
        return Member(field.name, optional(JSON), f"{field.doc} Conditions by key: `{{key: {{operator: value}}}}`.")
    return Member(field.name, optional(_conditions(resource, field)), field.doc)


def _conditions(resource: Resource, field: Field) -> type[Any]:
    if field.kind in LIST_KINDS:
        return ListFilter
    if field.kind is Kind.ENUM:
        return ENUM_FILTERS[choice_name(resource, field)]
    by_kind = {
        Kind.ID: IDFilter,
        Kind.INTEGER: IntFilter,
        Kind.INSTANT: DateTimeFilter,
        Kind.ADDRESS: AddressFilter,
        Kind.MEMBER: FieldFilter,
    }
    return by_kind.get(field.kind, StringFilter)


def _relation(relation: Relation) -> Member:
    held = "At least one of them matches." if relation.many else "There is one, and it matches."
    other = later(MODULE, f"{BY_NAME[relation.target].type}Filter")
    return Member(relation.name, optional(other), f"{relation.doc} {held}")


UserFilter = filter_input(USER)
ClientFilter = filter_input(CLIENT)
CustomerFilter = filter_input(CUSTOMER)
ApiKeyFilter = filter_input(API_KEY)
ChangeFilter = filter_input(CHANGE)
