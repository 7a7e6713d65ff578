"""Coercion of the values of variables: the specification's rules (section 6.1.2), worked out once for each input type.

What graphql-core finds anew for every value - which fields a type has, which are needed, what their defaults are - is
kept in functions here. It still has the last word where anything is wrong, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLString,
    Undefined,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    is_scalar_type,
)
from graphql.utilities import coerce_input_value
from graphql.utilities.coerce_input_value import coerce_default_value

from schema.graphql.scalars import JSON_NAME

_SURE = (dict, list, str, bool, int)  # no number in them is not finite: JSON has none

Coerce = Callable[[Any], Any]
"""From a JSON value to the value of its type, enums as their texts; Undefined for one that is wrong."""


class Coercion:
    """The functions for the types of one schema, each made when it is first needed: types refer to each other.

    Those of named types are kept. What is wrapped around them is made anew by each document, and goes with it.
    """

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[GraphQLInputType, Coerce] = {}

    def of(self, type_: GraphQLInputType) -> Coerce:
        """What reads values of the type."""
        if is_non_null_type(type_):
            return _needed(self.of(type_.of_type))
        if is_list_type(type_):
            return _list(type_, self.of(type_.of_type))
        found = self._made.get(type_)
        if found is None:
            found = self._made[type_] = self._named(type_)
        return found

    def _named(self, type_: GraphQLInputType) -> Coerce:
        if is_input_object_type(type_) and not type_.is_one_of:
            return self._object(type_)
        if is_enum_type(type_):
            return _enum(type_)
        if is_scalar_type(type_) and type_.name == JSON_NAME:
            return _json(type_)
        return _text(type_) if type_ in (GraphQLString, GraphQLID) else _by_the_book(type_)

    def _object(self, type_: GraphQLInputObjectType) -> Coerce:
        members: list[_Member] = []

        def coerce(value: Any) -> Any:
            if value is None:
                return None
            if not isinstance(value, dict):
                return Undefined
            if not members:
                members.extend(_Member(name, field, self) for name, field in type_.fields.items())
            made, known = {}, 0
            for member in members:
                if member.name in value:
                    known += 1
                    found = member.coerce(value[member.name])
                    if found is Undefined:
                        return Undefined
                elif member.needed:
                    return Undefined
                else:
                    found = member.default
                    if found is Undefined:
                        continue
                made[member.key] = found
            return made if known == len(value) else Undefined

        return coerce


class _Member:
    """A field of an input object."""

    __slots__ = ("coerce", "default", "key", "name", "needed")

    def __init__(self, name: str, field: GraphQLInputField, coercion: Coercion) -> None:
        self.name, self.key = name, field.out_name or name
        self.coerce = coercion.of(field.type)
        self.needed = is_required_input_field(field)
        self.default = plain(coerce_default_value(field))


def _needed(coerce: Coerce) -> Coerce:
    return lambda value: Undefined if value is None else coerce(value)


def _list(type_: GraphQLInputType, of_item: Coerce) -> Coerce:
    one_alone = _by_the_book(type_)

    def coerce(value: Any) -> Any:
        if not isinstance(value, list):
            return one_alone(value)
        made = [of_item(item) for item in value]
        return Undefined if any(item is Undefined for item in made) else made

    return coerce


def _text(type_: GraphQLInputType) -> Coerce:
    otherwise = _by_the_book(type_)
    return lambda value: value if type(value) is str else otherwise(value)


def _json(type_: GraphQLInputType) -> Coerce:
    """Whatever came as JSON is its own value; a float may not be finite."""
    otherwise = _by_the_book(type_)
    return lambda value: value if type(value) in _SURE else otherwise(value)


def _enum(type_: GraphQLEnumType) -> Coerce:
    otherwise = _by_the_book(type_)
    known = {name: otherwise(name) for name in type_.values}
    return lambda value: known[value] if type(value) is str and value in known else otherwise(value)


def _by_the_book(type_: GraphQLInputType) -> Coerce:
    return lambda value: plain(coerce_input_value(value, type_))


def plain(value: Any) -> Any:
    """A value of its own, with enum values as their text, for JSON has no other."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
