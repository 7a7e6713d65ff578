"""The schema, built once, and its printed form."""

from __future__ import annotations

from typing import Any

import strawberry
from graphql import GraphQLSchema, is_introspection_type, is_specified_scalar_type, print_type
from strawberry.schema.config import StrawberryConfig

from schema.graphql import types
from schema.graphql.roots import Mutation, Query
from schema.graphql.scalars import SCALARS


def _never(_source: Any, name: str) -> object:
    """Strawberry's own way to a field's value: it would read past what an actor may see, so nothing may go it."""
    raise RuntimeError(f"the field {name} was resolved on its own")


STRAWBERRY = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    types=[types.User, types.Client, types.Customer, types.ApiKey],
    config=StrawberryConfig(default_resolver=_never, scalar_map=SCALARS),
)
SCHEMA = STRAWBERRY._schema


def print_schema(schema: GraphQLSchema = SCHEMA) -> str:
    """The schema in GraphQL's own language, as schema.graphql holds it."""
    named = sorted(schema.type_map.items())
    own = [one for _, one in named if not is_introspection_type(one) and not is_specified_scalar_type(one)]
    return "\n\n".join(map(print_type, own)) + "\n"
