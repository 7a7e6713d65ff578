"""An operation that is about to run: what its field nodes ask for and with which arguments, fragments spread out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

from graphql import GraphQLObjectType, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values

from schema.graphql.sdl import SCHEMA


@dataclass(frozen=True, slots=True)
class Operation:
    """Reads field nodes by the specification's own rules: fragments, @skip, @include, merged selections."""

    definition: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    def roots(self) -> Mapping[str, FieldDetailsList]:
        """The root fields by their response names."""
        root = SCHEMA.get_root_type(self.definition.operation)
        assert root is not None
        return collect_fields(SCHEMA, self.fragments, self.variables, root, self.definition).grouped_field_set

    def members(self, type_name: str, details: FieldDetailsList) -> Mapping[str, FieldDetailsList]:
        """The fields asked of an object of this type, by their response names, in the order of the answer."""
        of = object_type(type_name)
        found = collect_subfields(SCHEMA, self.fragments, self.variables, self.definition, of, details)
        return found.grouped_field_set

    def arguments(self, type_name: str, details: FieldDetailsList) -> dict[str, Any]:
        """The arguments of a field as JSON values, defaults filled in; a null one is absent."""
        first = details[0]
        field = object_type(type_name).fields[first.node.name.value]
        given = get_argument_values(field, first.node, self.variables, first.fragment_variable_values)
        return {name: _plain(value) for name, value in given.items() if value is not None}


def object_type(name: str) -> GraphQLObjectType:
    """An object type of the schema."""
    return cast("GraphQLObjectType", SCHEMA.type_map[name])


def name_of(details: FieldDetailsList) -> str:
    """The name of the field, whatever its alias."""
    return details[0].node.name.value


def _plain(value: Any) -> Any:
    """Enum values as their text, for JSON has no other."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
