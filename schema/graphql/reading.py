"""From field nodes to a Selection: the root fields of a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList

from schema.filter import parse_filter
from schema.graphql.operation import Operation, name_of
from schema.graphql.roots import Does, Root
from schema.graphql.selecting import list_of, record
from schema.paging import groups, search_words
from schema.problem import invalid
from schema.reference import Reference, is_id, pointer
from schema.resource import Resource
from schema.resources import API_KEY, BY_PREFIX
from schema.selection import DEFAULT_SIZE, Deleted, Selection, Several, Single, Stats

MAX_IDS = 100


@dataclass(frozen=True, slots=True)
class Read:
    """What a root field of a query asks for; nothing where a text is no id.

    `stat` gives each response name of a Stat its member; `own` is the caller's own key, which needs no scope.
    """

    selection: Selection | None
    stat: tuple[tuple[str, str], ...] = ()
    own: bool = False


def read_of(op: Operation, root: Root, details: FieldDetailsList, key_id: str | None) -> Read:
    """The Selection behind a root field of a query; `key_id` is the caller's own key."""
    given = op.arguments("Query", details)
    match root.does:
        case Does.LIST:
            return Read(list_of(op, root.resource, details, given, DEFAULT_SIZE))
        case Does.SINGLE:
            by = pointer(given["id"], root.resource)
            return Read(Single(record(op, root.resource, details), by, Deleted(given.get("deleted", "EXCLUDE"))))
        case Does.STATS:
            return _stats(op, root.resource, details, given)
        case Does.NODE:
            return Read(_nodes(op, details, [given["id"]])[0])
        case Does.NODES:
            return Read(Several(_nodes(op, details, given["ids"])))
        case _:
            return Read(Single(record(op, API_KEY, details), Reference(API_KEY.name, "id", key_id or "")), own=True)


def _stats(op: Operation, resource: Resource, details: FieldDetailsList, given: dict[str, Any]) -> Read:
    where = parse_filter(resource, given.get("filter"))
    stats = Stats(resource, groups(resource, given["by"]), where, search_words(given.get("search"), "search"))
    return Read(stats, tuple((name, name_of(nodes)) for name, nodes in op.members("Stat", details).items()))


def _nodes(op: Operation, details: FieldDetailsList, ids: list[str]) -> tuple[Single | None, ...]:
    """One record for each id; None for what is no id."""
    if len(ids) > MAX_IDS:
        raise invalid({"ids": f"takes at most {MAX_IDS} ids"})
    found = [_resource_of(text) for text in ids]
    asked = {resource.name: record(op, resource, details) for resource in found if resource}
    pairs = zip(found, ids, strict=True)
    return tuple(Single(asked[r.name], Reference(r.name, "id", text)) if r else None for r, text in pairs)


def _resource_of(text: str) -> Resource | None:
    resource = BY_PREFIX.get(text.rpartition("_")[0])
    return resource if resource and is_id(text, resource) else None
