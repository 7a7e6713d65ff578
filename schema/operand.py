"""Operands: the values that stand behind an operator, read strictly and brought to their comparison form."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from schema.narrowing import same_world
from schema.operators import MATCHING, MAX_VALUES, ORDERING, Operator, operators_of
from schema.problem import nearest
from schema.reference import reference
from schema.resource import Field, Kind, Resource
from schema.values.domain import domain
from schema.values.email import email, exact
from schema.values.fault import Fault
from schema.values.instant import instant
from schema.values.maps import number
from schema.values.phone import phone
from schema.values.text import fold, plain

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Loose:
    """A value of a map as a URL writes it: `5` fits the number and the text, `true` the boolean and the text."""

    readings: tuple[str | int | float | bool, ...]


def operand(owner: Field, resource: Resource, operator: Operator, raw: Any, *, url: bool) -> Any:
    """The operand of `operator` on a field of `resource`, from JSON or (url=True) from the text of a query string.

    Raises Fault when the operator does not fit the field or the value does not fit the operator.
    """
    allowed = operators_of(owner)
    if operator not in allowed:
        raise Fault(f"does not take {operator}; use {', '.join(allowed)}")
    if raw is None:
        raise Fault("must not be null; use isNull to test for null")
    if operator is Operator.IS_NULL:
        return _boolean(raw, url)
    if operator in (Operator.IN, Operator.NOT_IN):
        many = raw.split(",") if url and raw else ([] if url else raw)
        if not isinstance(many, list):
            raise Fault("must be a list")
        if len(many) > MAX_VALUES:
            raise Fault(f"takes at most {MAX_VALUES:,} values")
        return tuple(_value(owner, resource, Operator.EQ, one, url) for one in many)
    return _value(owner, resource, operator, raw, url)


def _boolean(raw: Any, url: bool) -> bool:
    if url and isinstance(raw, str) and raw in ("true", "false"):
        return raw == "true"
    if isinstance(raw, bool):
        return raw
    raise Fault("must be true or false")


def _value(owner: Field, resource: Resource, operator: Operator, raw: Any, url: bool) -> Any:
    if owner.kind is Kind.METADATA:
        return _metadata(operator, raw, url)
    if owner.kind is Kind.INTEGER:
        return _integer(raw, url)
    if not isinstance(raw, str):
        raise Fault("must be text")
    text = plain(raw)
    if owner.kind is Kind.ENUM:
        return _choice(owner, text, url)
    if owner.kind is Kind.MEMBER:
        return _member(owner, text)
    if owner.kind is Kind.INSTANT:
        return instant(text)
    if owner.kind is Kind.ID:
        return reference(text, same_world(resource, owner.target or resource.name))
    if operator in (*ORDERING, *MATCHING):
        return fold(text)
    return _EXACT.get(owner.kind, _same)(text)


def _integer(raw: Any, url: bool) -> int:
    if url and isinstance(raw, str) and _INTEGER.fullmatch(raw):
        raw = int(raw)
    if type(raw) is float and raw.is_integer():
        raw = int(raw)
    if type(raw) is not int:
        raise Fault("must be a whole number")
    if abs(raw) > 2**53:
        raise Fault("is too large a number")
    return raw


def _choice(owner: Field, text: str, url: bool) -> str:
    found = text.upper() if url else text
    if found not in owner.choices:
        raise Fault(f"must be one of {', '.join(owner.choices)}")
    return found


def _member(owner: Field, text: str) -> str:
    if text not in owner.choices:
        raise Fault(f"{text[:40] or 'an empty name'} is no field that changes tell of{nearest(text, owner.choices)}")
    return text


def _metadata(operator: Operator, raw: Any, url: bool) -> Any:
    """A value of metadata: in JSON its type counts, in a URL every type that its text fits."""
    if operator in MATCHING:
        if not isinstance(raw, str):
            raise Fault("must be text")
        return fold(plain(raw))
    if not url:
        return _typed(raw, operator)
    readings: list[str | int | float | bool] = [_typed(raw, operator)]
    if raw in ("true", "false") and operator not in ORDERING:
        readings.append(raw == "true")
    elif _NUMBER.fullmatch(raw):
        with suppress(Fault):
            readings.append(number(float(raw) if any(c in raw for c in ".eE") else int(raw)))
    return Loose(tuple(readings))


def _typed(raw: Any, operator: Operator) -> str | int | float | bool:
    if isinstance(raw, str):
        return fold(plain(raw)) if operator in ORDERING else plain(raw)
    if isinstance(raw, bool) and operator in ORDERING:
        raise Fault("must be text or a number: booleans have no order")
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float):
        return number(raw)
    raise Fault("must be text, a number or a boolean")


def _same(text: str) -> str:
    return text


def _or_same(read: Callable[[str], str]) -> Callable[[str], str]:
    """Normalises where it can; what can't be a valid value stays as it is, and finds nothing."""

    def normal(text: str) -> str:
        try:
            return read(text)
        except Fault:
            return text.casefold()

    return normal


_EXACT: dict[Kind, Callable[[str], str]] = {
    Kind.EMAIL: _or_same(lambda text: exact(email(text))),
    Kind.EMAILS: _or_same(lambda text: exact(email(text))),
    Kind.PHONE: _or_same(lambda text: phone(text, None)),
    Kind.PHONES: _or_same(lambda text: phone(text, None)),
    Kind.DOMAIN: _or_same(domain),
}
