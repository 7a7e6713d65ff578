"""What GraphiQL's page fetches: the GraphQL examples of the guides, and how REST calls what GraphQL asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from graphql import FieldNode, OperationDefinitionNode, parse

from app.portal.guides import Guide
from schema.graphql.roots import MUTATIONS, QUERIES
from schema.graphql.types import NESTED_SIZE
from schema.history import CHANGES, change_of
from schema.members import MAX_HOPS
from schema.operators import Operator
from schema.paging import sort_names
from schema.query_string import LIST_PARAMETERS
from schema.resource import LIST_KINDS, MAP_KINDS, Kind, Relation, Resource
from schema.resources import API_KEY, BY_NAME, RESOURCES, USER
from schema.resources.api_key import BESIDE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """An example of a guide: where it stands, what it asks for, and the document."""

    url: str
    title: str
    query: str


def beside_graphiql_json(guides: Iterable[Guide]) -> bytes:
    """Both, as the page's scripts read them."""
    menu = [{"guide": guide.title, "examples": [asdict(one) for one in entries(guide)]} for guide in guides]
    return orjson.dumps({"menu": [group for group in menu if group["examples"]], "rest": rest_names()})


def entries(guide: Guide) -> tuple[Entry, ...]:
    """The examples of a guide, each by its heading and the fields that it asks for; a number parts those alike."""
    found: list[Entry] = []
    times: dict[str, int] = {}
    for anchor, document in _documents(guide):
        heading = next(one.title for one in guide.passages if one.anchor == anchor)
        title = f"{heading}: {', '.join(_roots(document))}"
        times[title] = times.get(title, 0) + 1
        if times[title] > 1:
            title = f"{title} ({times[title]})"
        found.append(Entry(f"/docs/{guide.name}#{anchor}", title, document))
    return tuple(found)


def _documents(guide: Guide) -> Iterator[tuple[str, str]]:
    """Each document, and the anchor of the heading that is next above it."""
    for section in guide.sections:
        anchor = section.anchor
        for part in section.parts:
            anchor = part.anchor or anchor
            yield from ((anchor, one.document) for one in part.examples if one.document)


def _roots(document: str) -> Iterator[str]:
    for definition in parse(document).definitions:
        if isinstance(definition, OperationDefinitionNode):
            yield from (one.name.value for one in definition.selection_set.selections if isinstance(one, FieldNode))


def rest_names() -> Json:
    """What REST calls the root fields, the resources with their members, and the keys of an order."""
    roots = {name: [str(root.does), root.resource.name] for name, root in {**QUERIES, **MUTATIONS}.items()}
    return {
        "roots": roots,
        "resources": {resource.name: _resource(resource) for resource in RESOURCES},
        "changes": _members(change_of(USER)) | {"name": CHANGES.name},
        "operators": [str(one) for one in Operator],
        "parameters": LIST_PARAMETERS,
        "hops": MAX_HOPS,
        "nestedSize": NESTED_SIZE,
    }


def _resource(resource: Resource) -> Json:
    return _members(resource) | {
        "name": resource.name,
        "type": resource.type,
        "prefix": resource.prefix,
        "path": resource.path,
        "deletable": resource.deletable,
        "beside": [field.name for field in BESIDE] if resource is API_KEY else [],
        "sorts": sort_names(resource),
    }


def _members(resource: Resource) -> Json:
    """The members in the order of the filter's, and which of them are lists, maps, or have members themselves."""
    return {
        "fields": [field.name for field in resource.fields],
        "lists": [field.name for field in resource.fields if field.kind in LIST_KINDS],
        "maps": [field.name for field in resource.fields if field.kind in MAP_KINDS],
        "typed": [field.name for field in resource.fields if field.kind is Kind.METADATA],
        "parts": {field.name: [one.name for one in field.members] for field in resource.fields if field.members},
        "relations": {relation.name: _relation(resource, relation) for relation in resource.relations},
    }


def _relation(resource: Resource, relation: Relation) -> Json:
    """Where it leads, and who holds the id: this resource the field `id`, or those at the other end the way `back`."""
    if not relation.many:
        held = next(field.name for field in resource.fields if field.column == relation.key)
        return {"to": relation.target, "many": False, "id": held}
    other = BY_NAME[relation.target]
    back = next(one.name for one in other.to_one if one.key == relation.key)
    return {"to": relation.target, "many": True, "back": back}
