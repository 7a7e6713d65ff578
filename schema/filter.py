"""The filter grammar: JSON such as `{"status": {"in": ["LEAD"]}, "not": {...}}` becomes a Condition."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schema.condition import Compare, Condition, Every, Not, Some, Through, compares
from schema.narrowing import target
from schema.operand import operand
from schema.operators import LOGIC, MAX_CONDITIONS, MAX_DEPTH, Operator, operators_of
from schema.problem import invalid, nearest
from schema.resource import MAP_KINDS, Field, Kind, Resource
from schema.values.fault import Fault
from schema.values.maps import key_fault, metadata_key


@dataclass(slots=True)
class Faults:
    """What was found wrong, by path; all of it is told at once."""

    found: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, text: str) -> None:
        self.found.setdefault(path, text)

    def raise_any(self) -> None:
        if self.found:
            raise invalid(self.found)


def parse_filter(resource: Resource, raw: Any, path: str = "filter") -> Condition | None:
    """The condition of a top-level filter; `{}` and null are no filter. Raises `validation_failed` with every fault."""
    if raw is None or raw == {}:
        return None
    faults = Faults()
    condition = _object(resource, raw, path, faults, 0)
    faults.raise_any()
    check_size(condition, path)
    return condition


def check_size(condition: Condition | None, path: str = "filter") -> None:
    """Raises `validation_failed` for a filter of too many conditions."""
    if condition is not None and sum(1 for _ in compares(condition)) > MAX_CONDITIONS:
        raise invalid({path: f"has more than {MAX_CONDITIONS} conditions"})


def _object(resource: Resource, raw: Any, path: str, faults: Faults, level: int) -> Condition | None:
    """All members of one object, joined by and; `level` counts the and, or, not and relations around it."""
    if level > MAX_DEPTH:
        faults.add("filter", f"is nested more than {MAX_DEPTH} deep")
        return None
    if not isinstance(raw, dict):
        faults.add(path, "must be an object")
        return None
    if not raw:
        faults.add(path, "must not be empty")
        return None
    return _all([_member(resource, name, value, f"{path}.{name}", faults, level) for name, value in raw.items()])


def _all(parts: list[Condition | None]) -> Condition | None:
    whole = tuple(part for part in parts if part is not None)
    return whole[0] if len(whole) == 1 else (Every(whole) if whole else None)


def _member(resource: Resource, name: str, raw: Any, path: str, faults: Faults, level: int) -> Condition | None:
    if name in ("and", "or"):
        return _list(resource, name, raw, path, faults, level)
    if name == "not":
        part = _object(resource, raw, path, faults, level + 1)
        return Not(part) if part else None
    if relation := resource.relation(name):
        part = _object(target(resource, relation), raw, path, faults, level + 1)
        return Through(relation, part) if part else None
    if (owner := resource.field(name)) and owner.filterable:
        return _field(resource, owner, raw, path, faults)
    faults.add(path, "can't be filtered by" if owner else _unknown(resource, name))
    return None


def _unknown(resource: Resource, name: str) -> str:
    return f"is not a field of {resource.name}{nearest(name, (*resource.names, *LOGIC))}"


def _list(resource: Resource, name: str, raw: Any, path: str, faults: Faults, level: int) -> Condition | None:
    if not isinstance(raw, list) or not raw:
        faults.add(path, "must be a list of at least one filter")
        return None
    parts = [_object(resource, one, f"{path}[{i}]", faults, level + 1) for i, one in enumerate(raw)]
    if name == "and":
        return _all(parts)
    whole = tuple(part for part in parts if part is not None)
    return Some(whole) if whole else None


def _field(resource: Resource, owner: Field, raw: Any, path: str, faults: Faults) -> Condition | None:
    if not isinstance(raw, dict) or not raw:
        faults.add(path, 'must be an object of operators, such as {"eq": …}')
        return None
    parts: list[Condition | None] = []
    for name, value in raw.items():
        here = f"{path}.{name}"
        member = next((m for m in owner.members if m.name == name), None)
        if member is not None:
            parts.append(_field(resource, member, value, here, faults))
        elif owner.kind in MAP_KINDS:
            parts.append(_key(resource, owner, name, value, here, faults))
        else:
            parts.append(compare(resource, owner, name, value, here, faults))
    return _all(parts)


def _key(resource: Resource, owner: Field, key: str, raw: Any, path: str, faults: Faults) -> Condition | None:
    if wrong := key_fault(owner.kind is Kind.METADATA, key):
        faults.add(path, wrong)
        return None
    if not isinstance(raw, dict) or not raw:
        faults.add(path, 'must be an object of operators, such as {"eq": …}')
        return None
    if owner.kind is Kind.METADATA:
        key = metadata_key(key)
    return _all([compare(resource, owner, op, value, f"{path}.{op}", faults, key=key) for op, value in raw.items()])


def compare(
    resource: Resource,
    owner: Field,
    name: str,
    raw: Any,
    path: str,
    faults: Faults,
    *,
    key: str | None = None,
    url: bool = False,
) -> Condition | None:
    """One operator on one field; what is wrong goes into `faults`."""
    try:
        operator = Operator(name)
    except ValueError:
        members = tuple(m.name for m in owner.members)
        known = (*members, *(str(o) for o in operators_of(owner)))
        faults.add(path, f"is not an operator here; use {', '.join(known)}{nearest(name, known)}")
        return None
    try:
        return Compare(owner, operator, operand(owner, resource, operator, raw, url=url), key)
    except Fault as fault:
        faults.add(path, fault.text)
        return None
