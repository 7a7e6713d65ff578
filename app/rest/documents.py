"""The documents that describe the API: OpenAPI for anybody, the GraphQL schema for whoever has a key."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.middleware.authentication import authenticated
from app.middleware.exchange import header, header_lines
from app.middleware.media import JSON
from app.middleware.rates import count_address
from app.middleware.router import Route
from schema.graphql import print_schema
from schema.graphql.narrowed import view
from schema.narrowing import MAX_WORLDS, NOTHING, settled
from schema.openapi import print_openapi
from schema.query_string import no_parameters, parameters


def document_routes() -> list[Route]:
    return [Route("/openapi.json", {"GET": openapi}), Route("/schema.graphql", {"GET": graphql_schema})]


async def openapi(request: Request) -> Response:
    """`GET /openapi.json`: with a key, as that key may see it, and counted for it; without one for the address"""
    hidden = NOTHING
    if any(line.strip() for line in header_lines(request.scope, b"authorization")):
        hidden = settled((await authenticated(request.scope)).hidden)
    else:
        await count_address(request.scope)
    return _document(request, await run_in_threadpool(_openapi, hidden), JSON)


async def graphql_schema(request: Request) -> Response:
    """`GET /schema.graphql`: as the key may see it"""
    actor = await authenticated(request.scope)
    text = await run_in_threadpool(_schema, settled(actor.hidden))
    return _document(request, text, "application/graphql; charset=utf-8")


# Made on a thread: it takes as long as many requests.


@lru_cache(maxsize=MAX_WORLDS)
def _openapi(hidden: frozenset[str]) -> bytes:
    return print_openapi(hidden).encode()


@lru_cache(maxsize=MAX_WORLDS)
def _schema(hidden: frozenset[str]) -> bytes:
    return print_schema(view(hidden).schema).encode()


def _document(request: Request, body: bytes, media_type: str) -> Response:
    no_parameters(parameters(request.scope["query_string"].decode("latin-1")))
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Authorization"}
    held = [one.strip().removeprefix("W/") for one in (header(request.scope, b"if-none-match") or "").split(",")]
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
