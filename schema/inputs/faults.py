"""From pydantic's errors to Cube's: each failing path in dots and brackets, and what would be right there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from schema.problem import nearest
from schema.resource import Resource, snake_case
from schema.values.fault import Fault

_MOST = 100
_NAME = re.compile(r"[\w-]{1,40}")
_SHOWN = 40


def faults(error: ValidationError, resource: Resource, purpose: str) -> dict[str, str]:
    """Every failing path with its text; what is beyond a hundred is left out."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        path = joined(str(part) for part in one["loc"])
        match one["type"]:
            case "missing":
                found[path] = "is needed"
            case "extra_forbidden":
                found[path] = _unknown([str(part) for part in one["loc"]], resource, purpose)
            case "value_error" if isinstance(fault := one["ctx"]["error"], Fault):
                found.update((path + rest, text) for rest, text in fault.at.items())
            case _:
                found[path] = "must be an object"
        if len(found) >= _MOST:
            break
    return dict(list(found.items())[:_MOST])


def joined(names: Iterable[str]) -> str:
    """A path of names; one that is no plain name stands in brackets, escaped and shortened."""
    return "".join(_steps(names))


def _steps(names: Iterable[str]) -> Iterator[str]:
    for i, name in enumerate(names):
        if _NAME.fullmatch(name):
            yield f".{name}" if i else name
        else:
            yield f"[{json.dumps(name[:_SHOWN])}]"


def _unknown(names: list[str], resource: Resource, purpose: str) -> str:
    """What to say of a member that the form does not have."""
    name = names[-1]
    if len(names) > 1:
        owner = resource.field(names[0])
        members = tuple(m.name for m in owner.members) if owner else ()
        return f"is not a field of {names[0]}{nearest(name[:_SHOWN], members)}"
    field = resource.field(name)
    if field is not None:
        return "is set by Cube" if field.access == "read" else "can be given only when the record is made"
    for relation in resource.to_one:
        key = next((f.name for f in resource.writable if snake_case(f.name) == relation.key), None)
        if relation.name == name and key:
            return f"is a relation; give {key}"
    known = tuple(f.name for f in resource.writable if purpose == "create" or f.access == "write")
    return f"is not a field of {resource.name}{nearest(name[:_SHOWN], known)}"
