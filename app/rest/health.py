"""Whether the process lives, and whether it should be sent work: for load balancers, without a key."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from app.middleware.exchange import database
from app.middleware.media import JSON
from app.middleware.router import Route
from app.services.pending import pending
from schema.problem import problem
from schema.query_string import no_parameters, parameters

NO_STORE = {"Cache-Control": "no-store"}


def health_routes(draining: Callable[[], bool]) -> list[Route]:
    """`draining` tells whether the process is about to end."""

    async def live(request: Request) -> Response:
        _no_parameters(request)
        return Response(b'{"status":"ok"}', headers=NO_STORE, media_type=JSON)

    async def ready(request: Request) -> Response:
        _no_parameters(request)
        if draining():
            raise problem("unavailable", "The process is about to end.", retry_after="1")
        if steps := await pending(database(request.scope)):
            raise problem("unavailable", f"The database needs {len(steps)} migrations.", retry_after="10")
        return Response(b'{"status":"ok"}', headers=NO_STORE, media_type=JSON)

    return [Route("/health/live", {"GET": live}), Route("/health/ready", {"GET": ready})]


def _no_parameters(request: Request) -> None:
    no_parameters(parameters(request.scope["query_string"].decode("latin-1")))
