"""The requests about API keys that are like no other resource's: making, rotating, and who am I."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.types import ASGIApp

from app.rest.answers import conditional_response, record_response
from app.rest.checks import Asked
from app.rest.preconditions import if_match
from app.rest.writes import location, read_back
from app.services.keys import Issued, create_key, rotate_key
from app.services.me import beside_key, own_reader
from app.services.read import Answer, read
from schema.problem import invalid, nearest
from schema.query_string import no_parameters, single_selection
from schema.reference import Reference
from schema.resources import API_KEY

NO_STORE = {"Cache-Control": "no-store"}


async def create(asked: Asked) -> ASGIApp:
    """`POST /api-keys`: the key, and its secret this once"""
    no_parameters(asked.params)
    issued = await create_key(asked.db, asked.body, asked.call, asked.guard)
    return await _with_secret(asked, issued, 201, {"Location": location(API_KEY, issued.written)})


async def rotate(asked: Asked) -> ASGIApp:
    """`POST /api-keys/{id}/rotate`: the key with another secret; the old one lives on for the overlap"""
    no_parameters(asked.params)
    overlap = _overlap(asked.body)
    by, precondition = asked.reference(API_KEY), if_match(asked.header("if-match"))
    issued = await rotate_key(asked.db, by.value, overlap, asked.call, precondition, asked.guard)
    return await _with_secret(asked, issued, 200, {})


async def me(asked: Asked) -> ASGIApp:
    """`GET /me`: the key of this very request, with its owner; any key may ask"""
    no_parameters(asked.params)
    assert asked.actor.key_id is not None
    by = Reference(API_KEY.name, "id", asked.actor.key_id)
    selection = single_selection(asked.known(API_KEY), by, {"expand": "owner"})
    found = await read(asked.db, selection, own_reader(asked.actor), asked.guard)
    return conditional_response(_with(found, beside_key(asked.actor)), asked.header("if-none-match"))


def _overlap(body: dict[str, Any]) -> Any:
    for name in body:
        if name != "overlapSeconds":
            raise invalid({name[:80]: f"is not a member of this body{nearest(name, ('overlapSeconds',))}"})
    return body.get("overlapSeconds")


async def _with_secret(asked: Asked, issued: Issued, status: int, headers: dict[str, str]) -> ASGIApp:
    """The record with `secret` as one more member; nobody on the way may keep it."""
    found = await read_back(API_KEY, asked, issued.written)
    return record_response(_with(found, {"secret": issued.secret}), status, {**headers, **NO_STORE})


def _with(found: Answer, more: Mapping[str, Any]) -> Answer:
    """The record and more members."""
    assert found.body is not None
    return Answer(found.body[:-1] + b"," + orjson.dumps(more)[1:], found.version) if more else found
