"""The requests about API keys that are like no other resource's: rotating, and who am I."""

from __future__ import annotations

from typing import Any

from starlette.types import ASGIApp

from app.middleware.finished import Finished
from app.rest.answers import conditional_response
from app.rest.checks import Asked
from app.rest.writes import with_members, written
from app.services.me import beside_key, own_key, own_reader
from app.services.read import read
from schema.change import Rotate
from schema.problem import invalid, nearest
from schema.query_string import no_parameters, single_selection
from schema.resources import API_KEY


async def rotate(asked: Asked) -> Finished:
    """`POST /api-keys/{id}/rotate`: the key with another secret; the old one lives on for the overlap"""
    overlap = _overlap(asked.body)
    by, precondition = asked.reference(API_KEY), asked.precondition
    return await written(API_KEY, asked, Rotate(API_KEY, by, overlap, precondition))


async def me(asked: Asked) -> ASGIApp:
    """`GET /me`: the key of this very request, with its owner; any key may ask"""
    no_parameters(asked.params)
    selection = single_selection(asked.known(API_KEY), own_key(asked.actor), {"expand": "owner"})
    found = await read(asked.db, selection, own_reader(asked.actor), asked.guard)
    return conditional_response(with_members(found, beside_key(asked.actor)), asked.header("if-none-match"))


def _overlap(body: dict[str, Any]) -> Any:
    for name in body:
        if name != "overlapSeconds":
            raise invalid({name[:80]: f"is not a member of this body{nearest(name, ('overlapSeconds',))}"})
    return body.get("overlapSeconds")
