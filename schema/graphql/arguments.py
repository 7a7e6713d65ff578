"""The arguments of a field: its literals are read once, the values of variables in each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues, get_argument_values
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

from schema.graphql.coercion import plain

Way = Callable[[VariableValues], Any]
"""From the variables of a request to a JSON value; Undefined is none, or one that may be wrong."""


class Arguments:
    """The arguments of one field of a kept document, as JSON values, defaults filled in; a null one is absent.

    Whatever is not plainly right is read by the book, which has the words for what is wrong with it.
    """

    __slots__ = ("_details", "_field", "_fixed", "_ways")

    def __init__(self, field: GraphQLField, details: FieldDetailsList) -> None:
        self._field, self._details = field, details
        self._fixed: dict[str, Any] = {}
        self._ways: list[tuple[str, Way]] = []
        nodes = {node.name.value: node.value for node in details[0].node.arguments or ()}
        for name, argument in field.args.items():
            node = nodes.get(name)
            if node is not None and any(variables_in(node)):
                self._ways.append((name, _argument(node, argument)))
                continue
            value = plain(coerce_default_value(argument) if node is None else coerce_input_literal(node, argument.type))
            if value is not None and value is not Undefined:
                self._fixed[name] = value

    def varies(self, name: str) -> bool:
        """Whether the argument may be another in the next request."""
        return any(name == varying for varying, _ in self._ways)

    def read(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments in one request. What is fixed in them is shared by all requests."""
        given = dict(self._fixed)
        for name, way in self._ways:
            value = way(variables)
            if value is Undefined:
                return by_the_book(self._field, self._details, variables)
            if value is not None:
                given[name] = value
        return given


def by_the_book(field: GraphQLField, details: FieldDetailsList, variables: VariableValues) -> dict[str, Any]:
    """The same by graphql-core alone; raises GraphQLError that says what is wrong."""
    given = get_argument_values(field, details[0].node, variables, details[0].fragment_variable_values)
    return {name: plain(value) for name, value in given.items() if value is not None}


def variables_in(node: ValueNode) -> Iterator[str]:
    """The names of the variables in a literal."""
    match node:
        case VariableNode():
            yield node.name.value
        case ListValueNode():
            for item in node.values:
                yield from variables_in(item)
        case ObjectValueNode():
            for member in node.fields:
                yield from variables_in(member.value)


def _argument(node: ValueNode, argument: GraphQLArgument) -> Way:
    way = _way(node, argument.type)
    if not isinstance(node, VariableNode) or is_required_argument(argument):
        return way
    name = node.name.value
    default = plain(coerce_default_value(argument))
    absent = None if default is Undefined else default
    return lambda variables: way(variables) if name in variables.coerced else absent


def _way(node: ValueNode, type_: GraphQLInputType) -> Way:
    if not any(variables_in(node)):
        return _always(plain(coerce_input_literal(node, type_)))
    if isinstance(node, VariableNode):
        return _variable(node.name.value, is_non_null_type(type_))
    bare = get_nullable_type(type_)
    if isinstance(node, ObjectValueNode) and is_input_object_type(bare) and not bare.is_one_of:
        return _object(node, bare)
    if isinstance(node, ListValueNode) and is_list_type(bare):
        return _list(node, bare.of_type)
    return lambda variables: plain(coerce_input_literal(node, type_, variables))


def _variable(name: str, required: bool) -> Way:
    def way(variables: VariableValues) -> Any:
        value = variables.coerced.get(name, Undefined)
        return Undefined if value is None and required else value

    return way


def _object(node: ObjectValueNode, of: GraphQLInputObjectType) -> Way:
    """In the order of the type's fields, as the book has it: cursors are bound to the order of conditions."""
    given: dict[str, ObjectFieldNode] = {member.name.value: member for member in node.fields}
    members: list[tuple[str, Way, Any]] = []
    for name, field in of.fields.items():
        key = field.out_name or name
        default = plain(coerce_default_value(field))
        if name in given:
            value = given[name].value
            may_lack = isinstance(value, VariableNode) and not is_non_null_type(field.type)
            members.append((key, _way(value, field.type), (default,) if may_lack else None))
        elif default is not Undefined:
            members.append((key, _always(default), None))

    def way(variables: VariableValues) -> Any:
        made = {}
        for key, to, absent in members:
            value = to(variables)
            if value is Undefined:
                if absent is None:
                    return Undefined
                if absent[0] is Undefined:
                    continue
                value = absent[0]
            made[key] = value
        return made

    return way


def _always(value: Any) -> Way:
    return lambda _: value


def _list(node: ListValueNode, of: GraphQLInputType) -> Way:
    nullable = not is_non_null_type(of)
    items = [(_way(item, of), nullable and isinstance(item, VariableNode)) for item in node.values]

    def way(variables: VariableValues) -> Any:
        made = []
        for to, may_lack in items:
            value = to(variables)
            if value is Undefined and not may_lack:
                return Undefined
            made.append(None if value is Undefined else value)
        return made

    return way
