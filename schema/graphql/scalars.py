"""The scalars that GraphQL has not: DateTime and JSON, both strict."""

from __future__ import annotations

import math
from typing import Any, NewType

import strawberry
from graphql import Undefined, ValueNode, value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

from schema.values.instant import instant

DateTime = NewType("DateTime", str)
JSON = NewType("JSON", object)
JSON_NAME = "JSON"


def _json(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is not a finite number")
    return value


def _json_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
    return _json(_given(value_from_ast_untyped(node, variables)))


def _given(value: Any) -> Any:
    """The value without members whose variable has none; in a list such a one is null."""
    if isinstance(value, dict):
        return {name: _given(item) for name, item in value.items() if item is not Undefined}
    if isinstance(value, list):
        return [None if item is Undefined else _given(item) for item in value]
    return value


SCALARS: dict[object, ScalarDefinition] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant (RFC 3339) with an offset; leaves as UTC with milliseconds: 2026-01-31T09:30:00.000Z.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339",
        parse_value=instant,
    ),
    JSON: strawberry.scalar(
        name=JSON_NAME,
        description="Any JSON value (RFC 8259).",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc8259",
        parse_value=_json,
        parse_literal=_json_literal,
    ),
}
