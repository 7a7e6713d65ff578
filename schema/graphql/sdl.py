"""The schema, built once, and its printed form."""

from __future__ import annotations

from typing import Any

import strawberry
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


def print_schema() -> str:
    """The schema in GraphQL's own language, as schema.graphql holds it."""
    return f"{STRAWBERRY.as_str()}\n"
