"""The rows of a page in SQL: first keys alone, then what is asked of just those rows.

ids    the page's rows, by segments of the keyset; one more where it must be known whether there are more
ranked the same, numbered as they come, where their numbers matter
kept   the same under a name, where SQLite looks at them more than once: numbering them would take it longer
rows   each with the JSON of its record and its sort values, in the order of the answer
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter

from app.services.sql.condition import column
from app.services.sql.glue import Json
from app.services.sql.keyset import Key, Segment, everything, following, order_by
from app.services.sql.params import Builder, Way, then
from app.services.sql.record import Joins, Nested, record_json
from schema.resource import Field, Resource
from schema.selection import Connection, Flag, Many, One, Order, Page, PageFlag, PageInfo, Record, Shape, records


@dataclass(frozen=True, slots=True)
class Needs:
    """What the shape of a connection needs of its rows beside their records: one row more, and which of the rest."""

    more: bool
    numbers: bool
    count: bool


def needs(b: Builder, c: Connection, *, linked: bool) -> Needs:
    """Numbers tell the page from the one row more, its ends, its order; a count, the last row if there is no more.

    The rows of a whole list that SQLite gives in their order can be kept instead; not those of each parent anew.
    """
    flags = {flag for part in c.shape for flag in _flags(part)}
    far = (Flag.START, Flag.PREVIOUS) if c.page.backward else (Flag.END, Flag.NEXT)
    bounded = c.page.after if c.page.backward else c.page.before
    counted = far[0] in flags or (far[1] in flags and bounded is not None)
    numbers = not b.dialect.keeps_order or c.page.backward or (linked and bool(flags))
    return Needs(numbers or bool(flags), numbers, counted)


def _flags(part: Shape) -> list[Flag]:
    members = part.members if isinstance(part, PageInfo) else (part,)
    return [one.flag for one in members if isinstance(one, PageFlag)]


def sort_keys(connection: Connection, joins: Joins) -> list[Key]:
    keys = [_key(connection.resource, joins, order) for order in connection.order]
    return [*keys, _tie(connection.resource, joins, keys[-1].descending)]


def _key(resource: Resource, joins: Joins, order: Order) -> Key:
    if order.path == "id":
        return _tie(resource, joins, order.descending)
    at = joins
    for hop in order.hops:
        at = at.to(hop.name)
    expression = sort_expression(joins.b, at.alias, order.field)
    return Key(expression, order.descending, bool(order.hops) or order.field.nullable)


def _tie(resource: Resource, joins: Joins, descending: bool) -> Key:
    """The id, which comes last in every order and tells apart what is equal otherwise."""
    id_ = resource.field("id")
    assert id_ is not None
    told = f"{joins.alias}.{id_.column}"
    if not resource.prefix:
        return Key(told, descending, False)  # a change has no id of its own
    dialect = joins.b.dialect
    return Key(dialect.tie(joins.alias), descending, False, told=told, at=partial(dialect.tie_at, resource.table))


def sort_expression(b: Builder, alias: str, field: Field) -> str:
    """What a field is sorted by: its folded text, if it has one."""
    return f"{alias}.{field.column}_folded" if field.folded else column(b, field, alias)


def page_ids(
    b: Builder, c: Connection, way: Way, head: str, keys: list[Key], scan: list[Key], most: str, *, linked: bool
) -> str:
    """The page's rows: their number, sort values and id. `head` is FROM and WHERE, `most` how many at most."""
    page = c.page
    if page.after:
        after = then(way, attrgetter("page.after"))
        segments = following(b, keys, after, inclusive=page.after.inclusive)
    elif page.before:
        before = then(way, attrgetter("page.before"))
        segments = following(b, [key.reversed for key in keys], before, inclusive=page.before.inclusive)
    else:
        # The few records of one parent are sorted anyhow; a whole table is better read along an index.
        segments = [Segment()] if linked else everything(keys)
    seq = f"{_alias(keys)}.seq"
    chosen = ", ".join([f"{seq} AS s", *(f"{key.in_cursor} AS k{i}" for i, key in enumerate(keys))])
    parts = [_segment(f"SELECT {chosen} {head}", segment, scan, most) for segment in segments]
    if len(parts) == 1:
        return parts[0]
    union = " UNION ALL ".join(f"SELECT * FROM ({part}) u" for part in parts)
    # What its parts were sorted by, it is sorted by as well: the row's number, where that stands for the id.
    names = ["s" if key.expression == seq else name for key, name in zip(scan, names_of(scan), strict=True)]
    return f"SELECT * FROM ({union}) s {order_by(scan, names=names)} LIMIT {most}"


def _segment(head: str, segment: Segment, scan: Sequence[Key], most: str) -> str:
    where = "".join(f" AND {condition}" for condition in segment.conditions)
    return f"{head}{where} {order_by(scan, segment.settled)} LIMIT {most}"


def _alias(keys: Sequence[Key]) -> str:
    """What the rows are called that the keys are of."""
    return keys[-1].expression.partition(".")[0]


def names_of(keys: Sequence[Key]) -> list[str]:
    """What the sort values are called from here on."""
    return [f"k{i}" for i in range(len(keys))]


def kept(b: Builder, ids: str) -> str:
    """The name under which the page's rows can be looked at again."""
    name = b.alias("i")
    b.heads[name] = f"MATERIALIZED ({ids})"
    return name


def page_rows(
    b: Builder, c: Connection, way: Way, ids: str, keys: int, needed: Needs, nested: Nested
) -> tuple[str, dict[int, Json]]:
    """The rows in the answer's order, and each record's JSON in them: `n` numbers a row as found, `c` counts them.

    `ids` is their statement, or what it is kept under.
    """
    size = c.page.size
    # A sub-select with a limit hands its rows on in its order.
    numbers = ", row_number() OVER () AS n" + (", count(*) OVER () AS c" if needed.count else "")
    if needed.numbers:
        source = f"(SELECT i.*{numbers} FROM ({ids}) i) p"
    else:
        source = f"(SELECT * FROM {ids} LIMIT {size}) p" if needed.more else f"({ids}) p"
    t = b.alias("t")
    joins = Joins(b, t, c.resource)
    made, columns = _record_columns(joins, c, way, nested)
    chosen = [f"p.k{i} AS k{i}" for i in range(keys)]
    chosen += ["p.n AS n"] * needed.numbers + ["p.c AS c"] * (needed.numbers and needed.count)
    chosen += [f"{f'CASE WHEN p.n <= {size} THEN {one} END' if needed.numbers else one} AS j{i}" for i, one in made]
    if columns:
        source = f"{source} CROSS JOIN {c.resource.table} {t} {joins.text} WHERE {t}.seq = p.s"
    order = b.dialect.page_order(str(c.page.size + 1), backward=c.page.backward) if needed.numbers else ""
    return f"(SELECT {', '.join(chosen)} FROM {source}{order}) x", columns


def rows_at_once(
    b: Builder, c: Connection, way: Way, head: str, keys: list[Key], nested: Nested
) -> tuple[str, dict[int, Json]]:
    """The same for the first records of one parent: they are few, so that their keys need not be read by themselves."""
    if b.dialect.keeps_order:
        return _rows_as_they_are(b, c, way, head, keys, nested)
    names = names_of(keys)
    t = _alias(keys)
    joins = Joins(b, b.alias("t"), c.resource)
    made, columns = _record_columns(joins, c, way, nested)
    # No more than is read of them: to sort rows is to copy them.
    chosen = [f"{t}.{name}" for name in joins.read(*(one for _, one in made))]
    chosen += [f"{key.in_cursor} AS {name}" for key, name in zip(keys, names, strict=True)]
    first = f"SELECT {', '.join(chosen)} {head} {order_by(keys)} LIMIT {c.page.size}"
    members = [*(f"{joins.alias}.{name}" for name in names), *(f"{one} AS j{i}" for i, one in made)]
    order = order_by(keys, names=[f"{joins.alias}.{name}" for name in names])
    return f"(SELECT {', '.join(members)} FROM ({first}) {joins.alias} {joins.text} {order}) x", columns


def _rows_as_they_are(
    b: Builder, c: Connection, way: Way, head: str, keys: list[Key], nested: Nested
) -> tuple[str, dict[int, Json]]:
    """SQLite would copy every column of every candidate, but makes no JSON of one that comes behind the last so far."""
    joins = Joins(b, _alias(keys), c.resource)
    made, columns = _record_columns(joins, c, way, nested)
    chosen = [f"{key.in_cursor} AS {name}" for key, name in zip(keys, names_of(keys), strict=True)]
    chosen += [f"{one} AS j{i}" for i, one in made]
    return f"(SELECT {', '.join(chosen)} {head} {order_by(keys)} LIMIT {c.page.size}) x", columns


def is_at_once(b: Builder, c: Connection) -> bool:
    """Whether a parent's records can be read so: from the first one on, and without a word about what follows.

    On SQLite also without what is looked up elsewhere for each: of candidates there are more than of records.
    """
    if any(_flags(part) for part in c.shape) or c.page != Page(c.page.size):
        return False
    members = [member for record in records(c.shape) for member in record.members]
    return not b.dialect.keeps_order or not any(isinstance(member, One | Many) for member in members)


def _record_columns(
    joins: Joins, c: Connection, way: Way, nested: Nested
) -> tuple[list[tuple[int, str]], dict[int, Json]]:
    """The JSON of each record of the shape, by its number; and what it is called where the rows are looked at."""
    made: list[tuple[int, str]] = []
    columns: dict[int, Json] = {}
    for i, record in enumerate(records(c.shape)):
        one = record_json(joins, then(way, partial(_record_at, i)), nested)
        made.append((i, one.sql))
        columns[id(record)] = joins.b.dialect.selected(Json(f"x.j{i}", one.form))
    return made, columns


def _record_at(index: int, connection: Connection) -> Record:
    return list(records(connection.shape))[index]
