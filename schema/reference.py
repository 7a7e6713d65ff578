"""A reference: an id, or `key:value`, wherever an id may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schema.resource import Kind, Resource
from schema.resources import BY_NAME
from schema.values.domain import domain
from schema.values.email import email, exact
from schema.values.fault import Fault
from schema.values.maps import RESERVED_SYSTEMS, external_id, key_fault
from schema.values.text import plain

_SUFFIX = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}")


class Reference(NamedTuple):
    """Points at one record of a resource: by its id (`key` is "id"), a unique field, or an external system's id."""

    resource: str
    key: str
    value: str

    @property
    def by_id(self) -> bool:
        return self.key == "id"

    @property
    def external(self) -> bool:
        return self.key not in RESERVED_SYSTEMS


def is_id(text: str, resource: Resource) -> bool:
    """Whether the text has the form of an id of this resource."""
    prefix, _, suffix = text.rpartition("_")
    return prefix == resource.prefix and _SUFFIX.fullmatch(suffix) is not None


def reference(text: str, resource: Resource) -> Reference:
    """Reads a reference to a record of `resource`; raises Fault when it can't be one."""
    if is_id(text, resource):
        return Reference(resource.name, "id", text)
    key, colon, value = text.partition(":")
    if not colon or not value:
        raise Fault(f"must be an id ({resource.prefix}_…) or a reference ({_forms(resource)})")
    if key in resource.references:
        return Reference(resource.name, key, _normal(key, value))
    if key_fault(False, key) or not _takes_external_ids(resource):
        raise Fault(f"{key[:40]} is no key of a reference here; use {_forms(resource)}")
    return Reference(resource.name, key, external_id(value))


def pointer(text: str, resource: Resource) -> Reference:
    """The reference in a path or an id argument. What can't be one is an id that no record has, and so is not found."""
    try:
        return reference(text, resource)
    except Fault:
        return Reference(resource.name, "id", "".join(c for c in text if c.isprintable()))


def looked_up(values: Iterable[object]) -> Iterator[Resource]:
    """The resources in which references among these values look for a record. An id looks nowhere."""
    return (BY_NAME[one.resource] for one in values if isinstance(one, Reference) and not one.by_id)


def _takes_external_ids(resource: Resource) -> bool:
    return any(f.kind is Kind.EXTERNAL_IDS for f in resource.fields)


def _forms(resource: Resource) -> str:
    system = ("system:value",) if _takes_external_ids(resource) else ()
    return " or ".join((*(f"{name}:value" for name in resource.references), *system)) or "an id"


def _normal(key: str, value: str) -> str:
    """The comparison form of a unique field's value; one that can't be valid stays as it is and finds nothing."""
    try:
        return exact(email(value)) if key == "email" else domain(value)
    except Fault:
        return exact(plain(value))
