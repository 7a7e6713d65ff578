"""The portal on its own: an app of its routes alone, and a small GraphQL endpoint for GraphiQL to talk to."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from time import sleep
from typing import Any

import uvicorn
from graphql import build_schema, graphql_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.portal import graphiql_page, routes, wants_html
from app.services.maintenance import Watch
from app.settings import Settings
from schema.problem import Problem

KEY = "cube_for_graphiql"
TRACE = "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01"
SDL = """
"An organisation."
type Client { name: String! industry: String }
type User { name: String! }
type Customer { id: ID! name: String! email: String status: String client: Client owner: User }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! totalCount: Int! }
type Query { customers(first: Int): CustomerConnection! }
"""
ANNA = {
    "id": "cus_1",
    "name": "Anna Ødegård",
    "status": "ACTIVE",
    "client": {"name": "Acme"},
    "owner": {"name": "Jane"},
}
ROOT = {"customers": {"nodes": [ANNA], "pageInfo": {"hasNextPage": False}, "totalCount": 1}}


async def graphql(request: Request) -> Response:
    """As the door answers: the page to a browser, 401 without the key, GraphQL with it."""
    if wants_html(request):
        return graphiql_page(request)
    if request.headers.get("authorization") != f"Bearer {KEY}":
        refusal = {"statusCode": 401, "traceId": TRACE, "message": "The API key is not valid."}
        return JSONResponse(refusal, status_code=401)
    asked = await request.json()
    done = graphql_sync(build_schema(SDL), asked["query"], ROOT, variable_values=asked.get("variables"))
    extensions = {"cost": {"rows": 10, "limit": 10000}, "traceId": TRACE}
    return JSONResponse({**done.formatted, "extensions": extensions}, media_type="application/graphql-response+json")


async def refused(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return JSONResponse({"statusCode": problem.status, "message": problem.text}, status_code=problem.status)


@asynccontextmanager
async def uncounted(_: Starlette) -> AsyncIterator[dict[str, None]]:
    """What the routes find in the state of a process that counts no request."""
    yield {"quotas": None}


def portal_app() -> Starlette:
    """The routes of the portal, GraphiQL's page, and the handler that the whole app has elsewhere."""
    settings = Settings.load({"CUBE_BASE_URL": "https://cube.example"}, dotenv=None)
    return Starlette(
        routes=[*routes(settings, Watch()), Route("/graphql", graphql, methods=["GET", "POST"])],
        exception_handlers={Problem: refused},
        lifespan=uncounted,
    )


@contextmanager
def serving(app: ASGIApp | None = None, **config: Any) -> Iterator[str]:
    """The app, or else the portal on its own, on a free port of this machine; yields its address."""
    server = uvicorn.Server(uvicorn.Config(app or portal_app(), port=0, **{"log_level": "warning"} | config))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the app did not start"
        sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
