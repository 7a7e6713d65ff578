"""The application: read this first. A request goes down the stack to a route; its answer comes back up."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from app import log, portal
from app.graphql import graphql_route
from app.lifespan import Lifespan
from app.middleware.cors import Cors
from app.middleware.entrance import Entrance
from app.middleware.limits import within_limits
from app.middleware.maintenance import in_service
from app.middleware.problems import Problems
from app.middleware.router import Router
from app.middleware.tracing import Tracing
from app.rest.batch import batch_route
from app.rest.documents import document_routes
from app.rest.health import health_routes
from app.rest.routes import me_route, routes_for, tokens_route
from app.services.database import Database
from app.services.maintenance import Watch
from app.settings import Settings
from schema.resources import RESOURCES


def create_app(settings: Settings, db: Database | None = None) -> ASGIApp:
    """The ASGI app. A `db` that is given stays the caller's; without one it opens and closes its own."""
    log.configure(settings.log_level)
    lifespan = Lifespan(settings, db, Watch())
    layers: list[Callable[[ASGIApp], ASGIApp]] = [
        lifespan.around,
        partial(Tracing, trust=settings.trace_trust),
        Problems,
        partial(Entrance, looks=[Cors(settings.cors_origins), within_limits, partial(in_service, lifespan.watch)]),
    ]
    app: ASGIApp = Router(
        [
            *(route for resource in RESOURCES for route in routes_for(resource)),
            batch_route(),
            me_route(),
            tokens_route(),
            graphql_route(graphiql),
            *document_routes(),
            *health_routes(lifespan.is_draining),
        ],
        portal.routes(settings, lifespan.watch),
    )
    for layer in reversed(layers):
        app = layer(app)
    return app


def graphiql(request: Request) -> Response | None:
    """The page at /graphql for a person's browser; None for programs."""
    return portal.graphiql_page(request) if portal.wants_html(request) else None


def app_from_environment() -> ASGIApp:
    """What each process of the server runs."""
    settings = Settings.load()
    app = create_app(settings)
    for warning in settings.warnings:
        log.log.warning(warning)
    spare_the_collector()
    return app


def spare_the_collector() -> None:
    """What has been made so far lives as long as the process: no collection need look at it again.

    A request leaves few cycles behind, so that the young are looked at less often too.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 50, 20)
