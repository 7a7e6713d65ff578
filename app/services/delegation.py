"""What an actor may hand on to a key or a token: no scope, row or field that it has not itself, and no longer life."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schema.actor import Actor
from schema.bounds import FILTERED, Filters, conditions_of, faults, filters_of, parts, read_filters
from schema.condition import compares
from schema.problem import insufficient_scope
from schema.reference import looked_up
from schema.resource import Resource
from schema.resources import BY_NAME
from schema.values.fault import Fault


def grants(actor: Actor, scopes: Iterable[str]) -> None:
    """Raises the 403 that names the first scope which the actor does not have itself."""
    for scope in scopes:
        if not actor.allows(scope):
            raise insufficient_scope(scope)


def handed_on(
    actor: Actor, filters: Mapping[str, Any], hidden: Iterable[str], known: frozenset[str] = frozenset()
) -> tuple[frozenset[str], dict[str, str]]:
    """The bounds of what the actor gives these to, its own among them; and by path what is wrong with the filters."""
    faults = unknown(actor, filters, known) or _wrong(actor, filters, known)
    try:
        return _joined(actor, filters, hidden), faults
    except Fault as fault:
        return actor.bounds, faults | {f"filters{path}": text for path, text in fault.at.items()}


def unknown(actor: Actor, filters: Mapping[str, Any], known: frozenset[str] = frozenset()) -> dict[str, str]:
    """What the actor does not know of the conditions that it gives to another, but for `known` ones and its own.

    It is told as what nobody knows is: before all else, and by the paths of what was sent.
    """
    sent = filters.sent if isinstance(filters, Filters) else filters
    found: dict[str, str] = {}
    for plural, filter_ in filters.items():
        new = filters_of(parts({plural: filter_}, ()) - known - actor.bounds)
        if new and faults(plural, new[plural], actor.hidden):
            found |= {f"filters{path}": text for path, text in faults(plural, sent[plural], actor.hidden).items()}
    return found


def _wrong(actor: Actor, filters: Mapping[str, Any], known: frozenset[str]) -> dict[str, str]:
    """What is wrong with filters that the actor gives to another; raises the 403 of a scope.

    What a filter finds tells of what it looks into: so it looks only into what the actor can see itself. That does not
    hold of `known` conditions, nor of those that bound the actor.
    """
    found: dict[str, str] = {}
    for plural, filter_ in filters.items():
        if new := parts({plural: filter_}, ()) - known - actor.bounds:
            actor.require(FILTERED[plural].read_scope)
            _may_look_up(actor, new)
            found |= dict(_unseen(actor, FILTERED[plural], filters_of(new)[plural], f"filters.{plural}"))
    return found


def _may_look_up(actor: Actor, conditions: frozenset[str]) -> None:
    for condition in conditions_of(conditions).values():
        for one in compares(condition):
            for resource in looked_up(one.operands):
                actor.require(resource.read_scope)


def _unseen(actor: Actor, resource: Resource, filter_: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Every member of a filter that looks into records of which the actor sees a part, and what is to be said of it."""
    for name, value in filter_.items():
        here = f"{path}.{name}"
        if name == "not":
            yield from _unseen(actor, resource, value, here)
        elif name in ("and", "or"):
            for i, one in enumerate(value):
                yield from _unseen(actor, resource, one, f"{here}[{i}]")
        else:
            yield from _member(actor, resource, name, value, here)


def _member(actor: Actor, resource: Resource, name: str, value: Any, path: str) -> Iterator[tuple[str, str]]:
    relation, field = resource.relation(name), resource.field(name)
    pointed = relation.target if relation else field.target if field else ""
    if pointed in actor.filters:
        yield path, f"must not look into {BY_NAME[pointed].plural}, of which the key that asks sees a part"
    elif relation:
        actor.require(BY_NAME[relation.target].read_scope)
        yield from _unseen(actor, BY_NAME[relation.target], value, path)


def _joined(actor: Actor, filters: Mapping[str, Any], hidden: Iterable[str]) -> frozenset[str]:
    """These bounds and the actor's; raises Faults where a filter becomes too long or too deep for one."""
    bounds = parts(filters, hidden) | actor.bounds
    if actor.bounds:
        read_filters(filters_of(bounds))
    return bounds


def outlives(actor: Actor, expires_at: str | None) -> bool:
    """Whether a key that ends then lives longer than the actor's own key or token."""
    return actor.ends_at is not None and (expires_at is None or expires_at > actor.ends_at)
