"""The documents that describe the API: OpenAPI for anybody, the GraphQL schema for whoever has a key."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response

from app.middleware.authentication import authenticated
from app.middleware.exchange import header
from app.middleware.media import JSON
from app.middleware.router import Route
from schema.graphql import print_schema
from schema.openapi import print_openapi
from schema.query_string import no_parameters, parameters


def document_routes() -> list[Route]:
    return [Route("/openapi.json", {"GET": openapi}), Route("/schema.graphql", {"GET": graphql_schema})]


async def openapi(request: Request) -> Response:
    """`GET /openapi.json`"""
    return _document(request, _openapi(), JSON)


async def graphql_schema(request: Request) -> Response:
    """`GET /schema.graphql`"""
    await authenticated(request.scope)
    return _document(request, _schema(), "application/graphql; charset=utf-8")


@cache
def _openapi() -> bytes:
    return print_openapi().encode()


@cache
def _schema() -> bytes:
    return print_schema().encode()


def _document(request: Request, body: bytes, media_type: str) -> Response:
    no_parameters(parameters(request.scope["query_string"].decode("latin-1")))
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    held = [one.strip().removeprefix("W/") for one in (header(request.scope, b"if-none-match") or "").split(",")]
    if tag in held or "*" in held:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)
