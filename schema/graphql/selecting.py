"""From field nodes to a Selection: records and their connections, to any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from graphql import GraphQLError
from graphql.execution.collect_fields import FieldDetailsList

from schema.filter import parse_filter
from schema.graphql.operation import Operation, name_of
from schema.graphql.types import NESTED_SIZE, PARTS
from schema.history import CHANGES, change_of, history
from schema.narrowing import target
from schema.paging import Span, connection, order_by, search_words
from schema.problem import Problem
from schema.resource import Field, Relation, Resource
from schema.selection import (
    Beside,
    Connection,
    Deleted,
    EdgeCursor,
    Edges,
    Flag,
    Leaf,
    Many,
    Member,
    Nodes,
    One,
    PageFlag,
    PageInfo,
    Part,
    Record,
    Shape,
    Total,
    Typename,
)

Made = Callable[[str, Callable[[], Any]], Any]


def record(op: Operation, resource: Resource, details: FieldDetailsList, *, named: bool = False) -> Record:
    """The members asked for of each record of a resource; `named` is the one record that whoever asks refers to."""
    found = op.members(resource.type, details)
    members = (_member(op, resource, response, nodes, named) for response, nodes in found.items())
    return Record(resource, tuple(members))


def _member(op: Operation, resource: Resource, response: str, details: FieldDetailsList, named: bool) -> Member:
    name = name_of(details)
    if name == "__typename":
        return Typename(response, resource.type)
    if relation := resource.relation(name):
        return _related(op, resource, relation, response, details)
    field = resource.field(name)
    if field is not None:
        return _part(op, response, field, details) if field.kind in PARTS else Leaf(response, field)
    return _changes(op, resource, response, details, named) if name == CHANGES.name else Beside(response, name)


def _part(op: Operation, response: str, field: Field, details: FieldDetailsList) -> Part:
    members, type_name = {member.name: member for member in field.members}, PARTS[field.kind]
    parts = (
        Typename(name, type_name) if name_of(nodes) == "__typename" else Leaf(name, members[name_of(nodes)])
        for name, nodes in op.members(type_name, details).items()
    )
    return Part(response, field, tuple(parts))


def _related(op: Operation, of: Resource, relation: Relation, response: str, details: FieldDetailsList) -> One | Many:
    to = target(of, relation)
    if not relation.many:
        return One(response, relation, record(op, to, details))
    with _located(details):
        given = op.arguments(of.type, details)
        return Many(response, relation, list_of(to, shape(op, to, details), given, NESTED_SIZE))


def _changes(op: Operation, of: Resource, response: str, details: FieldDetailsList, named: bool) -> Many:
    change = change_of(of)
    with _located(details):
        given = op.arguments(of.type, details)
        where = parse_filter(change, given.get("filter"))
        page = history(change, shape(op, change, details), where, _span(given, NESTED_SIZE), named=named)
        return Many(response, CHANGES, page)


@contextmanager
def _located(details: FieldDetailsList) -> Iterator[None]:
    """Tells which of a root field's descendants a problem stands at."""
    try:
        yield
    except Problem as problem:
        raise GraphQLError(problem.text, [one.node for one in details], original_error=problem) from problem


def list_of(
    resource: Resource, shape: tuple[Shape, ...], given: dict[str, Any], size: int, made: Made = lambda _, make: make()
) -> Connection:
    """The page that the arguments of a list tell of; `size` is its size when they do not.

    What is made of a single argument is made through `made`, by the argument's name.
    """
    return connection(
        resource,
        shape,
        where=made("filter", lambda: parse_filter(resource, given.get("filter"))),
        search=search_words(given.get("search"), "search"),
        order=made("orderBy", lambda: order_by(resource, _order(given.get("orderBy")))),
        span=_span(given, size),
        deleted=Deleted(given.get("deleted", "EXCLUDE")),
    )


def _span(given: dict[str, Any], size: int) -> Span:
    return Span(given.get("first"), given.get("last"), given.get("after"), given.get("before"), size)


def _order(keys: list[dict[str, str | None]] | None) -> Any:
    return keys and [{name: value for name, value in key.items() if value is not None} for key in keys]


def shape(op: Operation, resource: Resource, details: FieldDetailsList) -> tuple[Shape, ...]:
    """What is asked about each page of a list."""
    type_name = f"{resource.type}Connection"
    shape: list[Shape] = []
    for response, nodes in op.members(type_name, details).items():
        match name_of(nodes):
            case "nodes":
                shape.append(Nodes(response, record(op, resource, nodes)))
            case "edges":
                shape.append(_edges(op, resource, response, nodes))
            case "pageInfo":
                shape.append(_page_info(op, response, nodes))
            case "totalCount":
                shape.append(Total(response))
            case _:
                shape.append(Typename(response, type_name))
    return tuple(shape)


def _edges(op: Operation, resource: Resource, response: str, details: FieldDetailsList) -> Edges:
    type_name = f"{resource.type}Edge"
    members: list[Nodes | EdgeCursor | Typename] = []
    for name, nodes in op.members(type_name, details).items():
        match name_of(nodes):
            case "node":
                members.append(Nodes(name, record(op, resource, nodes)))
            case "cursor":
                members.append(EdgeCursor(name))
            case _:
                members.append(Typename(name, type_name))
    return Edges(response, tuple(members))


def _page_info(op: Operation, response: str, details: FieldDetailsList) -> PageInfo:
    members = (
        Typename(name, "PageInfo") if name_of(nodes) == "__typename" else PageFlag(name, Flag(name_of(nodes)))
        for name, nodes in op.members("PageInfo", details).items()
    )
    return PageInfo(response, tuple(members))
