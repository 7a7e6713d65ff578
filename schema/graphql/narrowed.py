"""The schema as a caller knows it from whom fields are hidden: made from the whole one, by leaving things out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
)

from schema.graphql.coercion import Coercion
from schema.graphql.enums import order_name
from schema.graphql.sdl import SCHEMA
from schema.narrowing import MAX_WORLDS, NOTHING, hidden_fields, known, settled
from schema.paging import sort_names
from schema.resource import Resource
from schema.resources import RESOURCES

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A schema, and what is hidden in it."""

    schema: GraphQLSchema
    hidden: frozenset[str] = NOTHING
    coercion: Coercion = field(default_factory=Coercion)

    def known(self, resource: Resource) -> Resource:
        """The resource as the schema has it."""
        return known(resource, self.hidden)

    def object_type(self, name: str) -> GraphQLObjectType:
        """An object type of the schema."""
        return cast("GraphQLObjectType", self.schema.type_map[name])


WHOLE = View(SCHEMA)


def view(hidden: frozenset[str]) -> View:
    """The view of those from whom these fields are hidden."""
    return _view(settled(hidden)) if hidden else WHOLE


@lru_cache(maxsize=MAX_WORLDS)
def _view(hidden: frozenset[str]) -> View:
    return View(_Narrowing(SCHEMA, hidden).schema(), hidden) if hidden else WHOLE


class _Narrowing:
    """Makes each type anew, for types hold each other."""

    def __init__(self, whole: GraphQLSchema, hidden: frozenset[str]) -> None:
        self._whole = whole
        self._gone = _gone(hidden)
        self._made: dict[str, GraphQLNamedType] = {}

    def schema(self) -> GraphQLSchema:
        whole = self._whole
        roots = (whole.query_type, whole.mutation_type)
        query, mutation = (self._named(root) if root else None for root in roots)
        types = [self._named(whole.type_map[resource.type]) for resource in RESOURCES]
        return GraphQLSchema(query, mutation, types=types, directives=whole.directives)

    def _of(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return GraphQLNonNull(self._of(type_.of_type))
        return GraphQLList(self._of(type_.of_type)) if isinstance(type_, GraphQLList) else self._named(type_)

    def _named(self, type_: Any) -> Any:
        if type_.name not in self._made:
            self._made[type_.name] = self._new(type_)
        return self._made[type_.name]

    def _new(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            return self._rebuilt(type_, fields=lambda: self._fields(type_), interfaces=lambda: self._interfaces(type_))
        if isinstance(type_, GraphQLInputObjectType):
            return self._rebuilt(type_, fields=lambda: self._inputs(type_))
        if isinstance(type_, GraphQLEnumType) and type_.name in self._gone:
            strawberrys: Any = type_  # an enum of its own kind, which holds the Python class
            values = self._kept(type_.name, type_.values)
            return self._rebuilt(type_, enum=_Wrapped(strawberrys.wrapped_cls), values=values)
        return type_

    @staticmethod
    def _rebuilt(one: Any, /, **parts: Any) -> Any:
        return type(one)(**{**one.to_kwargs(), **parts})

    def _kept(self, type_name: str, members: Mapping[str, T]) -> dict[str, T]:
        gone = self._gone.get(type_name, NOTHING)
        return {name: member for name, member in members.items() if name not in gone}

    def _fields(self, type_: Any) -> dict[str, GraphQLField]:
        kept = self._kept(type_.name, type_.fields).items()
        return {name: self._field(field) for name, field in kept if not any(map(self._is_empty, field.args.values()))}

    def _field(self, field: GraphQLField) -> GraphQLField:
        args = {name: self._rebuilt(one, type_=self._of(one.type)) for name, one in field.args.items()}
        return cast("GraphQLField", self._rebuilt(field, type_=self._of(field.type), args=args))

    def _is_empty(self, argument: GraphQLArgument) -> bool:
        """Whether all members of an input are gone: there is no such type in GraphQL."""
        named = get_named_type(argument.type)
        return is_input_object_type(named) and not self._kept(named.name, named.fields)

    def _inputs(self, type_: GraphQLInputObjectType) -> dict[str, GraphQLInputField]:
        kept = self._kept(type_.name, type_.fields).items()
        return {name: self._rebuilt(field, type_=self._of(field.type)) for name, field in kept}

    def _interfaces(self, type_: Any) -> list[Any]:
        return [self._named(one) for one in type_.interfaces]


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """All that Strawberry's enum types ask for of a definition."""

    wrapped_cls: Any


def _gone(hidden: frozenset[str]) -> dict[str, frozenset[str]]:
    """The members that go, by the names of their types."""
    found: dict[str, frozenset[str]] = {}
    for resource in RESOURCES:
        gone = hidden_fields(resource, hidden)
        if gone:
            found |= dict.fromkeys([f"{resource.type}{of}" for of in ("", "Filter", "Create", "Update")], gone)
        orders = frozenset(sort_names(resource)).difference(sort_names(known(resource, hidden)))
        if orders:
            found[order_name(resource)] = orders
    return found
