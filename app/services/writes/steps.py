"""The steps that the writes of more than one resource take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from app.services import rows
from app.services.known import look_up
from app.services.rows import Stored, Values
from app.services.unit_of_work import UnitOfWork
from schema.actor import Actor
from schema.inputs import Given, references
from schema.narrowing import hidden_fields
from schema.problem import invalid, problem
from schema.reference import Reference, looked_up
from schema.resource import Field, Kind, Resource
from schema.values.email import exact
from schema.values.fault import Fault
from schema.values.maps import merge, merge_metadata
from schema.values.phone import phone

Faults = dict[str, str]
"""What is wrong with a write, by path; collected over all steps, then raised at once."""


def merged(resource: Resource, before: Stored | None, given: Given, faults: Faults) -> dict[str, Any]:
    """The record with what was given: `address` and maps key by key, anything else whole."""
    old = before.values if before else rows.empty(resource)
    after = {**old, **given}
    for name, merger in _mergers(resource).items():
        if name not in given:
            continue
        try:
            after[name] = merger(old[name], given[name])
        except Fault as fault:
            faults[name] = fault.text
    return after


@cache
def _fields(resource: Resource) -> dict[str, Field]:
    return {f.name: f for f in resource.fields}


@cache
def _mergers(resource: Resource) -> dict[str, Callable[[Any, Any], Any]]:
    """What the fields become that are not given whole, by what they were and what is given."""
    of_kind = {Kind.METADATA: _merged_metadata, Kind.EXTERNAL_IDS: _merged_ids}
    mergers: dict[str, Callable[[Any, Any], Any]] = {
        f.name: of_kind[f.kind] for f in resource.fields if f.kind in of_kind
    }
    return mergers | {f.name: _merged_address(f) for f in resource.fields if f.kind is Kind.ADDRESS}


def _merged_metadata(old: Any, new: Any) -> Any:
    return {} if new is None else merge_metadata(old, new)


def _merged_ids(old: Any, new: Any) -> Any:
    return {} if new is None else merge(old, new)


def _merged_address(field: Field) -> Callable[[Any, Any], Any]:
    nothing = {member.name: None for member in field.members}

    def merged(old: Any, new: Any) -> Any:
        members = None if new is None else nothing | (old or {}) | new
        return members if members != nothing else None

    return merged


async def resolve(work: UnitOfWork, resource: Resource, given: Given, after: dict[str, Any], faults: Faults) -> None:
    """Puts the id of the live record in the place of each reference that was given."""
    meant = references(resource, given)
    if not meant:
        return
    known = await look_up(work, meant.values())
    for name, by in meant.items():
        after[name] = known.ids.get(by)
        if after[name] is None:
            faults[name] = f"is not a live {_fields(resource)[name].target}"


def may_look_up(actor: Actor, resource: Resource, given: Given) -> None:
    """Raises the 403 for a reference into a resource that the actor may not read: whether it is there is no answer."""
    for pointed_at in looked_up(references(resource, given).values()):
        actor.require(pointed_at.read_scope)


def phones(work: UnitOfWork, resource: Resource, given: Given, after: dict[str, Any]) -> None:
    """Brings the numbers that were given to E.164 where the country of the final address, if seen, allows it."""
    seen = "address" not in hidden_fields(resource, work.call.actor.hidden)
    country = (after.get("address") or {}).get("country") if seen else None
    for name in _phones(resource):
        value = given.get(name)
        if isinstance(value, list):
            after[name] = list(dict.fromkeys(phone(one, country) for one in value))
        elif value:
            after[name] = phone(value, country)


@cache
def _phones(resource: Resource) -> tuple[str, ...]:
    return tuple(f.name for f in resource.fields if f.kind in (Kind.PHONE, Kind.PHONES))


def refuse(faults: Faults) -> None:
    """Raises `validation_failed` when a step has found anything."""
    if faults:
        raise invalid(faults)


async def free(work: UnitOfWork, resource: Resource, before: Values | None, after: Values) -> None:
    """Raises `already_exists`, naming the holders, when a live record holds a unique value that this one wants."""
    wanted = list(_wanted(resource, before, after))
    known = await look_up(work, [by for _, _, by in wanted])
    hidden = hidden_fields(resource, work.call.actor.hidden)
    taken = []
    for path, value, by in wanted:
        holder = known.ids.get(by)
        if by in known.free or (holder is not None and holder == after["id"]):
            continue
        # A holder that does not exist for the actor has no id, and a value that it does not see is not told either.
        told = "a unique value" if path.partition(".")[0] in hidden else f"{path}: {value}"
        taken.append(f"{told} is taken{f' by {holder}' if holder and told != 'a unique value' else ''}")
    if taken:
        raise problem("already_exists", "; ".join(dict.fromkeys(taken)))


def _wanted(resource: Resource, before: Values | None, after: Values) -> Iterator[tuple[str, str, Reference]]:
    """The unique values that a record has and did not have before: path, value as shown, where it is looked up."""
    for field in resource.fields:
        value = after[field.name]
        if field.unique and value is not None and (before is None or before[field.name] != value):
            compared = exact(value) if field.kind is Kind.EMAIL else value
            yield field.name, value, Reference(resource.name, field.name, compared)
        elif field.kind is Kind.EXTERNAL_IDS:
            old = {} if before is None else before[field.name]
            for system, id_ in value.items():
                if old.get(system) != id_:
                    yield f"{field.name}.{system}", id_, Reference(resource.name, system, id_)
