"""What is wrong with an object that a caller gave: each failing path in dots and brackets, and what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from schema.problem import nearest
from schema.resource import Field, Resource, snake_case

_MOST = 100
_NAME = re.compile(r"[\w-]{1,40}")
_SHOWN = 40


def told(wrong: Mapping[str, str], others: Sequence[str], unknown: Callable[[str], str]) -> dict[str, str]:
    """What is wrong with members, then with the names of the others; what is beyond a hundred is left out."""
    found = dict(islice(wrong.items(), _MOST))
    for name in others[: _MOST - len(found)]:
        name = name.encode("utf-8", "backslashreplace").decode()  # it may hold a lone surrogate
        found[step(name)] = unknown(name[:_SHOWN])
    return found


def within(path: str) -> str:
    """A path within an object, to stand behind the path of the object."""
    return path if path.startswith("[") else f".{path}"


def step(name: str) -> str:
    """A name as a path; one that is no plain name stands in brackets, escaped and shortened."""
    return name if _NAME.fullmatch(name) else f"[{json.dumps(name[:_SHOWN])}]"


def no_field(resource: Resource, purpose: str, name: str) -> str:
    """What to say of a member that the form does not have."""
    field = resource.field(name)
    if field is not None:
        return "is set by Cube" if field.access == "read" else "can be given only when the record is made"
    for relation in resource.to_one:
        key = next((f.name for f in resource.writable if snake_case(f.name) == relation.key), None)
        if relation.name == name and key:
            return f"is a relation; give {key}"
    known = tuple(f.name for f in resource.writable if purpose == "create" or f.access == "write")
    return f"is not a field of {resource.name}{nearest(name, known)}"


def no_member(field: Field, name: str) -> str:
    """The same of a member of a field."""
    return f"is not a field of {field.name}{nearest(name, tuple(member.name for member in field.members))}"
