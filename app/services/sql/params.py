"""The parameters of a statement: each a way to its value in any Selection of the same shape.

The text of a statement depends on the shape of a Selection alone (see `shape`), so it is made once for each shape.
What differs are the values; a Builder remembers where each of them is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from app.services.sql.dialect import Dialect
from schema.condition import Condition
from schema.resource import Resource
from schema.selection import Selection

Sight = Callable[[Resource], Condition | None]
Way = Callable[[Any], Any]
"""From a Selection to something in it."""


def everything(_: Resource) -> None:
    """The sight of one who may see all."""


def whole(selection: Any) -> Any:
    """The way to the Selection itself."""
    return selection


def then(way: Way, step: Callable[[Any], Any]) -> Way:
    """The way that goes one step further."""
    return lambda selection: step(way(selection))


def item(way: Way, index: int) -> Way:
    return lambda selection: way(selection)[index]


def fixed(value: Any) -> Way:
    """A value that is the same in every Selection."""
    return lambda selection: value


class Builder:
    """Collects what one statement needs while its text is put together."""

    def __init__(self, dialect: Dialect, selection: Selection | None = None, sight: Sight = everything) -> None:
        self.dialect = dialect
        self.sight = sight
        self.ways: list[Way] = []
        self._selection = selection
        self._aliases = 0

    def at(self, way: Way) -> Any:
        """What the way leads to in the Selection that the text is made for: only its shape may be looked at."""
        return way(self._selection)

    def params(self) -> list[Any]:
        """The parameters for the Selection that the text is made for."""
        return [way(self._selection) for way in self.ways]

    def alias(self, letter: str) -> str:
        self._aliases += 1
        return f"{letter}{self._aliases}"

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
