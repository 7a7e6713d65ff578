"""Filters that are worth trying on a random directory, also as those may write them from whom fields are hidden."""

from __future__ import annotations

import random
from typing import Any

from schema.narrowing import same_world, target
from schema.operators import Operator, operators_of
from schema.resource import Field, Kind, Resource
from tests.oracle import Directory
from tests.world import NAMES, TAGS

Json = dict[str, Any]


def operands(world: Directory, resource: Resource, path: str, owner: Field, operator: Operator) -> list[Any]:
    """Values worth trying: some that are there, and some that are not."""
    if operator is Operator.IS_NULL:
        return [True, False]
    values = sorted({str(v) for one in world.records[resource.name] if (v := _at(one, path)) is not None})
    match owner.kind:
        case Kind.ENUM:
            found: list[Any] = list(owner.choices)
        case Kind.INTEGER:
            found = [0, 1, 7, -5]
        case Kind.INSTANT:
            found = ["2021-01-15T12:00:00.001Z", "2024-06-15T17:30:00+05:30"]
        case Kind.ID:
            other = same_world(resource, owner.target or resource.name)
            live = world.live(other) or [{"id": f"{other.prefix}_01h455vb4pex5vsknk084sn02q", "email": "no@x.io"}]
            references = [f"email:{live[0]['email'].upper()}"] if other.name == "user" and other.references else []
            external = ["erp:3"] if other.field("externalIds") else []
            found = [live[0]["id"], live[-1]["id"], *external, *references]
        case _:
            found = [*values[:3], *NAMES[:2], "%", "_", "\\", "a"]
    if operator in (Operator.IN, Operator.NOT_IN):
        return [found[:3], found[-1:], []]
    return found


def _at(record: Json, path: str) -> Any:
    for name in path.split("."):
        record = (record or {}).get(name)  # type: ignore[assignment]
    return record


def nested(path: str, test: Json) -> Json:
    for name in reversed(path.split(".")):
        test = {name: test}
    return test


def some_filter(world: Directory, r: random.Random, resource: Resource, level: int) -> Json:
    kinds = ["field"] * 3 + (["and", "or", "not", "relation", "both"] if level < 4 else [])
    match r.choice(kinds):
        case "and" | "or" as name:
            return {name: [some_filter(world, r, resource, level + 1) for _ in range(r.randrange(1, 4))]}
        case "not":
            return {"not": some_filter(world, r, resource, level + 1)}
        case "relation" if resource.relations:
            relation = r.choice(resource.relations)
            return {relation.name: some_filter(world, r, target(resource, relation), level + 1)}
        case "both":
            return some_filter(world, r, resource, level + 1) | some_filter(world, r, resource, level + 1)
        case _:
            path, owner = r.choice([way for way in resource.scalars if way[1].kind is not Kind.METADATA])
            if owner.kind in (Kind.TAGS, Kind.EMAILS, Kind.PHONES):
                return nested(path, {"has": r.choice(TAGS)})
            if owner.kind is Kind.EXTERNAL_IDS:
                return {"externalIds": {"erp": {"eq": r.choice(("3", "e4"))}}}
            operator = r.choice(operators_of(owner))
            return nested(path, {str(operator): r.choice(operands(world, resource, path, owner, operator))})
