"""The portal's routes: the guides, the static files, the explorer's page and the front door `/`."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.portal.authentication import authentication_route
from app.portal.document import SECURITY, Document, answer
from app.portal.guides import FIRST, TITLES, Guide, guide
from app.portal.page import HTML, NOTHING_ELSE, installed_version, page
from app.portal.page_token import page_token_routes
from app.portal.static import static_document
from app.services.maintenance import Watch
from app.settings import Settings
from schema.problem import problem
from schema.resources import RESOURCES

GUIDE_POLICY = f"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; {NOTHING_ELSE}"

# The editor makes style elements as it runs and draws with data: images, so these two can't be as tight as a guide's.
GRAPHIQL_POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self' data:; "
    f"style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'none'; {NOTHING_ELSE}"
)
LINKS = {
    "docs": "/docs",
    "graphql": "/graphql",
    "openapi": "/openapi.json",
    "schema": "/schema.graphql",
    "me": "/me",
    **{resource.plural: f"/{resource.path}" for resource in RESOURCES},
}


def routes(settings: Settings, watch: Watch) -> list[BaseRoute]:
    """Every route of the portal. Functions that are no coroutines run on a thread, where they keep nobody waiting."""

    @cache
    def document(name: str) -> Document:
        return guide_document(name, base_url(settings))

    @cache
    def authentication() -> Guide:
        return guide("authentication", base_url(settings))

    def docs(request: Request) -> Response:
        name = request.path_params.get("page", FIRST)
        if name not in TITLES:
            raise problem("not_found")
        return answer(request, document(name))

    return [
        Route("/", front_door),
        Route("/docs", docs),
        Route("/docs/static/{path:path}", static_file),
        authentication_route(authentication, settings.base_url, watch),
        *page_token_routes(settings.base_url, watch),
        Route("/docs/{page}", docs),
    ]


def base_url(settings: Settings) -> str:
    """The address that the examples show: as callers know it, or else as Cube listens."""
    if settings.base_url:
        return settings.base_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def guide_document(name: str, address: str) -> Document:
    """A guide in the page that all guides share."""
    text = page(guide(name, address))
    return Document(text.encode(), HTML, headers={"Content-Security-Policy": GUIDE_POLICY})


def static_file(request: Request) -> Response:
    return answer(request, static_document(request.path_params["path"]))


@cache
def _graphiql() -> Document:
    body = static_document("graphiql/index.html").body
    return Document(body, HTML, headers={"Content-Security-Policy": GRAPHIQL_POLICY})


def graphiql_page(request: Request) -> Response:
    """The explorer, which the GraphQL door answers when `wants_html` says that a browser has opened it."""
    response = answer(request, _graphiql())
    response.headers["Vary"] = "Accept, Accept-Encoding"
    return response


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks: GET or HEAD, HTML among what it accepts, and no query string."""
    html = "text/html" in request.headers.get("accept", "").lower()
    return html and request.method in ("GET", "HEAD") and not request.url.query


def front_door(request: Request) -> Response:
    """Browsers go to the guides; programs get to know where everything is."""
    headers = {**SECURITY, "Vary": "Accept", "Cache-Control": "no-cache"}
    if "text/html" in request.headers.get("accept", "").lower():
        return RedirectResponse("/docs", status_code=303, headers=headers)
    return JSONResponse({"name": "Cube", "version": installed_version(), "links": LINKS}, headers=headers)
