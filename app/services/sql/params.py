"""The parameters of a statement, numbered as they are met, and the aliases of its tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from app.services.sql.dialect import Dialect
from schema.condition import Condition
from schema.resource import Resource

Sight = Callable[[Resource], Condition | None]


def everything(_: Resource) -> None:
    """The sight of one who may see all."""


class Builder:
    """Collects what one statement needs while its text is put together."""

    def __init__(self, dialect: Dialect, sight: Sight = everything) -> None:
        self.dialect = dialect
        self.sight = sight
        self.params: list[Any] = []
        self._aliases = 0

    def alias(self, letter: str) -> str:
        self._aliases += 1
        return f"{letter}{self._aliases}"

    def text(self, value: str) -> str:
        return self._add(value, "text")

    def number(self, value: int | float) -> str:
        return self._add(value, "bigint") if isinstance(value, int) else self._decimal(value)

    def value(self, value: str | int | float | bool) -> str:
        return self.text(value) if isinstance(value, str) else self.number(value)

    def texts(self, values: Sequence[str]) -> str:
        """A list of texts as one parameter, so that its length does not change the statement."""
        if self.dialect.list_type() == "array":
            return self._add(list(values), "text[]")
        return self._add(orjson.dumps(list(values)).decode(), "text")

    def numbers(self, values: Sequence[int]) -> str:
        if self.dialect.list_type() == "array":
            return self._add(list(values), "bigint[]")
        return self._add(orjson.dumps(list(values)).decode(), "text")

    def _decimal(self, value: float) -> str:
        # As text: PostgreSQL's numeric then holds the very digits that JSON has.
        if self.dialect.name == "sqlite":
            return self._add(value, "float8")
        return f"({self._add(repr(value), 'text')})::numeric"

    def _add(self, value: Any, type_: str) -> str:
        self.params.append(value)
        return self.dialect.placeholder(len(self.params), type_)
