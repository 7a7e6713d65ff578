"""The documents that describe the API: OpenAPI for anybody, the GraphQL schema for whoever has a key."""

from __future__ import annotations

from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.middleware.authentication import authenticated
from app.middleware.document import Document, answer
from app.middleware.exchange import header_lines
from app.middleware.media import JSON
from app.middleware.rates import count_address
from app.middleware.router import Route
from schema.graphql import print_schema
from schema.graphql.narrowed import view
from schema.narrowing import MAX_WORLDS, NOTHING, settled
from schema.openapi import print_openapi
from schema.query_string import no_parameters, parameters

_SDL = "application/graphql; charset=utf-8"
_VARIES = ("Authorization",)


def document_routes() -> list[Route]:
    return [Route("/openapi.json", {"GET": openapi}), Route("/schema.graphql", {"GET": graphql_schema})]


async def openapi(request: Request) -> Response:
    """`GET /openapi.json`: with a key, as that key may see it, and counted for it; without one for the address"""
    hidden = NOTHING
    if any(line.strip() for line in header_lines(request.scope, b"authorization")):
        hidden = settled((await authenticated(request.scope)).hidden)
    else:
        await count_address(request.scope)
    return _answer(request, await run_in_threadpool(_openapi, hidden))


async def graphql_schema(request: Request) -> Response:
    """`GET /schema.graphql`: as the key may see it"""
    actor = await authenticated(request.scope)
    return _answer(request, await run_in_threadpool(_schema, settled(actor.hidden)))


# Made on a thread: it takes as long as many requests.


@lru_cache(maxsize=MAX_WORLDS)
def _openapi(hidden: frozenset[str]) -> Document:
    return Document(print_openapi(hidden).encode(), JSON, varies=_VARIES).ready()


@lru_cache(maxsize=MAX_WORLDS)
def _schema(hidden: frozenset[str]) -> Document:
    return Document(print_schema(view(hidden).schema).encode(), _SDL, varies=_VARIES).ready()


def _answer(request: Request, made: Document) -> Response:
    no_parameters(parameters(request.scope["query_string"].decode("latin-1")))
    return answer(request, made)
