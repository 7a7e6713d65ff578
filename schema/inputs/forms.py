"""The forms of input: one for creating and one for updating each resource, derived from its fields, for every door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from schema.inputs.faults import no_field, no_member, told, within
from schema.inputs.values import Reader, reader
from schema.problem import invalid
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.values.fault import Fault, Faults

Given = dict[str, Any]
"""The normalised values that a caller gave, by field: absent stays absent; None clears; maps and `address` hold only
the keys that were given; a reference is a Reference."""

Purpose = Literal["create", "update"]
# Few keys from which fields are hidden write.
_FORMS = 128


def for_create(resource: Resource, data: Mapping[str, Any]) -> Given:
    """The values of a new record; raises `validation_failed` with every fault."""
    return _checked(resource, "create", data)


def for_update(resource: Resource, data: Mapping[str, Any]) -> Given:
    """The values of a merge patch; raises `validation_failed` with every fault."""
    return _checked(resource, "update", data)


def references(resource: Resource, given: Given) -> dict[str, Reference]:
    """Those of the values that are references to records, by their fields."""
    return {name: value for name in _pointing(resource) if isinstance(value := given.get(name), Reference)}


def pointed(resource: Resource, given: Given, by: Callable[[Reference], Any]) -> Given:
    """The values, with what `by` gives in the place of each reference."""
    return given | {name: by(one) for name, one in references(resource, given).items()}


@cache
def _pointing(resource: Resource) -> tuple[str, ...]:
    return tuple(f.name for f in resource.writable if f.kind is Kind.ID)


@dataclass(frozen=True, slots=True)
class Form:
    """Every member that an object may have, in the declared order, each read by its own reader."""

    readers: Mapping[str, Reader]
    needed: frozenset[str] = frozenset()

    def read(self, data: Mapping[str, Any]) -> tuple[Given, dict[str, str], list[str]]:
        """What was given, in the declared order; what is wrong with it, by path; the names that are no members."""
        given: Given = {}
        wrong: dict[str, str] = {}
        for name, read in self.readers.items():
            if name in data:
                try:
                    given[name] = read(data[name])
                except Fault as fault:
                    wrong.update((name + path, text) for path, text in fault.at.items())
            elif name in self.needed:
                wrong[name] = "is needed"
        known = len(data) == len(given)
        return given, wrong, [] if known else [name for name in data if name not in self.readers]


@lru_cache(maxsize=_FORMS)
def form(resource: Resource, purpose: Purpose) -> Form:
    """The form of an input: every field that the caller may set."""
    fields = [f for f in resource.writable if purpose == "create" or f.access == "write"]
    needed = frozenset(f.name for f in fields if purpose == "create" and f.required)
    return Form({f.name: _reader(resource, f) for f in fields}, needed)


def _reader(resource: Resource, field: Field) -> Reader:
    return _address(resource, field) if field.kind is Kind.ADDRESS else reader(resource, field)


def _address(resource: Resource, field: Field) -> Reader:
    form = Form({member.name: reader(resource, member) for member in field.members})

    def address(raw: Any) -> Given | None:
        if raw is None:
            return None
        if not isinstance(raw, dict):
            raise Fault("must be an object")
        given, wrong, others = form.read(raw)
        if wrong or others:
            found = told(wrong, others, lambda name: no_member(field, name))
            raise Faults({within(path): text for path, text in found.items()})
        return given

    return address


def _checked(resource: Resource, purpose: Purpose, data: Mapping[str, Any]) -> Given:
    if not isinstance(data, Mapping):
        raise invalid({"": "must be an object"})
    given, wrong, others = form(resource, purpose).read(data)
    if wrong or others:
        raise invalid(told(wrong, others, lambda name: no_field(resource, purpose, name)))
    return given
