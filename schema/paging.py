"""From what a caller says of a list - sort, search, page - to a Connection, by the same rules at every door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from schema.condition import Condition, signature
from schema.cursor import decode, fingerprint
from schema.narrowing import KEPT
from schema.paths import countable, sortable
from schema.problem import invalid, nearest
from schema.resource import Kind, Resource, constant_case
from schema.selection import DEFAULT_SIZE, MAX_SIZE, Connection, Deleted, Group, Order, Page, Shape
from schema.values.fault import Fault
from schema.values.text import fold, plain

MAX_SORTS = 5
MAX_GROUPS_BY = 5
MAX_WORDS = 8
MAX_SEARCH = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The page as the caller says it: sizes and cursors, not yet checked. None is absent."""

    first: Any = None
    last: Any = None
    after: Any = None
    before: Any = None
    default: int = DEFAULT_SIZE
    size_name: str = "first"  # how errors call the sizes
    last_name: str = "last"


def connection(
    resource: Resource,
    shape: tuple[Shape, ...],
    *,
    where: Condition | None = None,
    search: tuple[str, ...] = (),
    order: tuple[Order, ...] = (),
    span: Span = Span(),
    deleted: Deleted = Deleted.EXCLUDE,
) -> Connection:
    """The Connection; raises `validation_failed` for a bad page and `invalid_cursor` for a cursor of another list."""
    order = order or default_order(resource)
    bare = Connection(resource, shape, where, search, order, Page(), deleted)
    return Connection(resource, shape, where, search, order, _page(bare, span), deleted)


def mark(connection: Connection) -> str:
    """The fingerprint that binds cursors to this list."""
    order = [(o.path, o.descending) for o in connection.order]
    parts = (connection.resource.name, signature(connection.where), connection.search, order, str(connection.deleted))
    return fingerprint(parts)


def _page(bare: Connection, span: Span) -> Page:
    if span.first is not None and span.last is not None:
        raise invalid({span.last_name: f"must not stand beside {span.size_name}"})
    if span.after is not None and span.before is not None:
        raise invalid({"before": "must not stand beside after"})
    size = span.default
    for name, value in ((span.size_name, span.first), (span.last_name, span.last)):
        if value is not None:
            size = _size(name, value)
    # A lone `before` means the records just before it, as REST's `before` does.
    backward = span.last is not None or (span.before is not None and span.first is None)
    after, before = (_cursor(bare, name, text) for name, text in (("after", span.after), ("before", span.before)))
    return Page(size, backward, after, before)


def _size(name: str, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MAX_SIZE:
        raise invalid({name: f"must be a whole number from 1 to {MAX_SIZE}"})
    return value


def _cursor(bare: Connection, name: str, text: Any) -> Any:
    if text is None:
        return None
    if not isinstance(text, str):
        raise invalid({name: "must be text"})
    return decode(text, mark(bare), key_types(bare.order))


def key_types(order: tuple[Order, ...]) -> tuple[type, ...]:
    """The types of a cursor's values: one for each sort key, and the id's."""
    return (*(int if o.field.kind is Kind.INTEGER else str for o in order), str)


@lru_cache(maxsize=KEPT)
def default_order(resource: Resource) -> tuple[Order, ...]:
    created = resource.field("createdAt")
    assert created is not None
    return (Order("createdAt", (), created, True),)


@lru_cache(512)
def sort_text(resource: Resource, text: str) -> tuple[Order, ...]:
    """REST's `sort=-createdAt,client.name`."""
    keys = [(key.removeprefix("-"), key.startswith("-")) for key in text.split(",")]
    ways = sortable(resource)
    for path, _ in keys:
        if path not in ways:
            raise invalid({"sort": f"{path[:80] or 'an empty key'} is not sortable here{nearest(path, tuple(ways))}"})
    return _orders(resource, keys, "sort")


@lru_cache(maxsize=KEPT)
def sort_names(resource: Resource) -> dict[str, str]:
    """The paths to sort by, by the names that GraphQL's enum has for them."""
    return {constant_case(path): path for path in sortable(resource)}


def order_by(resource: Resource, raw: Any) -> tuple[Order, ...]:
    """GraphQL's `orderBy: [{field: CREATED_AT, direction: DESC}]`, from JSON."""
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise invalid({"orderBy": "must be a list"})
    names = sort_names(resource)
    keys = []
    for i, one in enumerate(raw):
        here = f"orderBy[{i}]"
        if not isinstance(one, dict):
            raise invalid({here: "must be an object of field and direction"})
        if unknown := [name for name in one if name not in ("field", "direction")]:
            raise invalid({f"{here}.{unknown[0]}": "is not a member of an order; use field, direction"})
        if one.get("field") not in names:
            raise invalid({f"{here}.field": f"is not sortable here{nearest(str(one.get('field')), tuple(names))}"})
        if one.get("direction", "ASC") not in ("ASC", "DESC"):
            raise invalid({f"{here}.direction": "must be one of ASC, DESC"})
        keys.append((names[one["field"]], one.get("direction") == "DESC"))
    return _orders(resource, keys, "orderBy")


def _orders(resource: Resource, keys: list[tuple[str, bool]], name: str) -> tuple[Order, ...]:
    if len(keys) > MAX_SORTS:
        raise invalid({name: f"takes at most {MAX_SORTS} keys"})
    if len({path for path, _ in keys}) < len(keys):
        raise invalid({name: "names a key twice"})
    return tuple(Order(path, *sortable(resource)[path], descending) for path, descending in keys)


def groups(resource: Resource, by: list[str] | None) -> tuple[Group, ...]:
    """The paths to count by; one to five of them."""
    ways = countable(resource)
    if not by:
        raise invalid({"by": "is needed: the fields to count by"})
    if len(by) > MAX_GROUPS_BY or len(set(by)) < len(by):
        raise invalid({"by": f"takes at most {MAX_GROUPS_BY} different fields"})
    for path in by:
        if path not in ways:
            raise invalid({"by": f"{path[:80] or 'an empty name'} can't be counted by{nearest(path, tuple(ways))}"})
    return tuple(Group(path, *ways[path]) for path in by)


def search_words(text: Any, name: str = "q") -> tuple[str, ...]:
    """The folded words of a search; at most 8. An empty search is none."""
    if text is None:
        return ()
    if not isinstance(text, str):
        raise invalid({name: "must be text"})
    try:
        words = tuple(dict.fromkeys(fold(plain(text)).split()))
    except Fault as fault:
        raise invalid({name: fault.text}) from None
    if len(words) > MAX_WORDS:
        raise invalid({name: f"takes at most {MAX_WORDS} words"})
    if len(text) > MAX_SEARCH:
        raise invalid({name: f"takes at most {MAX_SEARCH} characters"})
    return words
