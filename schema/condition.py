"""Conditions: the frozen tree that a filter becomes, whichever way it was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from schema.operators import Operator
from schema.resource import Field, Relation


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against a value that is already in its comparison form; `key` names the member of a map."""

    field: Field
    operator: Operator
    value: Any
    key: str | None = None

    @property
    def operands(self) -> tuple[Any, ...]:
        """What it compares with: the one, or those of a list."""
        # A Reference is a tuple too, and no list.
        return self.value if type(self.value) is tuple else (self.value,)


@dataclass(frozen=True, slots=True)
class Through:
    """A record at the other end of the relation matches (for a to-many one: at least one live record does)."""

    relation: Relation
    where: Condition


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


Condition = Compare | Through | Every | Some | Not


def joined(*conditions: Condition | None) -> Condition | None:
    """All of them that are there, joined by and."""
    parts = tuple(c for c in conditions if c is not None)
    return parts[0] if len(parts) == 1 else (Every(parts) if parts else None)


def compares(condition: Condition) -> Iterator[Compare]:
    """Every comparison in the tree."""
    match condition:
        case Compare():
            yield condition
        case Through(where=part) | Not(part=part):
            yield from compares(part)
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from compares(part)


def signature(condition: Condition | None) -> object:
    """The condition in plain values, equal exactly when the conditions are: for the fingerprint of a cursor."""
    match condition:
        case None:
            return None
        case Compare():
            return (condition.field.column, str(condition.operator), condition.key, condition.value)
        case Through():
            return (condition.relation.name, signature(condition.where))
        case Not():
            return ("not", signature(condition.part))
        case Every() | Some():
            return (type(condition).__name__, [signature(part) for part in condition.parts])


def after_prefix(prefix: str) -> str | None:
    """The least text above all that begin with this, by code point; None when there is no bound."""
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
        prefix = prefix[:-1]
    return None
