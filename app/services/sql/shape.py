"""The shape of a Selection: all that the text of its statement depends on, and none of its values."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import count
from typing import Any

from app.services.kept import MOST_KEPT, Kept
from app.services.sql.words import search_places
from schema.condition import Compare, Condition, Every, Not, Some, Through, after_prefix
from schema.cursor import Cursor
from schema.operand import Loose
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import Kind, Resource
from schema.selection import (
    Connection,
    Edges,
    Leaf,
    Many,
    Member,
    Nodes,
    One,
    PageInfo,
    Part,
    Record,
    Selection,
    Several,
    Single,
    Stats,
)


def shape(selection: Selection) -> Hashable:
    """Equal for two Selections only when one text serves both. Those may be unequal, if a number was forgotten."""
    match selection:
        case Connection():
            return ("connection", _connection(selection))
        case Single():
            return ("single", _single(selection))
        case Several(singles=singles):
            return ("several", tuple(single and _single(single) for single in singles))
        case Stats():
            groups = tuple(group.path for group in selection.by)
            where, searched = condition_shape(selection.where), _searched(selection.resource, selection.search)
            return ("stats", selection.resource.name, groups, where, searched, selection.deleted)


def _single(single: Single) -> Hashable:
    return _record(single.record), _value(single.by), single.deleted


def _connection(c: Connection) -> Hashable:
    page = (c.page.size, c.page.backward, _cursor(c.page.after), _cursor(c.page.before))
    order = tuple([(o.path, o.descending) for o in c.order])
    where, searched = condition_shape(c.where), _searched(c.resource, c.search)
    return c.resource.name, _frame(c.shape), where, searched, order, page, c.deleted


def _searched(resource: Resource, search: tuple[str, ...]) -> Hashable:
    """Whether words are searched for, and where if not everywhere."""
    return bool(search) and search_places(resource)


def _cursor(cursor: Cursor | None) -> Hashable:
    return cursor and (cursor.inclusive, tuple([type(value) for value in cursor.values]))


def _parts(parts: tuple[Any, ...]) -> Hashable:
    return tuple([_part(part) for part in parts])


def _part(part: Any) -> Hashable:
    match part:
        case Nodes(response=response, record=record):
            return response, "nodes", _record(record)
        case Edges(response=response, members=members) | PageInfo(response=response, members=members):
            return response, type(part).__name__, tuple([_part(member) for member in members])
        case _:
            return type(part).__name__, part


def _members(record: Record) -> Hashable:
    return record.resource.name, tuple([_member(member) for member in record.members])


def _member(member: Member) -> Hashable:
    match member:
        case Leaf(response=response, field=field):
            return response, field if field.kind is Kind.DIFFERENCES else field.name
        case Part(response=response, field=field, members=members):
            return response, field.name, tuple([_member(inner) for inner in members])
        case One(response=response, relation=relation, record=record):
            return response, relation.name, _record(record)
        case Many(response=response, relation=relation, connection=connection):
            return response, relation.name, _connection(connection)
        case _:
            return member


def _number(found: Hashable) -> int:
    """The same number for the same, and never one that stood for another."""
    number = _numbers.get(found)
    if number is None:
        if len(_numbers) >= MOST_KEPT:
            del _numbers[next(iter(_numbers))]
        number = _numbers[found] = next(_count)
    return number


# Doors keep the records that they ask for again and again. A number stands for what is in one: to hash and to compare
# all that at each request would take longer than to find the statement.
_numbers: dict[Hashable, int] = {}
_count = count()
_frame: Kept[tuple[Any, ...], int] = Kept(lambda parts: _number(_parts(parts)))
_record: Kept[Record, int] = Kept(lambda record: _number(_members(record)))


def condition_shape(where: Condition | None) -> Hashable:
    """Equal for two conditions exactly when one text serves both."""
    match where:
        case None:
            return None
        case Compare(field=field, operator=operator, value=value):
            if operator is Operator.IS_NULL:
                return field, operator, value
            if operator is Operator.STARTS_WITH:
                return field, operator, _value(value), after_prefix(value) is None
            return field, operator, _value(value)
        case Through(relation=relation, where=part):
            return relation, condition_shape(part)
        case Not(part=part):
            return "not", condition_shape(part)
        case Every(parts=parts) | Some(parts=parts):
            return type(where).__name__, tuple([condition_shape(part) for part in parts])


def _value(value: Any) -> Hashable:
    """What the text must know of a value: its type, and of a reference how it refers."""
    match value:
        case Reference():
            return "external" if value.external else value.key
        case Loose(readings=readings):
            return ("loose", *map(type, readings))
        case tuple():
            forms = tuple([_value(one) for one in value])
            return forms if any(isinstance(one, Reference) and not one.by_id for one in value) else forms[:1]
        case _:
            return type(value).__name__
