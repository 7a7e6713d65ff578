"""From a path to its route and from a method to its handler: 404 and 405, HEAD and OPTIONS, before anything else."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.middleware.exchange import exchange
from schema.problem import problem

Handler = Callable[[Request], Awaitable[ASGIApp]]

_ABSOLUTE = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Route:
    """A path such as `/customers/{ref}`, and the handler of each method; GET answers HEAD too.

    The first segment is never a parameter: by it and their number the routes of a path are found.
    """

    path: str
    methods: Mapping[str, Handler]

    @cached_property
    def pattern(self) -> tuple[str, ...]:
        return tuple(self.path.split("/")[1:])

    @cached_property
    def parameters(self) -> tuple[tuple[int, str], ...]:
        """The names of its parameters, and where they stand."""
        return tuple((i, part[1:-1]) for i, part in enumerate(self.pattern) if part.startswith("{"))

    @cached_property
    def literals(self) -> tuple[tuple[int, str], ...]:
        """The segments that are fixed, but for the first, by which the route was found."""
        return tuple((i, part) for i, part in enumerate(self.pattern) if i and not part.startswith("{"))


class Router:
    """The innermost layer. `others` are Starlette's own routes, asked when none of `routes` has the path."""

    def __init__(self, routes: Sequence[Route], others: Sequence[BaseRoute] = ()) -> None:
        self._others = others
        # A literal path stands before one with a parameter in the same place.
        self._literal = {route.pattern: route for route in routes if "{" not in route.path}
        self._by_start: dict[tuple[int, str], list[Route]] = {}
        for route in sorted(routes, key=lambda route: route.path.count("{")):
            if "{" in route.path:
                self._by_start.setdefault((len(route.pattern), route.pattern[0]), []).append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope)
        if found is None:
            await self._other(scope, receive, send)
            return
        route, values = found
        exchange(scope).route = route.path
        handler = route.methods.get("GET" if scope["method"] == "HEAD" else scope["method"])
        if handler is None:
            await _no_handler(scope["method"], tuple(route.methods))(scope, receive, send)
            return
        scope["path_params"] = values
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[Route, dict[str, str]] | None:
        segments = split(scope.get("raw_path") or scope["path"].encode())
        if segments is None:
            return None
        if literal := self._literal.get(segments):
            return literal, {}
        for route in self._by_start.get((len(segments), segments[0]), ()):
            values = _matched(route, segments)
            if values is not None:
                return route, values
        return None

    async def _other(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed: list[str] = []
        for route in self._others:
            match, child = route.matches(scope)
            if match is Match.NONE:
                continue
            exchange(scope).route = getattr(route, "path", None)
            if match is Match.FULL:
                scope.update(child)
                await route.handle(scope, receive, send)
                return
            allowed += getattr(route, "methods", None) or ()
        if not allowed:
            raise problem("not_found")
        await _no_handler(scope["method"], tuple(sorted(allowed)))(scope, receive, send)


def split(raw_path: bytes) -> tuple[str, ...] | None:
    """The segments of a path, each decoded by itself, so that an escaped `/` is data; None if one can't be decoded."""
    path = _ABSOLUTE.sub(b"", raw_path, count=1) if not raw_path.startswith(b"/") else raw_path
    if not path.startswith(b"/"):
        return None
    try:
        if b"%" not in path:
            return tuple(path[1:].decode().split("/"))
        return tuple(_decoded(segment) for segment in path[1:].split(b"/"))
    except ValueError:
        return None


def allow(methods: Sequence[str]) -> str:
    """The value of an Allow header: what has a handler, and what the router answers itself."""
    return ", ".join(dict.fromkeys(_with_own(methods)))


def _with_own(methods: Sequence[str]) -> Iterator[str]:
    for method in methods:
        yield method
        if method == "GET":
            yield "HEAD"
    yield "OPTIONS"


def _no_handler(method: str, methods: Sequence[str]) -> Response:
    allowed = allow(methods)
    if method == "OPTIONS":
        patch = {"Accept-Patch": "application/merge-patch+json, application/json"} if "PATCH" in methods else {}
        query = {"Accept-Query": "application/json"} if "QUERY" in methods else {}
        return Response(status_code=204, headers={"Allow": allowed, **patch, **query})
    raise problem("method_not_allowed", f"This path takes {allowed}.", allow=allowed)


def _matched(route: Route, segments: Sequence[str]) -> dict[str, str] | None:
    """The values of the parameters, of which none is empty; None if it is another path."""
    for i, literal in route.literals:
        if segments[i] != literal:
            return None
    values = {name: segments[i] for i, name in route.parameters}
    return values if all(values.values()) else None


def _decoded(segment: bytes) -> str:
    if _BAD_ESCAPE.search(segment):
        raise ValueError
    text = unquote_to_bytes(segment).decode()
    if "\0" in text:
        raise ValueError
    return text
