"""The routes of each resource: which method on which path asks for which scope and goes to which handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.types import ASGIApp

from app.middleware.router import Handler, Route
from app.rest import keys, reads, tokens, writes
from app.rest.checks import BODY, PATCH, Asked, checked
from schema.actor import Actor
from schema.narrowing import known, target
from schema.resource import Relation, Resource
from schema.resources import API_KEY


def routes_for(resource: Resource) -> list[Route]:
    """Every route of a resource."""
    return _key_routes() if resource is API_KEY else _directory_routes(resource)


def me_route() -> Route:
    return Route("/me", {"GET": checked(keys.me, guarded=True)})


def tokens_route() -> Route:
    return Route("/tokens", {"POST": checked(tokens.create, takes=BODY, optional=True)})


def _directory_routes(resource: Resource) -> list[Route]:
    all_, one = f"/{resource.path}", f"/{resource.path}/{{ref}}"
    reading = partial(_to, resource, resource.read_scope)
    writing = partial(_to, resource, resource.write_scope, guarded=True, writes=True)
    return [
        Route(
            all_,
            {
                "GET": reading(reads.list_records, guarded=True),
                "QUERY": reading(reads.query_records, takes=BODY, guarded=True),
                "POST": writing(writes.create_record, takes=BODY),
            },
        ),
        Route(f"{all_}/stats", {"GET": reading(reads.get_stats, guarded=True)}),
        Route(
            one,
            {
                "GET": reading(reads.get_record, guarded=True),
                "PATCH": writing(writes.update_record, takes=PATCH),
                "PUT": writing(writes.put_record, takes=BODY),
                "DELETE": writing(writes.delete_record),
            },
        ),
        Route(f"{one}/restore", {"POST": writing(writes.restore_record, takes=BODY, optional=True)}),
        Route(f"{one}/changes", {"GET": reading(reads.get_history, guarded=True)}),
        *(
            Route(
                f"{one}/{relation.name}",
                {
                    "GET": checked(
                        partial(reads.list_related, resource, relation),
                        resource.read_scope,
                        target(resource, relation).read_scope,
                        guarded=True,
                        exists=partial(_knows, resource, relation),
                    )
                },
            )
            for relation in resource.to_many
        ),
    ]


def _knows(resource: Resource, relation: Relation, actor: Actor) -> bool:
    return relation in known(resource, actor.hidden).relations


def _key_routes() -> list[Route]:
    one = f"/{API_KEY.path}/{{ref}}"
    reading = partial(_to, API_KEY, API_KEY.read_scope)
    writing = partial(_to, API_KEY, API_KEY.write_scope, guarded=True, writes=True)
    return [
        Route(
            f"/{API_KEY.path}",
            {
                "GET": reading(reads.list_records, guarded=True),
                "QUERY": reading(reads.query_records, takes=BODY, guarded=True),
                "POST": writing(writes.create_record, takes=BODY),
            },
        ),
        Route(
            one,
            {
                "GET": reading(reads.get_record, guarded=True),
                "PATCH": writing(writes.update_record, takes=PATCH),
                "DELETE": writing(writes.delete_record),
            },
        ),
        Route(
            f"{one}/rotate",
            {"POST": checked(keys.rotate, API_KEY.write_scope, takes=BODY, optional=True, guarded=True, writes=True)},
        ),
        Route(f"{one}/changes", {"GET": reading(reads.get_history, guarded=True)}),
    ]


def _to(
    resource: Resource, scope: str, handler: Callable[[Resource, Asked], Awaitable[ASGIApp]], **how: Any
) -> Handler:
    return checked(partial(handler, resource), scope, **how)
