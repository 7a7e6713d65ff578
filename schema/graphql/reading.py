"""From field nodes to a Selection: the root fields of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql.execution.values import VariableValues

from schema.filter import parse_filter
from schema.graphql.operation import name_of
from schema.graphql.prepared import RootField
from schema.graphql.roots import Does
from schema.graphql.selecting import list_of, record, shape
from schema.paging import groups, search_words
from schema.problem import invalid
from schema.reference import Reference, is_id, pointer
from schema.resource import Resource
from schema.resources import API_KEY, BY_PREFIX
from schema.selection import DEFAULT_SIZE, Connection, Deleted, Record, Selection, Several, Single, Stats

MAX_IDS = 100


@dataclass(frozen=True, slots=True)
class Read:
    """What a root field of a query asks for; nothing where a text is no id.

    `stat` gives each response name of a Stat its member; `own` is the caller's own key, which needs no scope.
    """

    selection: Selection | None
    stat: tuple[tuple[str, str], ...] = ()
    own: bool = False


def read_of(field: RootField, variables: VariableValues, key_id: str | None) -> Read:
    """The Selection behind a root field of a query; `key_id` is the caller's own key."""
    root = field.root
    assert root is not None
    resource, given = field.resource, field.arguments.read(variables)
    match root.does:
        case Does.LIST:
            return Read(_page(field, resource, given))
        case Does.SINGLE:
            by = pointer(given["id"], resource)
            asked = _record(field, resource, named=True)
            return Read(Single(asked, by, Deleted(given.get("deleted", "EXCLUDE"))))
        case Does.STATS:
            return _stats(field, resource, given)
        case Does.NODE:
            return Read(_nodes(field, [given["id"]], named=True)[0])
        case Does.NODES:
            return Read(Several(_nodes(field, given["ids"])))
        case _:
            asked = _record(field, resource, named=True)
            return Read(Single(asked, Reference(API_KEY.name, "id", key_id or "")), own=True)


def _page(field: RootField, resource: Resource, given: dict[str, Any]) -> Connection:
    asked = field.once("shape", lambda: shape(field.op, resource, field.details))
    return list_of(resource, asked, given, DEFAULT_SIZE, field.of_argument)


def _record(field: RootField, resource: Resource, *, named: bool) -> Record:
    return field.once(resource, lambda: record(field.op, resource, field.details, named=named))


def _stats(field: RootField, resource: Resource, given: dict[str, Any]) -> Read:
    where = field.of_argument("filter", lambda: parse_filter(resource, given.get("filter")))
    stats = Stats(resource, groups(resource, given["by"]), where, search_words(given.get("search"), "search"))
    members = field.once("members", lambda: field.op.members("Stat", field.details))
    return Read(stats, tuple((name, name_of(nodes)) for name, nodes in members.items()))


def _nodes(field: RootField, ids: list[str], *, named: bool = False) -> tuple[Single | None, ...]:
    """One record for each id; None for what is no id."""
    if len(ids) > MAX_IDS:
        raise invalid({"ids": f"takes at most {MAX_IDS} ids"})
    found = [_resource_of(text) for text in ids]
    known = {resource.name: field.op.view.known(resource) for resource in found if resource}
    asked = {name: _record(field, resource, named=named) for name, resource in known.items()}
    pairs = zip(found, ids, strict=True)
    return tuple(Single(asked[r.name], Reference(r.name, "id", text)) if r else None for r, text in pairs)


def _resource_of(text: str) -> Resource | None:
    resource = BY_PREFIX.get(text.rpartition("_")[0])
    return resource if resource and is_id(text, resource) else None
