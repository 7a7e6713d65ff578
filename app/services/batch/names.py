"""The names of records in a batch: `$a` stands for an id until the record that it names has been made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.services.ids import new_id
from schema.batch import Batch, Operation, path_of
from schema.condition import Compare, Condition, Every, Not, Some, Through
from schema.narrowing import same_world, target
from schema.operators import MAX_VALUES
from schema.problem import nearest
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.values.fault import Fault

_SIGN = "$"
_SHOWN = 40
# A batch may name thousands that are none, and what is near is found by comparing with each that there is.
_MOST_HINTS = 10
_MOST_COMPARED = 100
Faults = dict[str, str]


@dataclass(frozen=True, slots=True)
class Named:
    """An operation with a name, and the id that stands for its record's, which nobody can know."""

    operation: Operation
    stand_in: str


class Names:
    """Which operation each name of a batch means: the first that has it; `repeated` are later ones, by their index."""

    def __init__(self, batch: Batch) -> None:
        self._named: dict[str, Named] = {}
        self.repeated: dict[int, int] = {}
        for one in batch.operations:
            if not isinstance(one, Operation) or one.name is None:
                continue
            first = self._named.setdefault(one.name, Named(one, new_id(one.resource.prefix))).operation
            if first is not one:
                self.repeated[one.index] = first.index
        self._unread = batch.unread
        self._hints = 0
        self.index_of: dict[str, int] = {one.stand_in: one.operation.index for one in self._named.values()}
        self.stand_in_of: Mapping[int, str] = {index: stand_in for stand_in, index in self.index_of.items()}

    def meant(self, text: Any, resource: Resource, at: int) -> Any:
        """The stand-in where a name stands for a reference in the operation `at`; any other value as it is.

        Raises Fault for a name that means no earlier record of this resource.
        """
        if not isinstance(text, str) or not text.startswith(_SIGN):
            return text
        name = text[len(_SIGN) :]
        named = self._named.get(name)
        if named is None and self._unread.get(name, at) < at:
            return self._of_unread(self._unread[name], resource)
        if named is None:
            raise Fault(f"names no operation of this batch{self._hint(name)}")
        if named.operation.index >= at:
            raise Fault(f"names {path_of(named.operation.index)}, which does not come before this one")
        if named.operation.resource.name != resource.name:
            raise Fault(f"names a {named.operation.resource.name}; a {resource.name} is meant here")
        return named.stand_in

    def _hint(self, name: str) -> str:
        self._hints += 1
        return nearest(name[:_SHOWN], list(self._named)[:_MOST_COMPARED]) if self._hints <= _MOST_HINTS else ""

    def _of_unread(self, index: int, resource: Resource) -> str:
        """The id that stands for the record of an operation that is none: it will not be made."""
        stand_in = new_id(resource.prefix)
        self.index_of[stand_in] = index
        return stand_in


def in_data(names: Names, resource: Resource, data: Mapping[str, Any], at: int, faults: Faults) -> dict[str, Any]:
    """The data with stand-ins where fields point at other records; what is wrong with names goes into `faults`."""
    found = dict(data)
    for field in resource.writable:
        if field.kind is Kind.ID and field.name in found:
            to = _pointed(resource, field)
            try:
                found[field.name] = names.meant(found[field.name], to, at)
            except Fault as fault:
                faults[f"data.{field.name}"] = fault.text
                del found[field.name]
    return found


def in_filter(names: Names, resource: Resource, raw: Any, at: int, faults: Faults, path: str = "filter") -> Any:
    """The filter with stand-ins where its operands are references."""
    if not isinstance(raw, dict):
        return raw
    return {name: _member(names, resource, name, value, at, faults, f"{path}.{name}") for name, value in raw.items()}


def _member(names: Names, resource: Resource, name: str, raw: Any, at: int, faults: Faults, path: str) -> Any:
    if name in ("and", "or") and isinstance(raw, list):
        return [in_filter(names, resource, one, at, faults, f"{path}[{i}]") for i, one in enumerate(raw)]
    if name == "not":
        return in_filter(names, resource, raw, at, faults, path)
    if relation := resource.relation(name):
        return in_filter(names, target(resource, relation), raw, at, faults, path)
    field = resource.field(name)
    if field is None or field.kind is not Kind.ID or not isinstance(raw, dict):
        return raw
    to = _pointed(resource, field)

    def meant(text: Any, where: str) -> Any:
        try:
            return names.meant(text, to, at)
        except Fault as fault:
            faults[where] = fault.text
            return to.prefix + "_" + "0" * 26  # an id that nobody has: what else is wrong can be told

    def operand(operator: str, value: Any) -> Any:
        if isinstance(value, list):
            few = value[:MAX_VALUES]  # of more than that the filter is refused whatever they are
            return [*(meant(one, f"{path}.{operator}[{i}]") for i, one in enumerate(few)), *value[MAX_VALUES:]]
        return meant(value, f"{path}.{operator}")

    return {operator: operand(operator, value) for operator, value in raw.items()}


def _pointed(resource: Resource, field: Field) -> Resource:
    return same_world(resource, field.target or resource.name)


# -- when the records are made --------------------------------------------------------------------------------------


def in_condition(condition: Condition, id_of: Callable[[Reference], Reference]) -> Condition:
    """The condition with true references in the place of stand-ins."""

    def operand(value: Any) -> Any:
        if isinstance(value, Reference):
            return id_of(value)
        return tuple(operand(one) for one in value) if isinstance(value, tuple) else value

    match condition:
        case Compare(value=value):
            return replace(condition, value=operand(value))
        case Through(where=part):
            return replace(condition, where=in_condition(part, id_of))
        case Not(part=part):
            return Not(in_condition(part, id_of))
        case Every(parts=parts):
            return Every(tuple(in_condition(part, id_of) for part in parts))
        case Some(parts=parts):
            return Some(tuple(in_condition(part, id_of) for part in parts))
