"""From field nodes to a Change: the root fields of a mutation, and what each asks back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues

from schema.change import Change, Create, Delete, Precondition, Restore, Rotate, Update, Upsert
from schema.graphql.operation import Operation, name_of
from schema.graphql.prepared import RootField
from schema.graphql.roots import Does, Root
from schema.graphql.selecting import record
from schema.reference import pointer
from schema.resource import Resource
from schema.selection import Record


@dataclass(frozen=True, slots=True)
class Piece:
    """A member of a payload such as CustomerUpsert or ApiKeySecret; `record` is what is asked of its record."""

    response: str
    name: str
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What a root field of a mutation does, and what it asks back: the record itself, or a payload around it."""

    change: Change
    type: str
    answer: Record | tuple[Piece, ...]
    dry_run: bool = False

    @property
    def records(self) -> list[Record]:
        """Every form in which the record is asked back."""
        if isinstance(self.answer, Record):
            return [self.answer]
        return [piece.record for piece in self.answer if piece.record]


PAYLOADS = {Does.UPSERT: "{}Upsert", Does.CREATE_KEY: "{}Secret", Does.ROTATE_KEY: "{}Secret"}


def write_of(field: RootField, variables: VariableValues) -> Write:
    """The Change behind a root field of a mutation."""
    root = field.root
    assert root is not None
    given = field.arguments.read(variables)  # which other requests share: nobody writes to it
    change, dry_run = _change(root, field.resource, given), given.get("dryRun", False)
    if root.does not in PAYLOADS:
        asked = field.once("record", lambda: record(field.op, field.resource, field.details))
        return Write(change, root.resource.type, asked, dry_run)
    payload = PAYLOADS[root.does].format(root.resource.type)
    return Write(change, payload, field.once("pieces", lambda: _pieces(field, field.resource, payload)), dry_run)


def _pieces(field: RootField, resource: Resource, payload: str) -> tuple[Piece, ...]:
    found = field.op.members(payload, field.details)
    return tuple(_piece(field.op, resource, name, nodes) for name, nodes in found.items())


def _piece(op: Operation, resource: Resource, response: str, details: FieldDetailsList) -> Piece:
    name = name_of(details)
    return Piece(response, name, record(op, resource, details) if name == resource.name else None)


def _change(root: Root, known: Resource, given: dict[str, Any]) -> Change:
    resource = root.resource
    if root.does in (Does.CREATE, Does.CREATE_KEY):
        return Create(resource, given["input"])
    by = pointer(given["id"], known)
    version = given.get("ifVersion")
    precondition = None if version is None else Precondition((version,))
    match root.does:
        case Does.UPDATE:
            return Update(resource, by, given["input"], precondition)
        case Does.UPSERT:
            return Upsert(resource, by, given["input"], precondition)
        case Does.DELETE:
            return Delete(resource, by, precondition)
        case Does.RESTORE:
            return Restore(resource, by, precondition)
        case _:
            return Rotate(resource, by, given.get("overlapSeconds"), precondition)
