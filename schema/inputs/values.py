"""How the raw value of a field is read: from JSON to the one form that is stored, or a Fault."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from schema.actor import SCOPES
from schema.bounds import read_filters, read_hidden
from schema.narrowing import same_world
from schema.problem import nearest
from schema.reference import Reference, reference
from schema.resource import FOLDED_KINDS, LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.values import maps
from schema.values.country import country
from schema.values.domain import domain, website
from schema.values.email import email, exact
from schema.values.fault import Fault, Faults
from schema.values.instant import instant, now
from schema.values.locale import locale, time_zone
from schema.values.phone import phone
from schema.values.tags import tags
from schema.values.text import blank, clean, filled

Reader = Callable[[Any], Any]

MAX_ITEMS = 100
LINES = ("line1", "line2")  # of an address: line breaks may stand in them
# Of these blank text is null before they are read. Not of TEXT: `clean` and `filled` see to that themselves.
_BLANKABLE = (FOLDED_KINDS | {Kind.INSTANT, Kind.ID}) - {Kind.TEXT}


def reader(resource: Resource, field: Field) -> Reader:
    """Reads a value of this field: blank text is null, null clears where the field can be empty."""
    read = _reader(resource, field)
    clearable, blankable = _clearable(field), field.kind in _BLANKABLE
    cleared: Any = [] if field.kind in LIST_KINDS else {} if field.kind is Kind.FILTERS else None

    def value(raw: Any) -> Any:
        if raw is None or (blankable and blank(raw)):
            if not clearable:
                raise Fault("must not be null" if raw is None else "must not be blank")
            return copy(cleared)
        return read(raw)

    return value


def _clearable(field: Field) -> bool:
    """Whether null may be given: it empties a list or map, and has a text that is not required composed anew."""
    if field.required:
        return False
    return field.nullable or field.kind in LIST_KINDS | MAP_KINDS | {Kind.TEXT}


def _reader(resource: Resource, field: Field) -> Reader:
    match field.kind:
        case Kind.TEXT:
            if _clearable(field):
                return partial(clean, max_length=field.max_length, lines=field.name in LINES)
            return partial(filled, max_length=field.max_length)
        case Kind.ENUM:
            return partial(_choice, field)
        case Kind.INTEGER:
            return lambda raw: _whole(raw, field.minimum, field.maximum or 2**53 - 1)
        case Kind.ID:
            return partial(_reference, same_world(resource, field.target))
        case Kind.INSTANT:
            return {"createdAt": _past, "expiresAt": _future}.get(field.name, instant)
        case Kind.NAMES:
            return lambda raw: read_hidden(raw, resource.hidden)
        case Kind.FILTERS:
            return lambda raw: read_filters(raw, resource.hidden)
        case _:
            return _READERS[field.kind]


def _choice(field: Field, raw: Any) -> str:
    if not isinstance(raw, str) or raw not in field.choices:
        raise Fault(f"must be one of {', '.join(field.choices)}")
    return raw


def _whole(raw: Any, minimum: int, maximum: int) -> int:
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if type(raw) is not int or not minimum <= raw <= maximum:
        raise Fault(f"must be a whole number from {minimum} to {maximum}")
    return raw


def _reference(target: Resource, raw: Any) -> Reference:
    if not isinstance(raw, str):
        raise Fault("must be text: an id or a reference")
    return reference(raw, target)


def _past(raw: Any) -> str:
    value = instant(raw)
    if value > now():
        raise Fault("must not be in the future")
    return value


def _future(raw: Any) -> str:
    value = instant(raw)
    if value <= now():
        raise Fault("must be in the future")
    return value


def _list(raw: Any, read: Reader, same: Callable[[str], str]) -> list[str]:
    """Each item read, in order; those that are the same as an earlier one dropped."""
    if not isinstance(raw, list):
        raise Fault("must be a list of text")
    if len(raw) > MAX_ITEMS:
        raise Fault(f"has more than {MAX_ITEMS} items")
    kept: dict[str, str] = {}
    faults: dict[str, str] = {}
    for index, item in enumerate(raw):
        try:
            value = read(item)
            kept.setdefault(same(value), value)
        except Fault as fault:
            faults[f"[{index}]"] = fault.text
    if faults:
        raise Faults(faults)
    return list(kept.values())


def _scope(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Fault("must be text")
    if raw not in SCOPES:
        shown = f"{raw[:40]} is not a scope" if raw[:40].isprintable() else "is not a scope"
        raise Fault(f"{shown}{nearest(raw[:40], SCOPES) or '; use ' + ', '.join(SCOPES)}")
    return raw


def _scopes(raw: Any) -> list[str]:
    found = _list(raw, _scope, str)
    if not found:
        raise Fault("needs at least one scope")
    return found


_READERS: dict[Kind, Reader] = {
    Kind.EMAIL: email,
    Kind.PHONE: phone,
    Kind.DOMAIN: domain,
    Kind.WEBSITE: website,
    Kind.COUNTRY: country,
    Kind.LOCALE: locale,
    Kind.TIME_ZONE: time_zone,
    Kind.TAGS: tags,
    Kind.EMAILS: lambda raw: _list(raw, email, exact),
    Kind.PHONES: lambda raw: _list(raw, phone, str),
    Kind.SCOPES: _scopes,
    Kind.METADATA: maps.metadata,
    Kind.EXTERNAL_IDS: maps.external_ids,
}
