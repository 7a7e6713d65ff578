"""One row's cells as the data of a record: text becomes what the field's kind asks for, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.services.imports.columns import Column
from app.services.imports.target import NAME_PARTS, Target
from schema.resource import Kind, Resource
from schema.values.fault import Fault
from schema.values.person import full_name
from schema.values.text import blank

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_PARTS = re.compile(r"[,;|\r\n]")


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell, or with the row (no column)."""

    column: str
    value: str
    reason: str


@dataclass(slots=True)
class Draft:
    """What a row says: of its record, and of the records that its relations are to find, by relation."""

    data: dict[str, Any] = field(default_factory=dict)
    related: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[CellFault] = field(default_factory=list)


def draft_of(resource: Resource, columns: Sequence[Column], cells: Sequence[str], null_word: str | None) -> Draft:
    """Blank cells are left out: they neither set nor clear a field; the null word clears it."""
    draft = Draft()
    for column in columns:
        cell = cells[column.index]
        if column.target is None or blank(cell):
            continue
        try:
            value = None if null_word is not None and cell.strip() == null_word else _value(column.target, cell)
            _put(draft, column.target, value)
        except Fault as fault:
            draft.faults.append(CellFault(column.shown, cell, fault.text))
    _compose_name(resource, draft.data)
    return draft


def faults_of(errors: Mapping[str, Sequence[str]], columns: Sequence[Column], cells: Sequence[str]) -> list[CellFault]:
    """The faults of a validation, at the columns that their paths come from."""
    found: list[tuple[int, CellFault]] = []
    for path, reasons in errors.items():
        column = next((column for column in columns if column.target and _stems_from(path, column.target)), None)
        for reason in reasons:
            if column:
                found.append((column.index, CellFault(column.shown, cells[column.index], reason)))
            else:
                found.append((len(columns), CellFault("", "", f"{path}: {reason}" if path else reason)))
    return [fault for _, fault in sorted(found, key=lambda one: one[0])]


def _value(target: Target, cell: str) -> Any:
    if target.system:
        return f"{target.system}:{cell.strip()}"
    if target.is_list:
        return [part.strip() for part in _PARTS.split(cell) if not blank(part)]
    match target.field.kind:
        case Kind.METADATA:
            return cell
        case Kind.INTEGER:
            if not _WHOLE.fullmatch(cell.strip()):
                raise Fault("is not a whole number")
            return int(cell)
        case Kind.ENUM:
            return cell.strip().upper()
        case Kind.ID:
            return cell.strip()
        case _:
            return cell


def _put(draft: Draft, target: Target, value: Any) -> None:
    place = draft.related.setdefault(target.relation.name, {}) if target.relation else draft.data
    if value is None and not (target.field.nullable or target.is_list or target.key):
        return  # what cannot be null keeps its value, or its default
    if target.parent:
        place.setdefault(target.parent, {})[target.key or target.field.name] = value
    elif target.is_list:
        place[target.path.rpartition(".")[2]] = place.get(target.path.rpartition(".")[2], []) + (value or [])
    else:
        place[target.field.name] = value


def _compose_name(resource: Resource, data: dict[str, Any]) -> None:
    if resource.field(NAME_PARTS[0]):
        return
    given, family = (data.pop(part, "").strip() for part in NAME_PARTS)
    if name := full_name(given, family, None, None):
        data["name"] = name


def _stems_from(path: str, target: Target) -> bool:
    if target.relation:
        return path == target.path or path == target.slot
    stem = "name" if target.path in NAME_PARTS and path == "name" else target.slot
    return path == stem or path.startswith((f"{stem}.", f"{stem}["))
