"""Change records: what each write did, by whom and through which door, for the history of a record."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import orjson

from app.services.rows import Values, held, json_value, leaving
from app.services.sql.dialect import DIALECTS
from schema.change import Action, Call
from schema.history import OWN
from schema.resource import Field, Resource, constant_case

_COLUMNS = ("at", "resource", "record", "action", "version", "changes", "key_id", "user_id", "source", "trace_id")


@cache
def resource_word(resource: Resource) -> str:
    """`CUSTOMER`, `API_KEY`: what a change record calls the resource."""
    return constant_case(resource.name)


def differences(
    resource: Resource, before: Values | None, after: Values, fields: Iterable[Field]
) -> dict[str, list[Any]]:
    """`{field: [before, after]}` of the fields that differ, whole values of lists, maps and `address`.

    A new record's fields differ where they hold something.
    """
    if before is None:
        new = leaving(resource, after).items()
        return {name: [None, value] for name, value in new if (value or held(value)) and name not in OWN}
    differ = [f for f in fields if f.name not in OWN]
    return {f.name: [json_value(f, before[f.name]), json_value(f, after[f.name])] for f in differ}


@cache
def change_statement(dialect: str) -> str:
    """Stores a change record."""
    places = [
        DIALECTS[dialect].placeholder(i, "bigint" if column == "version" else "text")
        for i, column in enumerate(_COLUMNS, 1)
    ]
    return f"INSERT INTO changes ({', '.join(_COLUMNS)}) VALUES ({', '.join(places)})"


def change_row(
    call: Call, resource: Resource, action: Action, before: Values | None, after: Values, fields: Iterable[Field]
) -> tuple[Any, ...]:
    """The change record of a write to these fields, in the order of the statement's columns."""
    return (
        after["updatedAt"],
        resource_word(resource),
        after["id"],
        action.value,
        after["version"],
        orjson.dumps(differences(resource, before, after, fields)).decode(),
        call.actor.key_id,
        call.actor.user_id,
        call.source.value,
        call.trace_id,
    )
