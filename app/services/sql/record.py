"""A record in SQL: the expression that builds its JSON, and the joins that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter

from app.services.sql.condition import column, differences, existing
from app.services.sql.glue import Json, Pairs, quoted
from app.services.sql.params import Builder, Way, item, then
from schema.narrowing import target
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.resources import BY_NAME
from schema.selection import Beside, Leaf, Many, Member, One, Part, Typename

# How a page of a to-many relation becomes an expression: (builder, way to the connection, what links it) -> SQL.
Nested = Callable[[Builder, Way, "Link"], Json]


@dataclass(frozen=True, slots=True)
class Link:
    """What ties the records of a to-many relation to their parent: their column, and the parent's id."""

    column: str
    parent: str


@dataclass(slots=True)
class Joins:
    """The joins that expressions over one row need, each to-one relation once."""

    b: Builder
    alias: str
    resource: Resource
    texts: list[str] = field(default_factory=list)
    known: dict[str, Joins] = field(default_factory=dict)

    def to(self, relation_name: str) -> Joins:
        """The row at the other end of a to-one relation: live, or all null."""
        if relation_name not in self.known:
            relation = self.resource.relation(relation_name)
            assert relation is not None
            other = target(self.resource, relation)
            alias = self.b.alias("j")
            on = " AND ".join([f"{alias}.id = {self.alias}.{relation.key}", *existing(self.b, alias, other)])
            self.texts.append(f"LEFT JOIN {other.table} {alias} ON {on}")
            self.known[relation_name] = Joins(self.b, alias, other, self.texts)
        return self.known[relation_name]

    def object(self, pairs: Pairs) -> Json:
        """The JSON object of these members of the row, for which a join may be needed too."""
        columns = self.b.dialect.row(pairs)
        if columns is None:
            return self.b.dialect.object(pairs)
        alias = self.b.alias("r")
        self.texts.append(f"CROSS JOIN LATERAL (SELECT {columns}) {alias}")
        return Json(f"row_to_json({alias}.*)", "json")  # the name alone might be that of a column

    def read(self, *expressions: str) -> list[str]:
        """The columns of the row that these expressions and the joins read, each by the row's name and its own."""
        found = re.findall(rf"\b{self.alias}\.(\w+)", " ".join([*expressions, *self.texts]))
        return list(dict.fromkeys(found))

    @property
    def text(self) -> str:
        return " ".join(self.texts)


def record_json(joins: Joins, way: Way, nested: Nested) -> Json:
    """The JSON object of the record that `way` leads to."""
    members: tuple[Member, ...] = joins.b.at(way).members
    ways = [item(then(way, attrgetter("members")), i) for i in range(len(members))]
    known = len(joins.resource.fields) if _begins_whole(joins.b, joins.resource, members) else 0
    pairs = [(m.response, _member(joins, m, w, nested)) for m, w in list(zip(members, ways, strict=True))[known:]]
    if not known:
        return joins.object(pairs)
    return joins.b.dialect.object([("", Json(f"{joins.alias}.members", "members")), *pairs])


def _begins_whole(b: Builder, known: Resource, members: tuple[Member, ...]) -> bool:
    """Whether the members begin with every field in the declared order: that text is kept ready with the record.

    It is of no use where something in it may not exist for the actor.
    """
    if not known.documented:
        return False
    declared = BY_NAME[known.name]
    if len(members) < len(declared.fields):
        return False
    if any(owner.target and b.sees(BY_NAME[owner.target]) for owner in declared.fields):
        return False
    pairs = zip(declared.fields, members, strict=False)
    return all(isinstance(m, Leaf) and m.field is owner and m.response == owner.name for owner, m in pairs)


def _member(joins: Joins, member: Member, way: Way, nested: Nested) -> Json:
    match member:
        case Typename(type=type_):
            return Json(quoted(type_))
        case Leaf(field=owner):
            return value_json(joins.b, joins.alias, owner)
        case Beside():
            return Json("CAST(NULL AS TEXT)")
        case Part(field=owner, members=members):
            return _object(joins.b, joins.alias, owner, members)
        case One(relation=relation):
            other = joins.to(relation.name)
            inner = record_json(other, then(way, attrgetter("record")), nested)
            there = f"CASE WHEN {other.alias}.id IS NOT NULL THEN {inner.sql}"
            return Json(f"{there} ELSE 'null' END", "text", True) if inner.sure else Json(f"{there} END", inner.form)
        case Many(relation=relation):
            return nested(joins.b, then(way, attrgetter("connection")), Link(relation.key, f"{joins.alias}.id"))


def value_json(b: Builder, alias: str, owner: Field) -> Json:
    """A field's whole value."""
    if owner.members:
        return _object(b, alias, owner, tuple(Leaf(m.name, m) for m in owner.members))
    if owner.kind is Kind.DIFFERENCES:
        return differences(b, owner, alias)
    return Json(column(b, owner, alias), "text" if owner.kind in LIST_KINDS | MAP_KINDS else "value")


def _object(b: Builder, alias: str, owner: Field, members: tuple[Leaf | Typename, ...]) -> Json:
    """Some members of a field that has members. An address without any value is null."""
    pairs = [(m.response, Json(column(b, m.field, alias) if isinstance(m, Leaf) else quoted(m.type))) for m in members]
    inner = b.dialect.object(pairs)
    if not owner.nullable:
        return b.dialect.selected(replace(inner, sure=True))
    read_anyway = [m.field for m in members if isinstance(m, Leaf)]
    columns = dict.fromkeys(m.column for m in (*read_anyway, *owner.members))
    some = " OR ".join(f"{alias}.{name} IS NOT NULL" for name in columns)
    return Json(f"CASE WHEN {some} THEN {inner.sql} END", inner.form)
