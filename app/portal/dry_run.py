"""Which requests last: those that write and, by the OpenAPI document, can't be asked for as a dry run."""

from __future__ import annotations

import re
from functools import cache

from app.portal.curl import Request
from schema.openapi import document

READS = frozenset({"GET", "HEAD", "QUERY"})
# The GraphQL door: whether its mutations are dry runs is for the document to say.
GRAPHQL = "/graphql"


def lasts(request: Request) -> bool:
    """Whether the request does something that no dry run of it would leave undone."""
    path = request.path.partition("?")[0]
    if request.method in READS or path == GRAPHQL:
        return False
    return not any(method == request.method and pattern.fullmatch(path) for method, pattern in _dry_runs())


@cache
def _dry_runs() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The method and the path of each operation that takes `dryRun`."""
    return tuple(
        (method.upper(), re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))))
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method != "parameters" and any(one["name"] == "dryRun" for one in operation.get("parameters", ()))
    )
