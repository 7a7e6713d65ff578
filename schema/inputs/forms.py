"""The forms of input: one pydantic model for creating and one for updating each resource, derived from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from schema.inputs.faults import faults
from schema.inputs.values import reader
from schema.problem import invalid
from schema.resource import Field, Kind, Resource

Given = dict[str, Any]
"""The normalised values that a caller gave, by field: absent stays absent; None clears; maps and `address` hold only
the keys that were given; a reference is a schema.reference.Reference."""

Purpose = Literal["create", "update"]
# A form takes much memory, and few keys from which fields are hidden write.
_FORMS = 128
_STRICT = ConfigDict(extra="forbid", protected_namespaces=())


def for_create(resource: Resource, data: Mapping[str, Any]) -> Given:
    """The values of a new record; raises `validation_failed` with every fault."""
    return _checked(resource, "create", data)


def for_update(resource: Resource, data: Mapping[str, Any]) -> Given:
    """The values of a merge patch; raises `validation_failed` with every fault."""
    return _checked(resource, "update", data)


@lru_cache(maxsize=_FORMS)
def form(resource: Resource, purpose: Purpose) -> type[BaseModel]:
    """The model of an input: every field that the caller may set, each read by its own reader."""
    fields = [f for f in resource.writable if purpose == "create" or f.access == "write"]
    needed = [(f, purpose == "create" and f.required) for f in fields]
    return _model(resource, f"{resource.type}{purpose.title()}", needed)


def _model(resource: Resource, name: str, fields: list[tuple[Field, bool]]) -> type[BaseModel]:
    definitions: dict[str, Any] = {f.name: (_type(resource, f), ... if needed else None) for f, needed in fields}
    return create_model(name, __config__=_STRICT, **definitions)


def _type(resource: Resource, field: Field) -> Any:
    if field.kind is Kind.ADDRESS:
        return _model(resource, "Address", [(member, False) for member in field.members]) | None
    return Annotated[Any, BeforeValidator(reader(resource, field))]


def _checked(resource: Resource, purpose: Purpose, data: Mapping[str, Any]) -> Given:
    if not isinstance(data, Mapping):
        raise invalid({"": "must be an object"})
    try:
        read = form(resource, purpose).model_validate(_named(data))
    except ValidationError as error:
        raise invalid(faults(error, resource, purpose)) from None
    return _given(read)


def _named(data: Mapping[str, Any]) -> dict[str, Any]:
    """The object with names that pydantic takes: it does not name a member whose name holds a lone surrogate."""
    named: dict[str, Any] = {}
    for name, value in data.items():
        nested = name == "address" and isinstance(value, dict)
        named[name.encode("utf-8", "backslashreplace").decode()] = _named(value) if nested else value
    return named


def _given(read: BaseModel) -> Given:
    """What was given, in the declared order of the fields."""
    given = read.model_fields_set
    values = ((name, value) for name, value in vars(read).items() if name in given)
    return {name: _given(value) if isinstance(value, BaseModel) else value for name, value in values}
