"""The GraphQL face of the declarations: types, inputs and roots, and how a document becomes Selections and Changes."""

from schema.graphql.sdl import SCHEMA, print_schema

__all__ = ["SCHEMA", "print_schema"]
