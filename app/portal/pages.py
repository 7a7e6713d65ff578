"""The portal's routes: the guides, their search, the static files, both explorers' pages and the front door `/`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from app.middleware.document import HASHED, REVALIDATED, SECURITY, Document, answer
from app.portal.authentication import authentication_route
from app.portal.beside_graphiql import beside_graphiql_json
from app.portal.guides import FIRST, TITLES, Guide, guide
from app.portal.page import EXPLORER, HTML, NOTHING_ELSE, POLICY, explorer_page, installed_version, page, search_page
from app.portal.page_token import page_token_routes
from app.portal.search import Entry, entries, found, index_json
from app.portal.static import static_document
from app.services.maintenance import Watch
from app.settings import Settings
from schema.problem import problem
from schema.resources import RESOURCES

GUIDE_HEADERS = {"Content-Security-Policy": POLICY}
LONGEST_SEARCH = 200

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
    def made(name: str) -> Guide:
        return guide(name, base_url(settings))

    @cache
    def document(name: str) -> Document:
        return Document(page(made(name)).encode(), HTML, headers=GUIDE_HEADERS)

    @cache
    def index() -> tuple[Entry, ...]:
        return entries(map(made, TITLES))

    @cache
    def index_document() -> Document:
        return Document(index_json(index()), "application/json")

    @cache
    def beside_graphiql() -> Document:
        return Document(beside_graphiql_json(map(made, TITLES)), "application/json")

    def docs(request: Request) -> Response:
        name = request.path_params.get("page", FIRST)
        if name not in TITLES:
            raise problem("not_found")
        return answer(request, document(name))

    def search(request: Request) -> Response:
        asked = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
        text = search_page(asked, found(index(), asked))
        return answer(request, Document(text.encode(), HTML, headers=GUIDE_HEADERS))

    def search_index(request: Request) -> Response:
        return answer(request, index_document())

    def graphiql_json(request: Request) -> Response:
        return answer(request, beside_graphiql())

    return [
        Route("/", front_door),
        Route("/docs", docs),
        Route("/docs/static/{path:path}", static_file),
        Route(f"/docs/{EXPLORER}", explorer),
        Route("/docs/search", search),
        Route("/docs/search.json", search_index),
        Route("/docs/graphiql.json", graphiql_json),
        authentication_route(lambda: made("authentication"), settings.base_url, watch),
        *page_token_routes(settings.base_url, watch),
        Route("/docs/{page}", docs),
    ]


def base_url(settings: Settings) -> str:
    """The address that the examples show: as callers know it, or else as Cube listens."""
    if settings.base_url:
        return settings.base_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def static_file(request: Request) -> Response:
    """A static file; by the address that names what is inside, it is kept for ever."""
    document = static_document(request.path_params["path"])
    if document.cache_control == REVALIDATED and request.query_params.get("v") == document.digest:
        document = replace(document, cache_control=HASHED)
    return answer(request, document)


@cache
def _explorer() -> Document:
    return Document(explorer_page().encode(), HTML, headers=GUIDE_HEADERS)


def explorer(request: Request) -> Response:
    """The explorer of the REST API."""
    return answer(request, _explorer())


@cache
def _graphiql() -> Document:
    body = static_document("graphiql/index.html").body
    return Document(body, HTML, headers={"Content-Security-Policy": GRAPHIQL_POLICY})


def graphiql_page(request: Request) -> Response:
    """GraphiQL, with which the GraphQL door answers when `wants_html` says that a browser has opened it."""
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
