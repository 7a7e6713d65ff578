"""The SQL of SQLite, where it is other than PostgreSQL's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.services.sql.glue import Json, Pairs, filtered, function_call, glued, is_one_call


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
