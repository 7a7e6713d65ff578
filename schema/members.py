"""The members of a record that REST gives: its default fields, `fields=` and `expand=`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from schema.narrowing import KEPT, target
from schema.problem import invalid, nearest
from schema.resource import Field, Relation, Resource
from schema.selection import Leaf, Member, One, Part, Record

MAX_HOPS = 4


@dataclass(slots=True)
class _Level:
    """What is asked of one record: named fields (None: the defaults), members of addresses, relations."""

    resource: Resource
    named: set[str] | None = None
    parts: dict[str, set[str]] = field(default_factory=dict)
    relations: dict[str, _Level] = field(default_factory=dict)

    def name(self, field_name: str) -> None:
        self.named = (self.named or set()) | {field_name}


@lru_cache(maxsize=KEPT)
def default_record(resource: Resource) -> Record:
    """Every field, in the declared order."""
    return Record(resource, tuple(Leaf(f.name, f) for f in resource.fields))


@lru_cache(512)
def record(resource: Resource, fields: str | None = None, expand: str | None = None) -> Record:
    """The record that `fields` and `expand` ask for; raises `validation_failed` that names each bad path."""
    if fields is None and expand is None:
        return default_record(resource)
    top = _Level(resource)
    faults: dict[str, str] = {}
    for path in _paths(fields):
        if wrong := _add_field(top, path):
            faults.setdefault("fields", wrong)
    for path in _paths(expand):
        if wrong := _add_relation(top, path):
            faults.setdefault("expand", wrong)
    if faults:
        raise invalid(faults)
    return _build(top)


def _paths(text: str | None) -> list[str]:
    return [] if text is None else text.split(",")


def _step(level: _Level, name: str, path: str) -> _Level | str:
    """The level one relation further, or what is wrong."""
    relation = level.resource.relation(name)
    if relation is None:
        names = tuple(r.name for r in level.resource.to_one)
        return f"{path[:80]}: {name[:40]} is not a relation of {level.resource.name}{nearest(name, names)}"
    if relation.many:
        return f"{path[:80]}: {_route(level.resource, relation)} gives a to-many relation, page by page"
    return level.relations.setdefault(name, _Level(target(level.resource, relation)))


def _route(resource: Resource, relation: Relation) -> str:
    return f"GET /{resource.path}/{{ref}}/{relation.name}"


def _add_relation(level: _Level, path: str) -> str | None:
    names = path.split(".")
    if len(names) > MAX_HOPS:
        return f"{path[:80]} goes more than {MAX_HOPS} relations deep"
    for name in names:
        step = _step(level, name, path)
        if isinstance(step, str):
            return step
        level = step
    return None


def _add_field(level: _Level, path: str) -> str | None:
    *ways, last = path.split(".")
    if len(ways) > MAX_HOPS:
        return f"{path[:80]} goes more than {MAX_HOPS} relations deep"
    for i, name in enumerate(ways):
        owner = level.resource.field(name)
        if owner is not None and owner.members and i == len(ways) - 1:
            return _add_part(level, owner, last, path)
        step = _step(level, name, path)
        if isinstance(step, str):
            return step
        level = step
    if level.resource.field(last):
        level.name(last)
        return None
    relation = level.resource.relation(last)
    if relation is None:
        return f"{path[:80]} is not a field of {level.resource.name}{nearest(last, level.resource.names)}"
    step = _step(level, last, path)
    return step if isinstance(step, str) else None


def _add_part(level: _Level, owner: Field, last: str, path: str) -> str | None:
    if last not in {m.name for m in owner.members}:
        return f"{path[:80]} is not a member of {owner.name}{nearest(last, tuple(m.name for m in owner.members))}"
    level.parts.setdefault(owner.name, set()).add(last)
    level.named = level.named or set()
    return None


def _build(level: _Level) -> Record:
    members: list[Member] = []
    for owner in level.resource.fields:
        if level.named is None or owner.name in level.named:
            members.append(Leaf(owner.name, owner))
        elif owner.name in level.parts:
            asked = level.parts[owner.name]
            members.append(Part(owner.name, owner, tuple(Leaf(m.name, m) for m in owner.members if m.name in asked)))
    for relation in level.resource.to_one:
        if relation.name in level.relations:
            members.append(One(relation.name, relation, _build(level.relations[relation.name])))
    return Record(level.resource, tuple(members))
