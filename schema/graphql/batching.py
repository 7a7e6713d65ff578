"""From the root field `batch` to a Batch, and to what it asks of each result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql.execution.collect_fields import FieldDetailsList
from graphql.execution.values import VariableValues

from schema.batch import Batch, read_batch
from schema.graphql.coercion import plain
from schema.graphql.operation import Operation, name_of
from schema.graphql.prepared import RootField

Names = tuple[tuple[str, str], ...]
"""Members that are asked for: the name in the answer, and the member's own."""


@dataclass(frozen=True, slots=True)
class BatchWrite:
    """A batch, and what is asked of each result and of its error."""

    batch: Batch
    members: Names
    error: Mapping[str, Names]
    dry_run: bool = False


def batch_of(field: RootField, variables: VariableValues) -> BatchWrite:
    """The Batch behind the root field, and what it asks back."""
    given: dict[str, Any] = plain(field.arguments.read(variables))
    members, error = field.once("results", lambda: _asked(field))
    dry_run = bool(given.pop("dryRun", False))
    return BatchWrite(read_batch(given), members, error, dry_run)


def _asked(field: RootField) -> tuple[Names, Mapping[str, Names]]:
    found = field.op.members("OperationResult", field.details)
    errors = {name: _names(field.op, nodes) for name, nodes in found.items() if name_of(nodes) == "error"}
    return tuple((name, name_of(nodes)) for name, nodes in found.items()), errors


def _names(op: Operation, details: FieldDetailsList) -> Names:
    return tuple((name, name_of(nodes)) for name, nodes in op.members("OperationError", details).items())
