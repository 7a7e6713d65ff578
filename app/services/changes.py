"""Change records: what each write did, by whom and through which door, for the history of a record."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from app.services.rows import Values, changed, ordered
from app.services.sql.dialect import DIALECTS
from schema.change import Action, Call
from schema.resource import Resource, constant_case

# The change record has these itself.
_BESIDE = ("id", "version", "updatedAt")
_COLUMNS = ("at", "resource", "record", "action", "version", "changes", "key_id", "user_id", "source", "trace_id")


def resource_word(resource: Resource) -> str:
    """`CUSTOMER`, `API_KEY`: what a change record calls the resource."""
    return constant_case(resource.name)


def differences(resource: Resource, before: Values | None, after: Values) -> dict[str, list[Any]]:
    """`{field: [before, after]}` for each field that differs, whole values of lists, maps and `address`.

    A new record's fields differ where they hold something: null, [] and {} are what it is made from.
    """
    if before is None:
        held = [f for f in resource.fields if after[f.name] not in (None, [], {})]
        return {f.name: [None, ordered(f, after[f.name])] for f in held if f.name not in _BESIDE}
    fields = [f for f in changed(resource, before, after) if f.name not in _BESIDE]
    return {f.name: [ordered(f, before[f.name]), ordered(f, after[f.name])] for f in fields}


@cache
def change_statement(dialect: str) -> str:
    """Stores a change record."""
    places = [
        DIALECTS[dialect].placeholder(i, "bigint" if column == "version" else "text")
        for i, column in enumerate(_COLUMNS, 1)
    ]
    return f"INSERT INTO changes ({', '.join(_COLUMNS)}) VALUES ({', '.join(places)})"


def change_row(call: Call, resource: Resource, action: Action, before: Values | None, after: Values) -> tuple[Any, ...]:
    """The change record of a write, in the order of the statement's columns."""
    return (
        after["updatedAt"],
        resource_word(resource),
        after["id"],
        str(action),
        after["version"],
        json.dumps(differences(resource, before, after), ensure_ascii=False, separators=(",", ":")),
        call.actor.key_id,
        call.actor.user_id,
        str(call.source),
        call.trace_id,
    )
