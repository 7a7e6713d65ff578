"""Comparisons in SQL of text, and of what stands in lists and maps."""

from __future__ import annotations

from operator import attrgetter

from app.services.sql.params import Builder, Way, item, then
from app.services.sql.words import fact, facts_query
from schema.condition import Compare, after_prefix
from schema.operand import Loose
from schema.operators import Operator
from schema.resource import Field, Kind, Resource

SIGNS = {Operator.LT: "<", Operator.LTE: "<=", Operator.GT: ">", Operator.GTE: ">="}


def text(b: Builder, operator: Operator, text: str, value: Way) -> str:
    """A comparison of folded text, or of an instant."""
    if operator in SIGNS:
        return f"{text} {SIGNS[operator]} {b.text(value)}"
    if operator is Operator.CONTAINS:
        return b.dialect.find(text, b.text(value))
    if operator is Operator.ENDS_WITH:
        return b.dialect.ends(text, b.text(value))
    upper = then(value, after_prefix)
    return f"({text} >= {b.text(value)}{f' AND {text} < {b.text(upper)}' if b.at(upper) else ''})"


def has(b: Builder, field: Field, value: Way, resource: Resource, alias: str) -> str:
    if field.kind in (Kind.SCOPES, Kind.NAMES):
        return b.dialect.holds(f"{alias}.{field.column}", b.text(value))
    return _facts(b, then(value, lambda one: [fact(field.name, one)]), resource, alias)


def _facts(b: Builder, facts: Way, resource: Resource, alias: str) -> str:
    name = b.dialect.name
    return b.dialect.words(alias, resource.table, b.text(then(facts, lambda found: facts_query(found, name))))


def in_map(b: Builder, c: Compare, operator: Operator, way: Way, resource: Resource, alias: str) -> str:
    """A comparison of one member of metadata or externalIds."""
    name = c.field.name
    if operator is Operator.IS_NULL:
        there = _facts(b, then(way, lambda found: [fact(name, found.key)]), resource, alias)
        return f"({there}) IS NOT TRUE" if c.value else there
    if operator in (Operator.EQ, Operator.IN):
        facts = then(way, _facts_of)
        return _facts(b, facts, resource, alias) if b.at(facts) else "FALSE"
    readings = then(way, lambda found: _readings(found.value))
    parts = [_member(b, c, operator, way, item(readings, i), alias) for i in range(len(b.at(readings)))]
    return f"({' OR '.join(parts)})"


def _facts_of(c: Compare) -> list[str]:
    return [fact(c.field.name, c.key, reading) for value in c.operands for reading in _readings(value)]


def _member(b: Builder, c: Compare, operator: Operator, way: Way, value: Way, alias: str) -> str:
    key = b.text(then(way, attrgetter("key")))
    name = f"{alias}.{c.field.column}"
    if isinstance(b.at(value), str):
        return b.dialect.member(f"{name}_folded", key, "text", text(b, operator, "@", value))
    return b.dialect.member(name, key, "number", f"@ {SIGNS[operator]} {b.value(value)}")


def _readings(value: object) -> tuple[object, ...]:
    return value.readings if isinstance(value, Loose) else (value,)
