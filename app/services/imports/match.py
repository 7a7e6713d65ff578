"""How a row finds the record that it updates: by a unique field, or by an id in another system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.imports.columns import Column
from app.services.imports.draft import CellFault
from app.services.imports.file import Unreadable
from app.services.imports.target import Target, target_of
from schema.inputs import Given
from schema.problem import nearest
from schema.reference import Reference
from schema.resource import Kind, Resource
from schema.values.email import exact
from schema.values.fault import Fault


@dataclass(frozen=True, slots=True)
class Match:
    """`column` is the one whose cells hold the key."""

    target: Target
    column: Column

    def reference(self, resource: Resource, given: Given) -> Reference | None:
        """The record that a row means by its normalised values; None when it does not say."""
        if self.target.key:
            value = (given.get(self.target.field.name) or {}).get(self.target.key)
        else:
            value = given.get(self.target.field.name)
        if value is None:
            return None
        compared = exact(value) if self.target.field.kind is Kind.EMAIL else value
        return Reference(resource.name, self.target.key or self.target.field.name, compared)

    def blank(self) -> CellFault:
        return CellFault(self.column.shown, "", "is blank, but it is what rows are matched by")


def match_of(resource: Resource, columns: Sequence[Column], path: str) -> Match:
    """Reads `email`, `domain` or `externalIds.erp`; raises Unreadable for any other, or one that no column holds."""
    ways = (*resource.references, "externalIds.<system>")
    try:
        target = target_of(resource, path)
    except Fault as fault:
        raise Unreadable(f"rows cannot be matched by {path[:80]!r}: {fault.text}") from None
    if path not in resource.references and target.field.kind is not Kind.EXTERNAL_IDS:
        raise Unreadable(f"rows of {resource.plural} are matched by {' or '.join(ways)}{nearest(path, ways)}")
    column = next((column for column in columns if column.target and column.target.path == path), None)
    if column is None:
        raise Unreadable(f"no column is mapped to {path}, by which the rows are to be matched")
    return Match(target, column)
