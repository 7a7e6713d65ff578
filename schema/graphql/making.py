"""Strawberry types made from plain lists of members: the few functions that all types and inputs here go through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import GenericAlias
from typing import Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType


@dataclass(frozen=True, slots=True)
class Member:
    """A field, an input field or an argument: its GraphQL name, its type as an annotation, and what it is."""

    name: str
    type: Any
    doc: str
    default: Any = strawberry.UNSET
    arguments: tuple[Member, ...] = ()


def optional(annotation: Any) -> Any:
    """The nullable form of a type."""
    return Optional[annotation]  # noqa: UP045 - a lazy type has no `|`


def list_of(annotation: Any) -> Any:
    """The list of a type."""
    return GenericAlias(list, (annotation,))


def later(module: str, name: str) -> Any:
    """A type of a module that may still be loading: types and filters refer to each other in circles."""
    return LazyType(name, module)


def output(name: str, doc: str, members: Iterable[Member], implements: tuple[type, ...] = ()) -> type[Any]:
    """An object type."""
    return strawberry.type(_class(name, implements, members, output_field), name=name, description=doc)


def input_(name: str, doc: str, members: Iterable[Member]) -> type[Any]:
    """An input object."""
    return strawberry.input(_class(name, (), members, _input_field), name=name, description=doc)


def output_field(member: Member) -> StrawberryField:
    """A field without a resolver: finished JSON passes every one of them by (see app/graphql)."""
    field = StrawberryField(
        graphql_name=member.name, type_annotation=StrawberryAnnotation(member.type), description=member.doc
    )
    field.arguments = [_argument(one) for one in member.arguments]
    return field


def _input_field(member: Member) -> StrawberryField:
    return StrawberryField(
        graphql_name=member.name,
        type_annotation=StrawberryAnnotation(member.type),
        description=member.doc,
        default=member.default,
    )


def _argument(member: Member) -> StrawberryArgument:
    return StrawberryArgument(
        member.name, member.name, StrawberryAnnotation(member.type), default=member.default, description=member.doc
    )


def _class(name: str, bases: tuple[type, ...], members: Iterable[Member], field: Any) -> type[Any]:
    fields = {f"{member.name}_": (member.type, field(member)) for member in members}
    annotations = {key: annotation for key, (annotation, _) in fields.items()}
    body = {"__module__": __name__, "__annotations__": annotations, **{key: made for key, (_, made) in fields.items()}}
    return type(name, bases, body)
