"""Create or update by a reference: what the reference means, and what it adds to a new record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from schema.change import Upsert
from schema.inputs import Given
from schema.problem import invalid
from schema.reference import Reference
from schema.values.domain import domain
from schema.values.email import email, exact
from schema.values.fault import Fault
from schema.values.maps import external_id


def meant(change: Upsert, given: Given) -> Upsert:
    """The change with its reference's value in normal form; raises when it can't be stored, or the body says another.

    A value that is no valid address finds nothing when it is read, but here it would become part of a record.
    """
    by = change.by
    if by.by_id:
        return change
    path = f"externalIds.{by.key}" if by.external else by.key
    try:
        by = by._replace(value=_normal(by))
    except Fault as fault:
        raise invalid({path: fault.text}) from None
    if not _agrees(by, given):
        raise invalid({path: f"must be {by.value}, as in the reference, or absent"})
    return replace(change, by=by)


def create_data(change: Upsert) -> Mapping[str, Any]:
    """The body of a new record, the reference's value filled in where it is absent."""
    by = change.by
    if by.external:
        return {**change.data, "externalIds": {by.key: by.value, **change.data.get("externalIds", {})}}
    return {by.key: by.value, **change.data}


def _normal(by: Reference) -> str:
    match by.key:
        case "email":
            return exact(email(by.value))
        case "domain":
            return domain(by.value)
    return external_id(by.value)


def _agrees(by: Reference, given: Given) -> bool:
    """Whether the values given leave the reference's own as it is; null would clear it."""
    if by.external:
        ids = given.get("externalIds", {})
        return ids is not None and ids.get(by.key, by.value) == by.value
    value = given.get(by.key, by.value)
    return value is not None and (exact(value) if by.key == "email" else value) == by.value
