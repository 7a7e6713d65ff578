"""Conditions in SQL. Each is true or false for every row, never unknown, so that `not` is a plain negation."""

from __future__ import annotations

from app.services.sql.params import Builder
from app.services.sql.words import fact, facts_query, search_query
from schema.condition import Compare, Condition, Every, Not, Some, Through
from schema.operand import Loose
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import LIST_KINDS, Field, Kind, Resource
from schema.resources import BY_NAME, target
from schema.selection import Deleted
from schema.values.text import fold

_SIGNS = {Operator.LT: "<", Operator.LTE: "<=", Operator.GT: ">", Operator.GTE: ">="}
_NEGATED = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN}


def condition(b: Builder, where: Condition, resource: Resource, alias: str) -> str:
    """The condition on the row of `resource` that `alias` names."""
    match where:
        case Every(parts=parts):
            return "(" + " AND ".join(condition(b, part, resource, alias) for part in parts) + ")"
        case Some(parts=parts):
            return "(" + " OR ".join(condition(b, part, resource, alias) for part in parts) + ")"
        case Not(part=part):
            return f"({condition(b, part, resource, alias)}) IS NOT TRUE"
        case Through():
            return _through(b, where, alias)
        case Compare(operator=operator) if operator in _NEGATED:
            positive = Compare(where.field, _NEGATED[operator], where.value, where.key)
            return f"({_compare(b, positive, resource, alias)}) IS NOT TRUE"
        case Compare():
            return _compare(b, where, resource, alias)


def existing(b: Builder, alias: str, resource: Resource, deleted: Deleted = Deleted.EXCLUDE) -> list[str]:
    """Which rows exist for the actor: as far as deletion goes, and within what the actor may see."""
    parts = []
    if resource.deletable and deleted is not Deleted.INCLUDE:
        parts.append(f"{alias}.deleted_at IS {'NOT ' if deleted is Deleted.ONLY else ''}NULL")
    seen = b.sight(resource)
    return parts if seen is None else [*parts, condition(b, seen, resource, alias)]


def search(b: Builder, found: tuple[str, ...], resource: Resource, alias: str) -> str:
    """The rows in which every word is found."""
    return b.dialect.words(alias, resource.table, b.text(search_query(found, b.dialect.name)))


def referenced(b: Builder, by: Reference) -> str:
    """The id that a reference stands for, as an expression; null when no live record has it."""
    if by.by_id:
        return b.text(by.value)
    resource = BY_NAME[by.resource]
    if by.external:
        match_ = f"resource = {b.text(by.resource)} AND system = {b.text(by.key)} AND value = {b.text(by.value)}"
        return f"(SELECT record FROM external_ids WHERE {match_})"
    column = "email_exact" if by.key == "email" else by.key
    return f"(SELECT id FROM {resource.table} WHERE {column} = {b.text(by.value)} AND deleted_at IS NULL)"


def _through(b: Builder, where: Through, alias: str) -> str:
    other = target(where.relation)
    r = b.alias("r")
    link = f"{r}.{where.relation.key} = {alias}.id" if where.relation.many else f"{r}.id = {alias}.{where.relation.key}"
    parts = [link, *existing(b, r, other), condition(b, where.where, other, r)]
    return f"EXISTS (SELECT 1 FROM {other.table} {r} WHERE {' AND '.join(parts)})"


def _compare(b: Builder, c: Compare, resource: Resource, alias: str) -> str:
    field = c.field
    if field.kind is Kind.ADDRESS:
        empty = " AND ".join(f"{alias}.{member.column} IS NULL" for member in field.members)
        return f"({empty})" if c.value else f"NOT ({empty})"
    if c.operator is Operator.HAS:
        return _has(b, c, resource, alias)
    if field.kind is Kind.EXTERNAL_IDS or field.kind is Kind.METADATA:
        return _in_map(b, c, resource, alias)
    column = f"{alias}.{field.column}"
    if c.operator is Operator.IS_NULL:
        return f"{column} IS {'' if c.value else 'NOT '}NULL"
    if c.operator is Operator.EQ:
        return _equal(b, field, alias, c.value)
    if c.operator is Operator.IN:
        return _within(b, field, alias, c.value)
    if field.kind is Kind.INTEGER:
        return f"coalesce({column} {_SIGNS[c.operator]} {b.number(c.value)}, FALSE)"
    return _text(b, c.operator, f"{column}_folded" if field.folded else column, c.value)


def _text(b: Builder, operator: Operator, text: str, value: str) -> str:
    """A comparison of folded text, or of an instant."""
    if operator in _SIGNS:
        return f"({text} IS NOT NULL AND {text} {_SIGNS[operator]} {b.text(value)})"
    if operator is Operator.CONTAINS:
        return f"({text} IS NOT NULL AND {b.dialect.find(text, b.text(value))})"
    if operator is Operator.ENDS_WITH:
        return f"({text} IS NOT NULL AND {b.dialect.ends(text, b.text(value))})"
    above = after_prefix(value)
    upper = f" AND {text} < {b.text(above)}" if above else ""
    return f"({text} IS NOT NULL AND {text} >= {b.text(value)}{upper})"


def after_prefix(prefix: str) -> str | None:
    """The least text above all that begin with this, by code point; None when there is no bound."""
    while prefix:
        code = ord(prefix[-1]) + 1
        if code <= 0x10FFFF:
            return prefix[:-1] + chr(0xE000 if 0xD800 <= code <= 0xDFFF else code)
        prefix = prefix[:-1]
    return None


def _equal(b: Builder, field: Field, alias: str, value: object) -> str:
    column = f"{alias}.{field.column}"
    if isinstance(value, Reference):
        return f"coalesce({column} = {referenced(b, value)}, FALSE)"
    if isinstance(value, int):
        return f"({column} IS NOT NULL AND {column} = {b.number(value)})"
    assert isinstance(value, str)
    if field.kind is Kind.EMAIL:
        return f"({column}_exact IS NOT NULL AND {column}_exact = {b.text(value)})"
    # The folded twin carries the index; the column itself decides.
    near = f"{column}_folded = {b.text(fold(value))} AND " if field.folded else ""
    return f"({column} IS NOT NULL AND {near}{column} = {b.text(value)})"


def _within(b: Builder, field: Field, alias: str, values: tuple[object, ...]) -> str:
    if not values:
        return "FALSE"
    column = f"{alias}.{field.column}"
    if field.kind is Kind.ID:
        ids = [v.value for v in values if isinstance(v, Reference) and v.by_id]
        others = [referenced(b, v) for v in values if isinstance(v, Reference) and not v.by_id]
        parts = [b.dialect.one_of(column, b.texts(ids))] if ids else []
        parts += [f"{column} IN ({', '.join(others)})"] if others else []
        return f"coalesce({' OR '.join(parts)}, FALSE)"
    if field.kind is Kind.INTEGER:
        test = b.dialect.one_of(column, b.numbers([v for v in values if isinstance(v, int)]))
        return f"({column} IS NOT NULL AND {test})"
    texts = [v for v in values if isinstance(v, str)]
    if field.kind is Kind.EMAIL:
        return f"({column}_exact IS NOT NULL AND {b.dialect.one_of(f'{column}_exact', b.texts(texts))})"
    near = b.dialect.one_of(f"{column}_folded", b.texts([fold(t) for t in texts])) + " AND " if field.folded else ""
    return f"({column} IS NOT NULL AND {near}{b.dialect.one_of(column, b.texts(texts))})"


def _has(b: Builder, c: Compare, resource: Resource, alias: str) -> str:
    if c.field.kind is Kind.SCOPES:
        return b.dialect.holds(f"{alias}.{c.field.column}", b.text(c.value))
    assert c.field.kind in LIST_KINDS
    return _facts(b, [fact(c.field.name, c.value)], resource, alias)


def _facts(b: Builder, facts: list[str], resource: Resource, alias: str) -> str:
    return b.dialect.words(alias, resource.table, b.text(facts_query(facts, b.dialect.name)))


def _in_map(b: Builder, c: Compare, resource: Resource, alias: str) -> str:
    """A comparison of one member of metadata or externalIds."""
    assert c.key is not None
    name = c.field.name
    if c.operator is Operator.IS_NULL:
        there = _facts(b, [fact(name, c.key)], resource, alias)
        return f"({there}) IS NOT TRUE" if c.value else there
    if c.operator in (Operator.EQ, Operator.IN):
        values = c.value if c.operator is Operator.IN else (c.value,)
        facts = [fact(name, c.key, reading) for value in values for reading in _readings(value)]
        return _facts(b, facts, resource, alias) if facts else "FALSE"
    parts = [_member(b, c, alias, reading) for reading in _readings(c.value)]
    return f"({' OR '.join(parts)})"


def _member(b: Builder, c: Compare, alias: str, value: str | int | float | bool) -> str:
    assert c.key is not None
    key = b.text(c.key)
    if isinstance(value, str):
        return b.dialect.member(f"{alias}.{c.field.column}_folded", key, "text", _text(b, c.operator, "@", value))
    test = f"@ {_SIGNS[c.operator]} {b.number(value)}"
    return b.dialect.member(f"{alias}.{c.field.column}", key, "number", test)


def _readings(value: object) -> tuple[str | int | float | bool, ...]:
    return value.readings if isinstance(value, Loose) else (value,)  # type: ignore[return-value]
