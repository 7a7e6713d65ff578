"""Change records: what each write did, by whom and through which door, for the history of a record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import orjson

from app.services.rows import Values, json_value, nothing_in
from app.services.sql.dialect import DIALECTS
from schema.change import Action, Call
from schema.history import OWN
from schema.resource import Field, Resource, constant_case

_COLUMNS = ("at", "resource", "record", "action", "version", "changes", "key_id", "user_id", "source", "trace_id")


@cache
def resource_word(resource: Resource) -> str:
    """`CUSTOMER`, `API_KEY`: what a change record calls the resource."""
    return constant_case(resource.name)


Differences = dict[str, list[Any]]
"""`{field: [before, after]}` of the fields that differ, whole values of lists, maps and `address`."""


def of_new(resource: Resource, told: Mapping[str, Any]) -> Differences:
    """Those of a new record that is `leaving`: its fields differ where they hold something."""
    return {name: [None, value] for name, nothing in _told_of_new(resource) if (value := told[name]) != nothing}


@cache
def _told_of_new(resource: Resource) -> list[tuple[str, Any]]:
    return [(field.name, nothing_in(field)) for field in resource.fields if field.name not in OWN]


def between(before: Values, after: Values, fields: Iterable[Field]) -> Differences:
    """Those of a record in which these fields have changed."""
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
    call: Call, resource: Resource, action: Action, after: Values, differences: Differences
) -> tuple[Any, ...]:
    """The change record of a write, in the order of the statement's columns."""
    return (
        after["updatedAt"],
        resource_word(resource),
        after["id"],
        str(action),
        after["version"],
        orjson.dumps(differences).decode(),
        call.actor.key_id,
        call.actor.user_id,
        str(call.source),
        call.trace_id,
    )
