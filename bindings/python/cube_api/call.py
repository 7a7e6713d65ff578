"""A call: a request, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import httpx

from cube_api.errors import GraphQLError
from cube_api.records import Json, Page, Upserted
from cube_api.request import Request

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request, and how its answer is read."""

    request: Request
    read: Callable[[httpx.Response], T]


def record_of(answer: httpx.Response) -> Any:
    return answer.json()


def page_of(answer: httpx.Response) -> Page[Any]:
    told = answer.json()
    return Page(told["data"], told["nextCursor"], told["previousCursor"], told.get("totalCount"))


def following(call: Call[Page[R]], page: Page[R]) -> Call[Page[R]] | None:
    """What asks for the page after this one, or where the list was asked for backwards, before it."""
    request = call.request
    asked = request.params if request.body is None else request.body
    name, cursor = ("before", page.previous_cursor) if "before" in asked else ("after", page.next_cursor)
    if cursor is None:
        return None
    if request.body is None:
        return replace(call, request=replace(request, params={**request.params, name: cursor}))
    return replace(call, request=replace(request, body={**request.body, name: cursor}))


def upserted_of(answer: httpx.Response) -> Upserted[Any]:
    return Upserted(answer.json(), answer.status_code == 201)


def data_of(answer: httpx.Response) -> Any:
    return answer.json()["data"]


def results_of(answer: httpx.Response) -> Any:
    return answer.json()["results"]


def graphql_data_of(answer: httpx.Response) -> Json:
    told: Json = answer.json()
    if told.get("errors"):
        raise GraphQLError(told["errors"], told.get("data"))
    return dict(told["data"])
