"""A batch as it is sent: operations on records of any resource, read as far as that needs neither rights nor data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schema.change import Precondition
from schema.inputs.faults import step
from schema.problem import Problem, invalid, nearest
from schema.resource import Resource
from schema.resources import RESOURCES

MAX_OPERATIONS = 1000
MAX_RECORDS = 1000
"""The records that a batch changes at most, all its filters taken at their word."""


class Op(StrEnum):
    """What an operation does."""

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    DELETE = "delete"
    RESTORE = "restore"


BATCHED: Mapping[str, Resource] = {resource.plural: resource for resource in RESOURCES}
"""The resources by their names in an operation."""

MEMBERS = ("op", "resource", "id", "data", "ifVersion", "ref", "filter", "atMost")
ENVELOPE = ("atomic", "operations")

NAME = "[A-Za-z][A-Za-z0-9_-]{0,39}"
_TAKES_DATA = (Op.CREATE, Op.UPDATE, Op.UPSERT)
_BY_FILTER = (Op.UPDATE, Op.DELETE)
_SHOWN = 40
_MOST_UNKNOWN = 10


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `id` and `filter` are as they were sent: `$name` in them stands for a record made before."""

    index: int
    op: Op
    resource: Resource
    id: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    precondition: Precondition | None = None
    name: str | None = None
    filter: Mapping[str, Any] | None = None
    at_most: int = 1

    @property
    def path(self) -> str:
        return path_of(self.index)

    @property
    def records(self) -> int:
        """How many records it may change."""
        return 1 if self.filter is None else self.at_most


@dataclass(frozen=True, slots=True)
class Batch:
    """The operations in order, in the place of one that can't be one what is wrong with it.

    `unread` are the names that such have, by which others may refer to them, and where they stand."""

    operations: Sequence[Operation | Problem]
    atomic: bool = True
    unread: Mapping[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How many records it may change."""
        return sum(one.records if isinstance(one, Operation) else 1 for one in self.operations)


def path_of(index: int) -> str:
    """Where an operation stands in the batch."""
    return f"operations[{index}]"


def read_batch(body: Mapping[str, Any]) -> Batch:
    """The batch in a body or in arguments; raises `validation_failed` for what makes it none at all."""
    faults = {
        step(name): f"is not a member of a batch{nearest(name[:_SHOWN], ENVELOPE)}" for name in _unknown(body, ENVELOPE)
    }
    atomic = body.get("atomic")
    if atomic is not None and not isinstance(atomic, bool):
        faults["atomic"] = "must be true or false"
    operations = body.get("operations")
    if not isinstance(operations, list):
        faults["operations"] = "must be a list" if "operations" in body else "is needed"
    elif not 0 < len(operations) <= MAX_OPERATIONS:
        faults["operations"] = f"must be 1 to {MAX_OPERATIONS:,} operations"
    if faults:
        raise invalid(faults)
    assert isinstance(operations, list)
    read = tuple(_read(i, raw) for i, raw in enumerate(operations))
    unread = {_name(operations[i]): i for i, one in enumerate(read) if isinstance(one, Problem)}
    batch = Batch(read, atomic is not False, unread)
    if batch.records > MAX_RECORDS:
        raise invalid({"operations": f"may change {batch.records:,} records; the limit is {MAX_RECORDS:,}"})
    return batch


def _unknown(given: Mapping[str, Any], known: Sequence[str]) -> list[str]:
    return [name for name in given if name not in known][:_MOST_UNKNOWN]


def _name(raw: Any) -> str:
    name = raw.get("ref") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else ""


def _read(index: int, raw: Any) -> Operation | Problem:
    path = path_of(index)
    if not isinstance(raw, dict):
        return invalid({path: "must be an object"})
    given = {name: value for name, value in raw.items() if value is not None}
    faults = _faults(given)
    if faults:
        return invalid({f"{path}{'' if name.startswith('[') else '.'}{name}": text for name, text in faults.items()})
    version = given.get("ifVersion")
    return Operation(
        index,
        Op(given["op"]),
        BATCHED[given["resource"]],
        given.get("id", ""),
        given.get("data", {}),
        None if version is None else Precondition((version,)),
        given.get("ref"),
        given.get("filter"),
        given.get("atMost", 1),
    )


def _faults(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with the members of an operation, by their names."""
    faults = {
        step(name): f"is not a member of an operation{nearest(name[:_SHOWN], MEMBERS)}"
        for name in _unknown(given, MEMBERS)
    }
    for name, choices in (("op", tuple(Op)), ("resource", tuple(BATCHED))):
        if given.get(name) not in choices:
            faults[name] = _choose(given.get(name), choices)
    for name, type_, wrong in _TYPES:
        if name in given and not isinstance(given[name], type_):
            faults[name] = wrong
    for name, most in (("ifVersion", 2**53), ("atMost", MAX_RECORDS)):
        if name in given and not (type(given[name]) is int and 1 <= given[name] <= most):
            faults[name] = f"must be a whole number from 1 to {most:,}" if most == MAX_RECORDS else "must be a version"
    if isinstance(given.get("ref"), str) and not re.fullmatch(NAME, given["ref"]):
        faults["ref"] = "must be a letter and up to 39 letters, digits, - or _"
    if "op" not in faults:
        faults = _misplaced(Op(given["op"]), given) | faults
    if given.get("resource") == "apiKeys" and given.get("op") in (Op.CREATE, Op.UPSERT, Op.RESTORE):
        faults["op"] = _KEYS[Op(given["op"])]
    return faults


_TYPES = (
    ("id", str, "must be text: an id or a reference"),
    ("data", dict, "must be an object"),
    ("ref", str, "must be text"),
    ("filter", dict, "must be an object"),
)
_NO_KEY = "a key is made by itself, not in a batch: its secret is shown once"
_KEYS = {Op.CREATE: _NO_KEY, Op.UPSERT: _NO_KEY, Op.RESTORE: "a key that was revoked stays so"}


def _choose(given: Any, choices: Sequence[str]) -> str:
    if given is None:
        return f"is needed: {', '.join(choices)}"
    near = nearest(given[:_SHOWN], tuple(str(one) for one in choices)) if isinstance(given, str) else ""
    return f"must be one of {', '.join(choices)}{near}"


def _misplaced(op: Op, given: Mapping[str, Any]) -> dict[str, str]:
    """Members that an operation of this kind lacks, or that have no meaning in it."""
    by_filter = "filter" in given
    faults: dict[str, str] = {}
    if by_filter and op not in _BY_FILTER:
        faults["filter"] = f"has no meaning for {op}: only for {' and '.join(_BY_FILTER)}"
    if by_filter and given["filter"] == {}:
        faults["filter"] = "must not be empty"
    if "atMost" in given and not by_filter:
        faults["atMost"] = "has a meaning only beside filter"
    for name in ("id", "ifVersion", "ref"):
        if name in given and by_filter:
            faults[name] = "has no meaning beside filter"
    if op is Op.CREATE:
        faults |= {name: "has no meaning for create" for name in ("id", "ifVersion") if name in given}
    elif not by_filter and "id" not in given:
        faults["id"] = f"is needed{', or filter' if op in _BY_FILTER else ''}"
    if op in _TAKES_DATA and "data" not in given:
        faults["data"] = "is needed"
    if op not in _TAKES_DATA and "data" in given:
        faults["data"] = f"has no meaning for {op}"
    return faults
