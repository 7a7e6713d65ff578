"""What differs between the SQL of SQLite and of PostgreSQL; everything else is written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# Pairs that one call of the JSON object function takes: SQLite allows 63, PostgreSQL 50.
MAX_PAIRS = 49


class Dialect(Protocol):
    """The words of one database. `json` marks an expression that already is JSON."""

    @property
    def name(self) -> str: ...
    def placeholder(self, number: int, type_: str) -> str: ...
    def json(self, expression: str) -> str: ...
    def boolean(self, condition: str) -> str: ...
    def object(self, pairs: Sequence[tuple[str, str]]) -> str: ...
    def array(self, expression: str, keep: str) -> str: ...
    def text_of(self, expression: str) -> str: ...
    def cursor(self, mark: str, values: Sequence[str]) -> str: ...
    def one_of(self, expression: str, values: str) -> str: ...
    def list_type(self) -> str: ...
    def find(self, text: str, part: str) -> str: ...
    def ends(self, text: str, part: str) -> str: ...
    def live(self, alias: str) -> str: ...
    def words(self, alias: str, table: str, query: str) -> str: ...
    def member(self, column: str, key: str, kind: str, test: str) -> str: ...
    def holds(self, column: str, value: str) -> str: ...


def quoted(name: str) -> str:
    """A response name as an SQL string literal."""
    return "'" + name.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Sqlite:
    """SQLite 3.40 and newer."""

    name: str = "sqlite"

    def placeholder(self, number: int, type_: str) -> str:
        return f"?{number}"

    def json(self, expression: str) -> str:
        return f"json({expression})"

    def boolean(self, condition: str) -> str:
        return f"json(CASE WHEN {condition} THEN 'true' ELSE 'false' END)"

    def object(self, pairs: Sequence[tuple[str, str]]) -> str:
        parts = [_call("json_object", pairs[i : i + MAX_PAIRS]) for i in range(0, len(pairs) or 1, MAX_PAIRS)]
        return parts[0] if len(parts) == 1 else f"json({_glued(parts)})"

    def array(self, expression: str, keep: str) -> str:
        # Pieces of finished text: json_group_array would parse and print each of them again.
        return f"json('[' || coalesce(group_concat({expression}, ',') FILTER (WHERE {keep}), '') || ']')"

    def text_of(self, expression: str) -> str:
        return expression

    def cursor(self, mark: str, values: Sequence[str]) -> str:
        return f"{mark} || '0' || lower(hex(json_array({', '.join(values)})))"

    def one_of(self, expression: str, values: str) -> str:
        return f"{expression} IN (SELECT value FROM json_each({values}))"

    def list_type(self) -> str:
        return "json"

    def find(self, text: str, part: str) -> str:
        return f"instr({text}, {part}) > 0"

    def ends(self, text: str, part: str) -> str:
        return f"(length({part}) <= length({text}) AND substr({text}, length({text}) - length({part}) + 1) = {part})"

    def live(self, alias: str) -> str:
        # The plus keeps the planner off the index of deleted_at: almost every row is live.
        return f"+{alias}.deleted_at IS NULL"

    def words(self, alias: str, table: str, query: str) -> str:
        return f"{alias}.seq IN (SELECT rowid FROM {table}_words WHERE {table}_words MATCH {query})"

    def member(self, column: str, key: str, kind: str, test: str) -> str:
        types = "('integer', 'real')" if kind == "number" else "('text')"
        value = test.replace("@", "e.atom")
        return f"EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.key = {key} AND e.type IN {types} AND {value})"

    def holds(self, column: str, value: str) -> str:
        return f"EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.atom = {value})"


@dataclass(frozen=True, slots=True)
class Postgresql:
    """PostgreSQL 14 and newer."""

    name: str = "postgresql"

    def placeholder(self, number: int, type_: str) -> str:
        return f"${number}::{type_}"

    def json(self, expression: str) -> str:
        return f"({expression})::json"

    def boolean(self, condition: str) -> str:
        return f"coalesce({condition}, false)"

    def object(self, pairs: Sequence[tuple[str, str]]) -> str:
        parts = [_call("json_build_object", pairs[i : i + MAX_PAIRS]) for i in range(0, len(pairs) or 1, MAX_PAIRS)]
        return parts[0] if len(parts) == 1 else f"({_glued([f'{part}::text' for part in parts])})::json"

    def array(self, expression: str, keep: str) -> str:
        return f"coalesce(json_agg({expression}) FILTER (WHERE {keep}), '[]'::json)"

    def text_of(self, expression: str) -> str:
        return f"({expression})::text"

    def cursor(self, mark: str, values: Sequence[str]) -> str:
        return f"{mark} || '0' || encode(convert_to(json_build_array({', '.join(values)})::text, 'UTF8'), 'hex')"

    def one_of(self, expression: str, values: str) -> str:
        return f"{expression} = ANY({values})"

    def list_type(self) -> str:
        return "array"

    def find(self, text: str, part: str) -> str:
        return f"strpos({text}, {part}) > 0"

    def ends(self, text: str, part: str) -> str:
        return f"right({text}, length({part})) = {part}"

    def live(self, alias: str) -> str:
        return f"{alias}.deleted_at IS NULL"

    def words(self, alias: str, table: str, query: str) -> str:
        return f"{alias}.words @@ {query}::tsquery"

    def member(self, column: str, key: str, kind: str, test: str) -> str:
        value = f"({column}::jsonb ->> {key})"
        value = f"{value}::numeric" if kind == "number" else f'{value} COLLATE "C"'
        is_kind = f"jsonb_typeof({column}::jsonb -> {key}) = '{'number' if kind == 'number' else 'string'}'"
        return f"CASE WHEN {is_kind} THEN {test.replace('@', value)} ELSE false END"

    def holds(self, column: str, value: str) -> str:
        return f"{column}::jsonb @> to_jsonb({value})"


def _call(function: str, pairs: Sequence[tuple[str, str]]) -> str:
    return f"{function}({', '.join(f'{quoted(name)}, {expression}' for name, expression in pairs)})"


def _glued(objects: Sequence[str]) -> str:
    """One JSON object out of several, as text."""
    inner = [f"substr({o}, 2, length({o}) - 2)" for o in objects]
    return "'{' || " + " || ',' || ".join(inner) + " || '}'"


SQLITE = Sqlite()
POSTGRESQL = Postgresql()
DIALECTS: dict[str, Dialect] = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
