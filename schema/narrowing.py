"""The declarations as a caller knows them from whom fields are hidden: what is hidden does not exist in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from schema.resource import Relation, Resource
from schema.resources import BY_NAME, DIRECTORY, RESOURCES
from schema.resources.fields import LIFE
from schema.resources.token import TOKEN

# Callers with other hidden fields than these many latest ones have their declarations made anew.
MAX_WORLDS = 64
KEPT = MAX_WORLDS * len(RESOURCES)
"""How many results a function keeps that is asked for each resource as each caller knows it."""

NOTHING: frozenset[str] = frozenset()


def known(resource: Resource, hidden: frozenset[str]) -> Resource:
    """The resource as those know it from whom these fields are hidden, each named like `customer.phone`."""
    return _world(settled(hidden))[resource.name] if hidden else resource


def target(resource: Resource, relation: Relation) -> Resource:
    """The resource that a relation leads to, as those know it who know `resource`."""
    return same_world(resource, relation.target)


def same_world(resource: Resource, name: str) -> Resource:
    """Another resource, by its name, as those know it who know this one."""
    return _world(resource.hidden)[name] if resource.hidden else BY_NAME[name]


@cache
def hideable(resource: Resource) -> tuple[str, ...]:
    """The names that may be hidden: every member but a record's id, version and life, without which no door works.

    Relations are among them: to hide a relation, the id behind it or the way back from its other end is all the same.
    """
    if resource not in DIRECTORY:
        return ()
    kept = {field.name for field in LIFE}
    return tuple(name for name in resource.names if name not in kept)


@lru_cache(maxsize=1024)
def settled(hidden: frozenset[str]) -> frozenset[str]:
    """All that is hidden by hiding these: of a relation its id, both its ends; nothing that can't be hidden."""
    names = {name for name in hidden if _can_be_hidden(name)}
    return frozenset(names.union(*(link for link in _links() if link & names)))


def _can_be_hidden(name: str) -> bool:
    resource, _, member = name.partition(".")
    return resource in BY_NAME and member in hideable(BY_NAME[resource])


@cache
def _links() -> tuple[frozenset[str], ...]:
    """What stands and falls together: the id that a record holds of another one, and the relations both ways."""
    return tuple(frozenset(_link(holder, relation)) for holder in DIRECTORY for relation in holder.to_one)


def _link(holder: Resource, relation: Relation) -> Iterator[str]:
    yield f"{holder.name}.{relation.name}"
    yield from (f"{holder.name}.{field.name}" for field in holder.fields if field.column == relation.key)
    other = BY_NAME[relation.target]
    for back in other.to_many:
        if back.target == holder.name and back.key == relation.key:
            yield f"{other.name}.{back.name}"


@lru_cache(maxsize=MAX_WORLDS)
def _world(hidden: frozenset[str]) -> Mapping[str, Resource]:
    """Every resource by its name; `hidden` is settled."""
    return {resource.name: _without(resource, hidden) for resource in (*RESOURCES, TOKEN)}


def _without(resource: Resource, hidden: frozenset[str]) -> Resource:
    if not hidden:
        return resource
    fields = tuple(one for one in resource.fields if f"{resource.name}.{one.name}" not in hidden)
    relations = tuple(one for one in resource.relations if f"{resource.name}.{one.name}" not in hidden)
    names = {field.name for field in fields}
    example = resource.example and {name: value for name, value in resource.example.items() if name in names}
    references = tuple(name for name in resource.references if name in names)
    return replace(resource, fields=fields, relations=relations, references=references, example=example, hidden=hidden)


def hidden_fields(resource: Resource, hidden: frozenset[str]) -> frozenset[str]:
    """The names of the fields of a resource that are hidden."""
    if not hidden:
        return NOTHING
    shown: Iterable[str] = known(resource, hidden).names
    return frozenset(resource.names).difference(shown)
