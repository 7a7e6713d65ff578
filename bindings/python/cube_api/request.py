"""A request as a value, and what its parts are made of."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlencode

from cube_api.records import Json

T = TypeVar("T")

Deleted = Literal["exclude", "include", "only"]
Names = str | Sequence[str]
"""Names parted by commas, or a list of them."""

_LONGEST_QUERY = 4000  # what is longer goes into a body, by QUERY: a URL has its limits on the way


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a value, before it is sent."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.params, quote_via=quote, safe='')}" if self.params else self.path

    @property
    def content(self) -> bytes | None:
        if self.body is None:
            return None
        return json.dumps(self.body, allow_nan=False, separators=(",", ":"), default=_plain).encode()

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows if it was done: it reads, or Cube knows it by its key."""
        return self.method in ("GET", "QUERY") or "Idempotency-Key" in self.headers


def path_of(*parts: str) -> str:
    """A path of parts that may hold anything but what URLs cannot: nothing, and the names of folders."""
    for part in parts:
        if part in ("", ".", ".."):
            raise ValueError(f"{part!r} is no reference")
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def names_of(names: Names) -> str:
    return names if isinstance(names, str) else ",".join(names)


def params_of(**params: Any) -> dict[str, str]:
    """The parameters that were given, as they stand in a URL."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in params.items()
        if value is not None and value is not False
    }


def said(**given: T | None) -> list[tuple[str, T]]:
    return [(name, value) for name, value in given.items() if value is not None]


def filter_of(filter_: Mapping[str, Any] | None, where: Mapping[str, Any]) -> dict[str, str]:
    """The parameter `filter`: what was given as such, and each keyword as a condition."""
    named = {name: _condition(value) for name, value in where.items()}
    both: Any = {"and": [filter_, named]} if filter_ and named else filter_ or named
    return {"filter": json.dumps(both, allow_nan=False, ensure_ascii=False, default=_plain)} if both else {}


def headers_of(key: str | None, if_version: int | None = None, *, create_only: bool = False) -> dict[str, str]:
    """Those of a write: the idempotency key by which Cube knows it again, and what must be so that it is done."""
    found = {"Idempotency-Key": str(uuid.uuid4()) if key is None else key}
    if if_version is not None:
        found["If-Match"] = f'"{if_version}"'
    if create_only:
        found["If-None-Match"] = "*"
    return found


def list_request(path: str, params: dict[str, str]) -> Request:
    asked = Request("GET", path, params)
    return asked if len(asked.url) <= _LONGEST_QUERY else Request("QUERY", path, body=_query_body(params))


def order_of(name: str) -> Json:
    """`-client.createdAt` is `{"field": "CLIENT_CREATED_AT", "direction": "DESC"}`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("-")).replace(".", "_").upper()
    return {"field": words, "direction": "DESC" if name.startswith("-") else "ASC"}


def _query_body(params: Mapping[str, str]) -> Json:
    """The parameters of a list as the body of QUERY, which names them as GraphQL does."""
    body: Json = dict(params)
    if "limit" in body:
        body["last" if "before" in body else "first"] = int(body.pop("limit"))
    if "filter" in body:
        body["filter"] = json.loads(body["filter"])
    if "count" in body:
        body["count"] = True
    if "deleted" in body:
        body["deleted"] = body["deleted"].upper()
    if "sort" in body:
        body["orderBy"] = [order_of(name) for name in body.pop("sort").split(",")]
    return body


def _condition(value: Any) -> Any:
    match value:
        case None:
            return {"isNull": True}
        case Mapping():
            return value
        case list() | tuple() | set() | frozenset():
            return {"in": list(value)}
    return {"eq": value}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")
