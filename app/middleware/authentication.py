"""Who asks: the actor behind the request's Authorization header, found once for each request."""

from __future__ import annotations

from starlette.types import Scope

from app.auth import authenticate
from app.middleware.exchange import database, exchange, header_lines
from app.services.timing import timed
from schema.actor import Actor
from schema.problem import problem


async def authenticated(scope: Scope) -> Actor:
    """The actor; raises the 401s of `authenticate`, and 400 for two headers: one of them could be anybody's."""
    begun = exchange(scope)
    if begun.actor is None:
        lines = header_lines(scope, b"authorization")
        if len(lines) > 1:
            raise problem("malformed_request", "There must be one Authorization header.")
        with timed("auth"):
            begun.actor = await authenticate(database(scope), lines[0] if lines else None)
    return begun.actor
