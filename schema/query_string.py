"""A REST query string, read strictly: every parameter is known, stands once, and has a good value, or it is a 400."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from schema.condition import Condition, joined
from schema.filter import check_size, parse_filter
from schema.history import CHANGES, change_of, history, told_fields
from schema.json_text import strict_json
from schema.members import default_record, record
from schema.paging import Span, connection, groups, order_by, search_words, sort_text
from schema.problem import invalid, nearest
from schema.query_filters import filters
from schema.reference import Reference
from schema.resource import Resource
from schema.selection import (
    DEFAULT_SIZE,
    Connection,
    Deleted,
    EdgeCursor,
    Edges,
    Flag,
    Leaf,
    Many,
    Nodes,
    PageFlag,
    Record,
    Shape,
    Single,
    Stats,
    Total,
)
from schema.values.fault import Fault

LIST_PARAMETERS = ("limit", "after", "before", "sort", "count", "q", "fields", "expand", "deleted", "filter")
HISTORY_PARAMETERS = ("limit", "after", "before", "count", "filter")
BODY_MEMBERS = ("filter", "orderBy", "q", "first", "last", "after", "before", "count", "fields", "expand", "deleted")


def parameters(raw: str) -> dict[str, str]:
    """The decoded parameters; raises `validation_failed` for a repeated one or one that is not UTF-8."""
    found: dict[str, str] = {}
    for pair in filter(None, raw.split("&")):
        name, _, value = pair.partition("=")
        try:
            name, value = (unquote_to_bytes(part.replace("+", " ")).decode() for part in (name, value))
        except UnicodeDecodeError:
            raise invalid({"": "the query string is not UTF-8"}) from None
        if name in found:
            raise invalid({name[:80]: "stands more than once"})
        found[name] = value
    return found


def list_selection(resource: Resource, params: dict[str, str], within: Condition | None = None) -> Connection:
    """`GET /customers?…`; `within` is the condition of a nested route."""
    return connection(
        resource,
        page_shape(resource, params.get("fields"), params.get("expand"), _flag("count", params.get("count", "false"))),
        where=_where(resource, params, LIST_PARAMETERS, within),
        search=search_words(params.get("q")),
        order=sort_text(resource, params["sort"]) if "sort" in params else (),
        span=_span(params),
        deleted=_deleted(params.get("deleted")),
    )


def history_selection(resource: Resource, by: Reference, params: dict[str, str]) -> Single:
    """`GET /customers/{ref}/changes?…`: by its id also of a deleted record. The page is the record's one member."""
    change = change_of(resource)
    shape = _history_shape(change, _flag("count", params.get("count", "false")))
    page = history(change, shape, _where(change, params, HISTORY_PARAMETERS), _span(params), named=True)
    deleted = Deleted.INCLUDE if by.by_id else Deleted.EXCLUDE
    return Single(Record(resource, (Many(CHANGES.name, CHANGES, page),)), by, deleted)


def body_selection(resource: Resource, body: dict[str, Any]) -> Connection:
    """The body of `QUERY /customers`: the members of GraphQL's arguments, and count, fields, expand."""
    for name in body:
        if name not in BODY_MEMBERS:
            raise invalid({name[:80]: f"is not a member of this body{nearest(name, BODY_MEMBERS)}"})
    for name in ("fields", "expand"):
        if body.get(name) is not None and not isinstance(body[name], str | list):
            raise invalid({name: "must be text or a list of texts"})
    if not isinstance(body.get("count") or False, bool):
        raise invalid({"count": "must be true or false"})
    fields, expand = (_joined_text(name, body.get(name)) for name in ("fields", "expand"))
    return connection(
        resource,
        page_shape(resource, fields, expand, body.get("count") or False),
        where=parse_filter(resource, body.get("filter")),
        search=search_words(body.get("q")),
        order=order_by(resource, body.get("orderBy")),
        span=Span(body.get("first"), body.get("last"), body.get("after"), body.get("before")),
        deleted=_deleted_json(body.get("deleted")),
    )


def single_selection(resource: Resource, by: Reference, params: dict[str, str]) -> Single:
    """`GET /customers/{ref}?…`"""
    if not params:
        return default_single(resource, by)
    _known(params, ("fields", "expand", "deleted"))
    members = record(resource, params.get("fields"), params.get("expand"))
    return Single(members, by, _deleted(params.get("deleted")))


def default_single(resource: Resource, by: Reference, deleted: Deleted = Deleted.EXCLUDE) -> Single:
    """A record with its default fields."""
    return Single(default_record(resource), by, deleted)


def stats_selection(resource: Resource, params: dict[str, str]) -> Stats:
    """`GET /customers/stats?by=…` and any filter."""
    where = _where(resource, params, ("by", "q", "deleted", "filter"))
    by = groups(resource, params["by"].split(",") if "by" in params else None)
    return Stats(resource, by, where, search_words(params.get("q")), _deleted(params.get("deleted")))


@lru_cache(512)
def page_shape(resource: Resource, fields: str | None, expand: str | None, count: bool) -> tuple[Shape, ...]:
    """REST's page; the same one for the same words, so that what was worked out for it is found again."""
    return _page(Nodes("data", record(resource, fields, expand)), count)


@lru_cache(512)
def _history_shape(change: Resource, count: bool) -> tuple[Shape, ...]:
    """REST's page of changes, each with its cursor."""
    members = Nodes("", Record(change, tuple(Leaf(field.name, field) for field in told_fields(change))))
    return _page(Edges("data", (EdgeCursor("cursor"), members)), count)


def _page(data: Nodes | Edges, count: bool) -> tuple[Shape, ...]:
    ends = (PageFlag("nextCursor", Flag.NEXT), PageFlag("previousCursor", Flag.PREVIOUS))
    return (data, *ends, Total("totalCount")) if count else (data, *ends)


def no_parameters(params: dict[str, str]) -> None:
    """For requests that take none."""
    _known(params, ())


def dry_run(params: dict[str, str]) -> bool:
    """For requests that write: whether nothing is to be stored; they take no other parameter."""
    _known(params, ("dryRun",))
    return _flag("dryRun", params.get("dryRun", "false"))


def _known(params: dict[str, str], known: tuple[str, ...]) -> None:
    for name in params:
        if name not in known:
            raise invalid({name[:80]: f"is not a parameter here{nearest(name, known)}"})


def _where(
    resource: Resource, params: dict[str, str], own: tuple[str, ...], within: Condition | None = None
) -> Condition | None:
    """All conditions; whatever is not among the request's `own` parameters is one."""
    where = joined(
        within,
        filters(resource, params, own),
        parse_filter(resource, _json(params["filter"])) if "filter" in params else None,
    )
    check_size(where)
    return where


def _span(params: dict[str, str]) -> Span:
    size = _limit(params["limit"]) if "limit" in params else None
    after, before = params.get("after"), params.get("before")
    if before is None:
        return Span(first=size, after=after, size_name="limit")
    return Span(last=DEFAULT_SIZE if size is None else size, after=after, before=before, last_name="limit")


def _json(text: str) -> Any:
    try:
        return strict_json(text.encode())
    except Fault as fault:
        raise invalid({"filter": f"is not valid JSON: {fault.text}"}) from None


def _limit(text: str) -> Any:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else text


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise invalid({name: "must be true or false"})
    return text == "true"


def _deleted(text: str | None) -> Deleted:
    if text is None:
        return Deleted.EXCLUDE
    if text.upper() not in Deleted.__members__:
        raise invalid({"deleted": "must be one of exclude, include, only"})
    return Deleted(text.upper())


def _deleted_json(value: Any) -> Deleted:
    if value is None:
        return Deleted.EXCLUDE
    if value not in list(Deleted):
        raise invalid({"deleted": "must be one of EXCLUDE, INCLUDE, ONLY"})
    return Deleted(value)


def _joined_text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if not all(isinstance(one, str) for one in value):
        raise invalid({name: "must be text or a list of texts"})
    return ",".join(value)
