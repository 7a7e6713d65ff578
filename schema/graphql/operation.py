"""An operation that is about to run: what its field nodes ask for and with which arguments, fragments spread out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from schema.graphql.arguments import by_the_book
from schema.graphql.narrowed import View


@dataclass(frozen=True, slots=True)
class Operation:
    """Reads field nodes by the specification's own rules: fragments, @skip, @include, merged selections."""

    view: View
    definition: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues

    @property
    def root_type(self) -> GraphQLObjectType:
        """Query or Mutation."""
        found = self.view.schema.get_root_type(self.definition.operation)
        assert found is not None
        return found

    def roots(self) -> Mapping[str, FieldDetailsList]:
        """The root fields by their response names."""
        found = collect_fields(self.view.schema, self.fragments, self.variables, self.root_type, self.definition)
        return found.grouped_field_set

    def members(self, type_name: str, details: FieldDetailsList) -> Mapping[str, FieldDetailsList]:
        """The fields asked of an object of this type, by their response names, in the order of the answer."""
        of = self.view.object_type(type_name)
        found = collect_subfields(self.view.schema, self.fragments, self.variables, self.definition, of, details)
        return found.grouped_field_set

    def arguments(self, type_name: str, details: FieldDetailsList) -> dict[str, Any]:
        """The arguments of a field as JSON values, defaults filled in; a null one is absent."""
        return by_the_book(self.view.object_type(type_name).fields[name_of(details)], details, self.variables)


def name_of(details: FieldDetailsList) -> str:
    """The name of the field, whatever its alias."""
    return details[0].node.name.value
