"""The conditions of a query string, one a parameter: `status=active`, `createdAt[gte]=…`, `client.industry[in]=…`."""

from __future__ import annotations

import re

from schema.condition import Condition, Through, joined
from schema.filter import Faults, compare
from schema.narrowing import target
from schema.operators import Operator
from schema.problem import nearest
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Relation, Resource
from schema.values.maps import key_fault, metadata_key

_PARAMETER = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)(?:\[([A-Za-z]*)\])?")


def filters(resource: Resource, params: dict[str, str], own: tuple[str, ...]) -> Condition | None:
    """What all parameters but a request's `own` ask for; raises `validation_failed` with every fault."""
    faults = Faults()
    parts = [_filter(resource, name, value, own, faults) for name, value in params.items() if name not in own]
    faults.raise_any()
    return joined(*parts)


def _filter(resource: Resource, name: str, value: str, own: tuple[str, ...], faults: Faults) -> Condition | None:
    match = _PARAMETER.fullmatch(name)
    if match is None:
        faults.add(name[:80], f"is not a parameter here{nearest(name, (*own, *resource.names))}")
        return None
    path, operator = match[1], match[2]
    found = _walk(resource, path)
    if isinstance(found, str):
        known = "." in path or path in resource.names
        faults.add(name[:80], found if known else f"is not a parameter here{nearest(path, (*own, *resource.names))}")
        return None
    hops, owner, at, key = found
    condition = compare(
        at, owner, operator if operator is not None else _plain_operator(owner), value, name, faults, key=key, url=True
    )
    for hop in reversed(hops):
        condition = Through(hop, condition) if condition else None
    return condition


def _plain_operator(owner: Field) -> str:
    return str(Operator.HAS if owner.kind in LIST_KINDS else Operator.EQ)


def _walk(resource: Resource, path: str) -> tuple[list[Relation], Field, Resource, str | None] | str:
    """The relations, the field, its resource and the key of a map that a dotted path names, or what is wrong."""
    hops: list[Relation] = []
    names = path.split(".")
    for i, name in enumerate(names):
        rest = names[i + 1 :]
        if relation := resource.relation(name):
            hops.append(relation)
            resource = target(resource, relation)
            continue
        owner = resource.field(name)
        if owner is None:
            return f"{name[:40]} is not a field of {resource.name}{nearest(name, resource.names)}"
        if not owner.filterable:
            return f"{name} can't be filtered by"
        if owner.kind in MAP_KINDS:
            key = ".".join(rest)
            of_metadata = owner.kind is Kind.METADATA
            wrong = key_fault(of_metadata, key) if rest else f"needs a key, as in {owner.name}.plan"
            return wrong or (hops, owner, resource, metadata_key(key) if of_metadata else key)
        if owner.members and rest:
            member = next((m for m in owner.members if m.name == rest[0]), None)
            if member is None or len(rest) > 1:
                return f"{path[:80]} is not a field{nearest(rest[0], tuple(m.name for m in owner.members))}"
            return hops, member, resource, None
        if rest:
            return f"{name} has no members"
        return hops, owner, resource, None
    return f"{path[:80]} is a relation: name one of its fields, as in {path[:80]}.{resource.fields[0].name}"
