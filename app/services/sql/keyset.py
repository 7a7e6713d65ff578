"""Keyset paging: which rows follow a cursor, as segments that each are one range of an index.

Nulls come last in both directions, so a nullable first key splits the rows into two segments, those with a value and
those without; no segment needs more than `ORDER BY key, id`, which one plain index serves forwards and backwards. On
SQLite the row's number stands for the id: it sorts alike, and is in every index anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from app.services.sql.params import Builder, Way, item, then
from schema.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Key:
    """A sort key: an expression, its direction, and where its nulls stand.

    `told` is what a cursor holds of it, if not the expression's own value; `at` finds that one by what is told.
    """

    expression: str
    descending: bool
    nullable: bool
    nulls_first: bool = False
    told: str = ""
    at: Callable[[str], str] = str

    @property
    def in_cursor(self) -> str:
        return self.told or self.expression

    @property
    def reversed(self) -> Key:
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)


@dataclass(frozen=True, slots=True)
class Segment:
    """Conditions that hold in it, and the keys of which they leave no doubt whether they are null."""

    conditions: tuple[str, ...] = ()
    settled: frozenset[str] = frozenset()

    def also(self, condition: str, key: Key) -> Segment:
        return Segment((*self.conditions, condition), self.settled | {key.expression})


def everything(keys: Sequence[Key]) -> list[Segment]:
    """All rows."""
    first = keys[0]
    if not first.nullable:
        return [Segment()]
    return [
        Segment().also(f"{first.expression} IS NOT NULL", first),
        Segment().also(f"{first.expression} IS NULL", first),
    ]


def following(b: Builder, keys: Sequence[Key], way: Way, *, inclusive: bool) -> list[Segment]:
    """The rows after the cursor that `way` leads to, in the order of the keys, the id last; `inclusive`: at it too."""
    segments: list[Segment] = []
    same = Segment()
    cursor: Cursor = b.at(way)
    ways = [item(then(way, attrgetter("values")), i) for i in range(len(keys))]
    found = zip(keys, cursor.values, ways, strict=True)
    values = [None if value is None else key.at(b.value(w)) for key, value, w in found]
    for i, key in enumerate(keys):
        if i == len(keys) - 2 and _pairs(key, keys[-1]) and values[i] is not None:
            return [*segments, *_last_pair(same, key, keys[-1], values[i], values[-1], inclusive)]
        segments += [same.also(condition, key) for condition in _beyond(key, values[i])]
        same = same.also(f"{key.expression} IS NULL" if values[i] is None else f"{key.expression} = {values[i]}", key)
    return [*segments, same] if inclusive else segments


def _beyond(key: Key, value: str | None) -> list[str]:
    """What comes after one value of one key."""
    if value is None:
        return [f"{key.expression} IS NOT NULL"] if key.nulls_first else []
    after = f"{key.expression} {'<' if key.descending else '>'} {value}"
    return [after, f"{key.expression} IS NULL"] if key.nullable and not key.nulls_first else [after]


def _pairs(key: Key, last: Key) -> bool:
    return key.descending == last.descending


def _last_pair(
    same: Segment, key: Key, last: Key, value: str | None, id_: str | None, inclusive: bool
) -> list[Segment]:
    """The last key and the id as one row value, which an index reads as one range."""
    sign = ("<" if key.descending else ">") + ("=" if inclusive else "")
    segments = [same.also(f"({key.expression}, {last.expression}) {sign} ({value}, {id_})", key)]
    if key.nullable and not key.nulls_first:
        segments.append(same.also(f"{key.expression} IS NULL", key))
    return segments


def order_by(keys: Sequence[Key], settled: frozenset[str] = frozenset(), names: Sequence[str] | None = None) -> str:
    """`ORDER BY` of the keys; where nulls may occur their place is said."""
    parts = []
    for i, key in enumerate(keys):
        nulls = f" NULLS {'FIRST' if key.nulls_first else 'LAST'}"
        doubtful = key.nullable and key.expression not in settled
        name = names[i] if names else key.expression
        parts.append(f"{name} {'DESC' if key.descending else 'ASC'}{nulls if doubtful else ''}")
    return "ORDER BY " + ", ".join(parts)
