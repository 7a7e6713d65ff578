"""The SQL of PostgreSQL, where it is other than SQLite's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.services.sql.glue import Json, Pairs, filtered, function_call, glued, is_one_call

_LONGEST_NAME = 63  # of a column, in bytes; response names are ASCII


@dataclass(frozen=True, slots=True)
class Postgresql:
    """PostgreSQL 14 and newer."""

    name: str = "postgresql"
    keeps_order: bool = False

    def placeholder(self, number: int, type_: str) -> str:
        return f"${number}::{type_}"

    def boolean(self, condition: str) -> Json:
        return Json(f"coalesce({condition}, false)")

    def object(self, pairs: Pairs) -> Json:
        if is_one_call(pairs):
            return Json(function_call("json_build_object", pairs), "json")
        return glued(pairs, self.inner, lambda run: f"{function_call('json_build_object', run)}::text")

    def row(self, pairs: Pairs) -> str | None:
        # A row with these columns becomes JSON in four fifths of the time that the function for an object takes.
        if not pairs or not is_one_call(pairs) or any(len(name) > _LONGEST_NAME for name, _ in pairs):
            return None
        return ", ".join(f'{json.sql} AS "{name}"' for name, json in pairs)

    def inner(self, text: str) -> str:
        return f"left(substr({text}, 2), -1)"

    def array(self, element: Json, keep: str) -> Json:
        if element.form == "json":
            return Json(f"coalesce(json_agg({element.sql}){filtered(keep)}, '[]'::json)", "json", sure=True)
        joined = f"string_agg({element.sql}, ','){filtered(keep)}"
        return Json(f"'[' || coalesce({joined}, '') || ']'", "text", sure=True)

    def text_of(self, json: Json) -> str:
        return f"({json.sql})::text"

    def bytes_of(self, text: str) -> str:
        return f"convert_to({text}, 'UTF8')"

    def selected(self, json: Json) -> Json:
        return json

    def page_order(self, most: str, *, backward: bool) -> str:
        return f" ORDER BY p.n {'DESC' if backward else 'ASC'}"

    def cursor(self, mark: str, values: Sequence[str]) -> str:
        return f"{mark} || '0' || encode(convert_to(json_build_array({', '.join(values)})::text, 'UTF8'), 'hex')"

    def one_of(self, expression: str, values: str) -> str:
        return f"{expression} = ANY({values})"

    def texts(self, values: list[str]) -> Any:
        return values

    def each_text(self, number: int) -> str:
        return f"unnest(${number}::text[]) w(value)"

    def list_type(self) -> str:
        return "array"

    def find(self, text: str, part: str) -> str:
        return f"strpos({text}, {part}) > 0"

    def ends(self, text: str, part: str) -> str:
        return f"right({text}, length({part})) = {part}"

    def live(self, alias: str) -> str:
        return f"{alias}.deleted_at IS NULL"

    def tie(self, alias: str) -> str:
        # Several processes add rows at once: their numbers say nothing of their ids.
        return f"{alias}.id"

    def tie_at(self, table: str, id_: str) -> str:
        return id_

    def words(self, alias: str, table: str, query: str) -> str:
        return f"{alias}.words @@ {query}::tsquery"

    def beginnings(self, alias: str, table: str, query: str) -> str:
        # The planner takes the beginning of any word to be in one record of 200, and would walk along the order of the
        # list until it has met a page of them. An array is made first, by the index of words.
        found = f"SELECT w.seq FROM {table} w WHERE w.words @@ {query}::tsquery"
        return f"{alias}.seq = ANY (ARRAY({found}))"

    def placed(self, alias: str, table: str, prefixes: str, places: Sequence[int]) -> str:
        positions = f"'{{{','.join(map(str, places))}}}'::smallint[]"
        found = f"SELECT 1 FROM unnest({alias}.words) u, jsonb_array_elements_text(q.word) p(prefix)"
        missing = f"NOT EXISTS ({found} WHERE starts_with(u.lexeme, p.prefix) AND u.positions && {positions})"
        return f"NOT EXISTS (SELECT 1 FROM jsonb_array_elements({prefixes}::jsonb) q(word) WHERE {missing})"

    def member(self, column: str, key: str, kind: str, test: str) -> str:
        value = f"({column}::jsonb ->> {key})"
        value = f"{value}::numeric" if kind == "number" else f'{value} COLLATE "C"'
        is_kind = f"jsonb_typeof({column}::jsonb -> {key}) = '{'number' if kind == 'number' else 'string'}'"
        return f"CASE WHEN {is_kind} THEN {test.replace('@', value)} ELSE false END"

    def holds(self, column: str, value: str) -> str:
        return f"{column}::jsonb @> to_jsonb({value})"

    def entries(self, column: str, alias: str) -> str:
        return f"json_each({column}::json) {alias}(key, value)"

    def parsed(self, entry: str) -> str:
        return entry

    def pair(self, first: str, second: str) -> str:
        return f"json_build_array({first}, {second})"

    def gathered(self, name: str, value: str) -> str:
        return f"coalesce(json_object_agg({name}, {value}), '{{}}'::json)"

    def removal(self, table: str, where: str, most: int = 1000) -> str:
        # What somebody else has a hand on is left for another time, so that nobody waits in a circle.
        found = f"SELECT seq FROM {table} WHERE {where} LIMIT {most} FOR UPDATE SKIP LOCKED"
        return f"DELETE FROM {table} WHERE seq IN ({found})"
