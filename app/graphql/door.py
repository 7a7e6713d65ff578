"""The endpoint: methods and media types first, then the envelope, then the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from app.graphql.answers import Caller
from app.graphql.envelope import from_body, from_query
from app.graphql.result import Result
from app.graphql.run import run
from app.middleware.authentication import answering
from app.middleware.body import body_of
from app.middleware.exchange import database, exchange, header
from app.middleware.finished import Finished
from app.middleware.idempotency import once
from app.middleware.media import JSON, accepted, content_type, takes_json, weight
from app.middleware.router import Route
from app.services.sql.guard import Guard
from schema.actor import Actor
from schema.problem import problem

GRAPHQL = "application/graphql-response+json"

_HEADERS = {
    media: [
        (b"content-type", f"{media}; charset=utf-8".encode()),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
    ]
    for media in (GRAPHQL, JSON)
}

# Gives the page of GraphiQL to a person's browser, None to everybody else.
Graphiql = Callable[[Request], Response | None]


def graphql_route(graphiql: Graphiql) -> Route:
    """The one route of GraphQL."""

    async def by_get(request: Request) -> ASGIApp:
        return graphiql(request) or await answer(request)

    return Route("/graphql", {"GET": by_get, "POST": answer})


async def answer(request: Request) -> Finished:
    """Runs the document that a request carries."""
    # Before the key is asked for, which might end while it comes in.
    body = await body_of(request) if request.method == "POST" else None
    return await answering(request.scope, partial(_answer, request, body))


async def _answer(request: Request, body: bytes | None, actor: Actor, guard: Guard | None) -> Finished:
    if body is not None and content_type(header(request.scope, b"content-type")) != JSON:
        raise problem("unsupported_media_type", f"Send the document as {JSON}.", accept=JSON)
    media = media_type(header(request.scope, b"accept"))
    envelope = from_query(request.url.query) if body is None else from_body(body)
    begun = exchange(request.scope)
    keyed = body is not None and b"idempotency-key" in begun.headers
    asked_once = await once(request, actor, media) if keyed else None
    caller = Caller(database(request.scope), actor, begun.trace_id, guard, asked_once)
    return await run(envelope, caller, partial(_finished, media, begun.trace_id), by_get=body is None)


def _finished(media: str, trace: str, result: Result) -> Finished:
    body = result.body(trace)
    length = (b"content-length", b"%d" % len(body))
    return Finished(result.status(media == GRAPHQL), [*_HEADERS[media], length], body)


@lru_cache(maxsize=256)
def media_type(accept: str | None) -> str:
    """The form of the answer: GraphQL's own only for who names it, JSON else; raises `not_acceptable`."""
    ranges = accepted(accept)
    named = max((part.weight for part in ranges if part.type == GRAPHQL), default=0.0)
    if named > 0 and named >= weight(JSON, ranges):
        return GRAPHQL
    if takes_json(accept):
        return JSON
    raise problem("not_acceptable", f"Accept {GRAPHQL} or {JSON}.")
