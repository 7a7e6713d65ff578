"""The request for a short-lived token."""

from __future__ import annotations

import orjson
from starlette.types import ASGIApp

from app.auth import mark
from app.rest.answers import NO_STORE, json_response
from app.rest.checks import Asked
from app.services.tokens import issue_token
from schema.problem import invalid
from schema.query_string import no_parameters


async def create(asked: Asked) -> ASGIApp:
    """`POST /tokens`: any key may ask, for no more than it may itself"""
    no_parameters(asked.params)
    if asked.header("idempotency-key") is not None:
        raise invalid({"Idempotency-Key": "is not taken here: each request makes another token"})
    made = await issue_token(asked.db, asked.body, asked.actor, await mark(asked.db, asked.header("authorization")))
    body = {"token": made.text, "expiresAt": made.ends_at, "scopes": made.scopes}
    return json_response(orjson.dumps(body), 201, NO_STORE)
