"""The requests that read: lists, QUERY, single records, stats, the routes of relations, histories."""

from __future__ import annotations

from functools import lru_cache

import orjson
from starlette.types import ASGIApp

from app.rest.answers import ACCEPT_QUERY, conditional_response, json_response, page_response
from app.rest.checks import Asked
from app.rest.preconditions import if_match
from app.services.read import Answer
from schema.condition import Compare, Condition, Through, joined
from schema.narrowing import target
from schema.operators import Operator
from schema.problem import problem
from schema.query_string import (
    body_selection,
    default_single,
    history_selection,
    list_selection,
    no_parameters,
    parameters,
    single_selection,
    stats_selection,
)
from schema.reference import Reference
from schema.resource import Field, Relation, Resource
from schema.selection import Connection, Single

# An empty page, its two cursors and a total are shorter: longer ones need no look inside.
_SMALLEST_RECORD = 2048


async def list_records(resource: Resource, asked: Asked) -> ASGIApp:
    """`GET /customers`"""
    selection = _listed(asked.known(resource), asked.query)
    return page_response(asked.request, await asked.read(selection), ACCEPT_QUERY)


@lru_cache(maxsize=256)
def _listed(resource: Resource, query: str) -> Connection:
    """What a query string asks for: many callers ask the same again and again."""
    return list_selection(resource, parameters(query))


async def query_records(resource: Resource, asked: Asked) -> ASGIApp:
    """`QUERY /customers`: the same page, asked for by a JSON body; its cursors go into the next body."""
    no_parameters(asked.params)
    selection = body_selection(asked.known(resource), asked.body)
    found = await asked.read(selection)
    assert found.body is not None
    return json_response(found.body, headers=ACCEPT_QUERY)


async def list_related(resource: Resource, relation: Relation, asked: Asked) -> ASGIApp:
    """`GET /clients/{ref}/customers`: of a live client, or 404."""
    resource, by = asked.known(resource), asked.reference(resource)
    selection = list_selection(target(resource, relation), asked.params, _within(resource, relation, by))
    found = await asked.read(selection)
    if _is_empty(found):
        # Rows prove that the record is there; no rows don't.
        await _existing(asked, resource, default_single(resource, by))
    return page_response(asked.request, found, {})


async def get_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`GET /customers/{ref}`"""
    selection = single_selection(asked.known(resource), asked.reference(resource), asked.params)
    precondition = if_match(asked.header("if-match"))
    found = await _existing(asked, resource, selection)
    assert found.version is not None
    if precondition is not None:
        precondition.hold(found.version)
    return conditional_response(found, asked.header("if-none-match"))


async def get_stats(resource: Resource, asked: Asked) -> ASGIApp:
    """`GET /customers/stats?by=…`"""
    found = await asked.read(stats_selection(asked.known(resource), asked.params))
    return json_response(b'{"data":' + (found.body or b"[]") + b"}")


async def get_history(resource: Resource, asked: Asked) -> ASGIApp:
    """`GET /customers/{ref}/changes`"""
    selection = _history(asked.known(resource), asked.reference(resource), asked.query)
    record = (await _existing(asked, resource, selection)).body
    assert record is not None
    body = record[record.index(b"{", 1) : -1]  # the record's one member
    ends = orjson.loads(body)
    return page_response(asked.request, Answer(body, next=ends["nextCursor"], previous=ends["previousCursor"]), {})


@lru_cache(maxsize=256)
def _history(resource: Resource, by: Reference, query: str) -> Single:
    """The same for many callers: what was worked out for it is found again."""
    return history_selection(resource, by, parameters(query))


async def _existing(asked: Asked, resource: Resource, selection: Single) -> Answer:
    """The record, or the 404 that is the same for one that isn't there and one that the actor may not see."""
    found = await asked.read(selection)
    if found.body is None:
        by = selection.by
        raise problem("not_found", f"There is no {resource.name} with the {by.key} {by.value[:100]}.")
    return found


def _is_empty(page: Answer) -> bool:
    return page.body is not None and len(page.body) < _SMALLEST_RECORD and not orjson.loads(page.body)["data"]


def _within(resource: Resource, relation: Relation, by: Reference) -> Condition | None:
    """The records at the other end. The key finds them by its index; the way back asks that the record lives."""
    related = target(resource, relation)
    key = next(field for field in related.fields if field.column == relation.key)
    back = next(r for r in related.to_one if r.key == relation.key)
    lives = Through(back, Compare(_field(resource, "id"), Operator.EQ, by))
    return joined(Compare(key, Operator.EQ, by), lives)


def _field(resource: Resource, name: str) -> Field:
    field = resource.field(name)
    assert field is not None
    return field
