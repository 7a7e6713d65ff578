"""JSON in SQL: what an expression is as JSON, and objects that are glued together of finished pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

# Pairs that one call of the JSON object function takes: SQLite allows 63, PostgreSQL 50.
MAX_PAIRS = 49
EVERY = "TRUE"
"""The condition of an array that leaves nothing out."""


@dataclass(frozen=True, slots=True)
class Json:
    """An expression and how it becomes JSON.

    `value`: a plain value, that the JSON functions quote. `json`: what these functions take as it is. `text`: finished
    JSON text (or null), which is glued in: to hand it to a JSON function would parse and print all of it again.
    `members`: the text of members that stand here by their own names. `sure`: it is never null.
    """

    sql: str
    form: Literal["value", "json", "text", "members"] = "value"
    sure: bool = False


Pairs = Sequence[tuple[str, Json]]


def quoted(name: str) -> str:
    """A response name as an SQL string literal."""
    return "'" + name.replace("'", "''") + "'"


def glued(pairs: Pairs, inner: Callable[[str], str], call: Callable[[Pairs], str]) -> Json:
    """An object of pieces: finished texts as they are, and runs of what lies between them by one `call` each."""
    pieces: list[str] = []
    run: list[tuple[str, Json]] = []
    for name, json in pairs:
        finished = json.form in ("text", "members")
        if run and (finished or len(run) == MAX_PAIRS):
            pieces.append(inner(call(run)))
            run = []
        if json.form == "members":
            pieces.append(json.sql)
        elif finished:
            value = json.sql if json.sure else f"coalesce({json.sql}, 'null')"
            pieces.append(quoted(f'"{name}":') + f" || {value}")
        else:
            run.append((name, json))
    if run:
        pieces.append(inner(call(run)))
    text = "'{' || " + " || ',' || ".join(pieces or ["''"]) + " || '}'"
    # Two texts beside each other are one: each sign of concatenation copies what stands before it.
    return Json(text.replace("' || '", ""), "text", sure=True)


def filtered(keep: str) -> str:
    return "" if keep == EVERY else f" FILTER (WHERE {keep})"


def is_one_call(pairs: Pairs) -> bool:
    return len(pairs) <= MAX_PAIRS and all(json.form in ("value", "json") for _, json in pairs)


def function_call(function: str, pairs: Pairs) -> str:
    return f"{function}({', '.join(f'{quoted(name)}, {json.sql}' for name, json in pairs)})"
