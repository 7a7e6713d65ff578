"""From field nodes to a Change: the root fields of a mutation, and what each asks back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList

from schema.change import Change, Create, Delete, Precondition, Restore, Update, Upsert
from schema.graphql.operation import Operation, name_of
from schema.graphql.roots import Does, Root
from schema.graphql.selecting import record
from schema.reference import Reference, pointer
from schema.resource import Resource
from schema.selection import Record


@dataclass(frozen=True, slots=True)
class CreateKey:
    """A new key; its secret is in the answer."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RotateKey:
    """A new secret for a key; the old one lives on for the overlap."""

    by: Reference
    overlap_seconds: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A member of a payload such as CustomerUpsert or ApiKeySecret; `record` is what is asked of its record."""

    response: str
    name: str
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What a root field of a mutation does, and what it asks back: the record itself, or a payload around it."""

    change: Change | CreateKey | RotateKey
    type: str
    answer: Record | tuple[Piece, ...]

    def records(self) -> Iterator[Record]:
        """Every form in which the record is asked back."""
        if isinstance(self.answer, Record):
            yield self.answer
        else:
            yield from (piece.record for piece in self.answer if piece.record)


PAYLOADS = {Does.UPSERT: "{}Upsert", Does.CREATE_KEY: "{}Secret", Does.ROTATE_KEY: "{}Secret"}


def write_of(op: Operation, root: Root, details: FieldDetailsList) -> Write:
    """The Change behind a root field of a mutation."""
    given = op.arguments("Mutation", details)
    change = _change(root, given)
    if root.does not in PAYLOADS:
        return Write(change, root.resource.type, record(op, root.resource, details))
    payload = PAYLOADS[root.does].format(root.resource.type)
    found = op.members(payload, details)
    return Write(change, payload, tuple(_piece(op, root.resource, name, nodes) for name, nodes in found.items()))


def _piece(op: Operation, resource: Resource, response: str, details: FieldDetailsList) -> Piece:
    name = name_of(details)
    return Piece(response, name, record(op, resource, details) if name == resource.name else None)


def _change(root: Root, given: dict[str, Any]) -> Change | CreateKey | RotateKey:
    resource = root.resource
    if root.does is Does.CREATE_KEY:
        return CreateKey(given["input"])
    if root.does is Does.CREATE:
        return Create(resource, given["input"])
    by = pointer(given["id"], resource)
    version = given.get("ifVersion")
    precondition = None if version is None else Precondition((version,))
    match root.does:
        case Does.UPDATE:
            return Update(resource, by, given["input"], precondition)
        case Does.UPSERT:
            return Upsert(resource, by, given["input"])
        case Does.DELETE:
            return Delete(resource, by, precondition)
        case Does.RESTORE:
            return Restore(resource, by)
        case _:
            return RotateKey(by, given.get("overlapSeconds", 86_400))
