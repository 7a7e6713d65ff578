"""The parameters of a statement: each a way to its value in any Selection of the same shape.

The text of a statement depends on the shape of a Selection alone (see `shape`), so it is made once for each shape.
What differs are the values; a Builder remembers where each of them is found.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

from app.services.sql.dialect import Dialect
from schema.condition import Condition
from schema.resource import Resource
from schema.selection import Selection

Way = Callable[[Any], Any]
"""From a pair of a Selection and a Sight to something in one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Which records exist for an actor: a condition for each resource of which not all do, by its name.

    `shape` is equal for two exactly when one text serves both.
    """

    conditions: Mapping[str, Condition]
    shape: Hashable


everything = Sight({}, None)
"""The sight of one who may see all."""

# The ways to a Selection itself, and to the conditions of a Sight.
whole: Way = itemgetter(0)


def _conditions(asked: Any) -> Mapping[str, Condition]:
    sight: Sight = asked[1]
    return sight.conditions


def then(way: Way, step: Callable[[Any], Any]) -> Way:
    """The way that goes one step further."""
    return lambda asked: step(way(asked))


def item(way: Way, index: int | str) -> Way:
    return lambda asked: way(asked)[index]


def fixed(value: Any) -> Way:
    """A value that is the same in every Selection."""
    return lambda asked: value


class Builder:
    """Collects what one statement needs while its text is put together."""

    def __init__(self, dialect: Dialect, selection: Selection | None = None, sight: Sight = everything) -> None:
        self.dialect = dialect
        self.ways: list[Way] = []
        self.heads: dict[str, str] = {}
        self._asked = (selection, sight)
        self._seen = sight
        self._aliases = 0

    def sees(self, resource: Resource) -> Way | None:
        """The way to the condition of the records that exist for the actor; None if all do."""
        return item(_conditions, resource.name) if resource.name in self._seen.conditions else None

    @contextmanager
    def seeing_all(self) -> Iterator[None]:
        """What is put together within is about all records: so are the conditions of a sight themselves."""
        self._seen, before = everything, self._seen
        yield
        self._seen = before

    def at(self, way: Way) -> Any:
        """What the way leads to in the Selection that the text is made for: only its shape may be looked at."""
        return way(self._asked)

    def params(self) -> list[Any]:
        """The parameters for the Selection that the text is made for."""
        return [way(self._asked) for way in self.ways]

    def alias(self, letter: str) -> str:
        self._aliases += 1
        return f"{letter}{self._aliases}"

    def headed(self, text: str) -> str:
        """The whole statement: what is named in `heads` stands before it."""
        named = ", ".join(f"{name} AS {query}" for name, query in self.heads.items())
        return f"WITH {named} {text}" if named else text

    def text(self, way: Way) -> str:
        return self._add(way, "text")

    def value(self, way: Way) -> str:
        """A text, a whole number or a decimal."""
        value = self.at(way)
        if isinstance(value, str):
            return self._add(way, "text")
        if isinstance(value, int) or self.dialect.name == "sqlite":
            return self._add(way, "bigint")
        # As text: PostgreSQL's numeric then holds the very digits that JSON has.
        return f"({self._add(then(way, repr), 'text')})::numeric"

    def values(self, way: Way, type_: str = "text") -> str:
        """A list as one parameter, so that its length does not change the statement."""
        if self.dialect.list_type() == "array":
            return self._add(then(way, list), f"{type_}[]")
        return self._add(then(way, _json), "text")

    def _add(self, way: Way, type_: str) -> str:
        self.ways.append(way)
        return self.dialect.placeholder(len(self.ways), type_)


def _json(values: Sequence[Any]) -> str:
    return orjson.dumps(list(values)).decode()
