"""Histories through either face, and a customer that has one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.services.database import Database
from schema.resource import Resource
from tests.faces.face import (
    Asked,
    Face,
    Graphql,
    Json,
    Page,
    Refused,
    Rest,
    arguments,
    graphql_page,
    params,
    path,
    rest_page,
)

CHANGES = """edges { cursor node {
  at resource id action version changes actor { keyId userId } source traceId } }
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"""


async def history_of(face: Face, resource: Resource, ref: str, asked: Asked = Asked()) -> Page:
    """A page of the record's changes, each with its cursor."""
    if isinstance(face, Rest):
        return await _by_rest(face, resource, ref, asked)
    assert isinstance(face, Graphql)
    return await _by_graphql(face, resource, ref, asked)


async def _by_rest(face: Rest, resource: Resource, ref: str, asked: Asked) -> Page:
    assert asked.last is None, "its pages end where a cursor says"
    return rest_page((await face.call("GET", f"{path(resource, ref)}/changes?{params(asked)}")).json())


async def _by_graphql(face: Graphql, resource: Resource, ref: str, asked: Asked) -> Page:
    which = ", deleted: INCLUDE" if resource.deletable and ":" not in ref else ""
    heads = "$id: ID!, $filter: ChangeFilter, $first: Int = 50, $after: String, $before: String"
    document = f"""query History({heads}) {{
      {resource.name}(id: $id{which}) {{
        changes(filter: $filter, first: $first, after: $after, before: $before) {{ {CHANGES} }} }} }}"""
    if asked.last is not None or asked.before is not None:
        document = document.replace("$first: Int = 50", "$last: Int = 50").replace("first: $first", "last: $last")
        asked = replace(asked, first=None, last=asked.last or asked.first)
    found = (await face.run(document, id=ref, **arguments(asked)))[resource.name]
    if found is None:
        raise Refused(404, "not_found", "", "")
    page = found["changes"]
    return graphql_page(page, [{"cursor": edge["cursor"], **edge["node"]} for edge in page["edges"]])


@dataclass(frozen=True)
class Told:
    """A customer with a history: written by two users, with their keys, through three doors."""

    rest: Rest
    graphql: Graphql
    db: Database
    id: str
    jane: str
    keys: tuple[str, str]
    changes: list[Json]
