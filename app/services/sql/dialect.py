"""What differs between the SQL of SQLite and of PostgreSQL; everything else is written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from app.services.sql.glue import Json, Pairs, filtered, function_call, glued, is_one_call

_LONGEST_NAME = 63  # of a column of PostgreSQL, in bytes; response names are ASCII


class Dialect(Protocol):
    """The words of one database."""

    @property
    def name(self) -> str: ...
    def placeholder(self, number: int, type_: str) -> str: ...
    def boolean(self, condition: str) -> Json: ...
    def object(self, pairs: Pairs) -> Json: ...
    def row(self, pairs: Pairs) -> str | None: ...
    def inner(self, text: str) -> str: ...
    def array(self, element: Json, keep: str) -> Json: ...
    def text_of(self, json: Json) -> str: ...
    def bytes_of(self, text: str) -> str: ...
    def selected(self, json: Json) -> Json: ...
    @property
    def keeps_order(self) -> bool: ...
    def page_order(self, most: str, *, backward: bool) -> str: ...
    def cursor(self, mark: str, values: Sequence[str]) -> str: ...
    def one_of(self, expression: str, values: str) -> str: ...
    def texts(self, values: list[str]) -> Any: ...
    def each_text(self, number: int) -> str: ...
    def list_type(self) -> str: ...
    def find(self, text: str, part: str) -> str: ...
    def ends(self, text: str, part: str) -> str: ...
    def live(self, alias: str) -> str: ...
    def tie(self, alias: str) -> str: ...
    def tie_at(self, table: str, id_: str) -> str: ...
    def words(self, alias: str, table: str, query: str) -> str: ...
    def beginnings(self, alias: str, table: str, query: str) -> str: ...
    def placed(self, alias: str, table: str, prefixes: str, places: Sequence[int]) -> str: ...
    def member(self, column: str, key: str, kind: str, test: str) -> str: ...
    def holds(self, column: str, value: str) -> str: ...
    def entries(self, column: str, alias: str) -> str: ...
    def parsed(self, entry: str) -> str: ...
    def pair(self, first: str, second: str) -> str: ...
    def gathered(self, name: str, value: str) -> str: ...
    def removal(self, table: str, where: str, most: int = 1000) -> str: ...


@dataclass(frozen=True, slots=True)
class Sqlite:
    """SQLite 3.40 and newer."""

    name: str = "sqlite"
    keeps_order: bool = True  # a cross join goes through its left side in order

    def placeholder(self, number: int, type_: str) -> str:
        return f"?{number}"

    def boolean(self, condition: str) -> Json:
        return Json(f"CASE WHEN {condition} THEN 'true' ELSE 'false' END", "text")

    def object(self, pairs: Pairs) -> Json:
        if is_one_call(pairs):
            return Json(function_call("json_object", pairs), "json")
        return glued(pairs, self.inner, lambda run: function_call("json_object", run))

    def row(self, pairs: Pairs) -> str | None:
        return None

    def inner(self, text: str) -> str:
        # A negative length: what stands before the last character, without a second look at the text.
        return f"substr(substr({text}, -1, -{2**30}), 2)"

    def array(self, element: Json, keep: str) -> Json:
        joined = f"group_concat({self.text_of(element)}, ','){filtered(keep)}"
        return Json(f"'[' || coalesce({joined}, '') || ']'", "text", sure=True)

    def text_of(self, json: Json) -> str:
        return json.sql

    def bytes_of(self, text: str) -> str:
        return f"CAST({text} AS BLOB)"

    def selected(self, json: Json) -> Json:
        # What comes out of a sub-select is text: SQLite has no JSON type, only a mark that gets lost there. To glue it
        # in is also the flatter way: older versions read no more than a hundred things that lie within each other.
        return Json(json.sql, "text", json.sure)

    def page_order(self, most: str, *, backward: bool) -> str:
        # An order without a limit may be dropped in a sub-select.
        return f" ORDER BY p.n DESC LIMIT {most}" if backward else ""

    def cursor(self, mark: str, values: Sequence[str]) -> str:
        return f"{mark} || '0' || lower(hex(json_array({', '.join(values)})))"

    def one_of(self, expression: str, values: str) -> str:
        return f"{expression} IN (SELECT value FROM json_each({values}))"

    def texts(self, values: list[str]) -> Any:
        return orjson.dumps(values).decode()

    def each_text(self, number: int) -> str:
        return f"json_each(?{number}) w"

    def list_type(self) -> str:
        return "json"

    def find(self, text: str, part: str) -> str:
        return f"instr({text}, {part}) > 0"

    def ends(self, text: str, part: str) -> str:
        return f"(length({part}) <= length({text}) AND substr({text}, length({text}) - length({part}) + 1) = {part})"

    def live(self, alias: str) -> str:
        # The plus keeps the planner off the index of deleted_at: almost every row is live.
        return f"+{alias}.deleted_at IS NULL"

    def tie(self, alias: str) -> str:
        # Every index ends in the row's number anyway, and ids grow with it (see `Transaction.next_id`).
        return f"{alias}.seq"

    def tie_at(self, table: str, id_: str) -> str:
        # An id that was never given stands between two rows. The collation is the one of the number: without a word of
        # it SQLite makes no use of the number in an index.
        found = f"SELECT seq + (id < {id_}) * 0.5 FROM {table} WHERE id <= {id_} ORDER BY id DESC LIMIT 1"
        return f"coalesce(({found}), 0) COLLATE BINARY"

    def words(self, alias: str, table: str, query: str) -> str:
        return f"{alias}.seq IN (SELECT rowid FROM {table}_words WHERE {table}_words MATCH {query})"

    def beginnings(self, alias: str, table: str, query: str) -> str:
        return self.words(alias, table, query)

    def placed(self, alias: str, table: str, prefixes: str, places: Sequence[int]) -> str:
        found = f"SELECT 1 FROM {table}_words x, json_each(q.value) p WHERE x.rowid = {alias}.seq"
        missing = f"NOT EXISTS ({found} AND instr(x.places, p.value) > 0)"
        return f"NOT EXISTS (SELECT 1 FROM json_each({prefixes}) q WHERE {missing})"

    def member(self, column: str, key: str, kind: str, test: str) -> str:
        types = "('integer', 'real')" if kind == "number" else "('text')"
        value = test.replace("@", "e.atom")
        return f"EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.key = {key} AND e.type IN {types} AND {value})"

    def holds(self, column: str, value: str) -> str:
        return f"EXISTS (SELECT 1 FROM json_each({column}) e WHERE e.atom = {value})"

    def entries(self, column: str, alias: str) -> str:
        return f"json_each({column}) {alias}"

    def parsed(self, entry: str) -> str:
        return f"json({entry})"

    def pair(self, first: str, second: str) -> str:
        return f"json_array({first}, {second})"

    def gathered(self, name: str, value: str) -> str:
        return f"json_group_object({name}, {value})"

    def removal(self, table: str, where: str, most: int = 1000) -> str:
        return f"DELETE FROM {table} WHERE seq IN (SELECT seq FROM {table} WHERE {where} LIMIT {most})"


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


SQLITE = Sqlite()
POSTGRESQL = Postgresql()
DIALECTS: dict[str, Dialect] = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
