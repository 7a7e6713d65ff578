"""Search words stored anew, for records that are there already when what is kept of their words becomes another."""

from __future__ import annotations

from typing import Any

from tortoise.backends.base.client import TransactionalDBClient

from app.services import rows
from app.services.sql.dialect import Dialect
from app.services.sql.words import places_text, tokens, vector_text
from schema.resource import Resource
from schema.resources import DIRECTORY

_AT_ONCE = 500


async def index_words(transaction: TransactionalDBClient, dialect: Dialect) -> None:
    """The words of every record, deleted ones among them."""
    for resource in DIRECTORY:
        last = 0
        while found := await _next(transaction, dialect, resource, last):
            last = found[-1][0]
            for seq, *cells in found:
                await _store(transaction, dialect, resource, seq, tuple(cells))


async def _next(
    transaction: TransactionalDBClient, dialect: Dialect, resource: Resource, last: int
) -> list[tuple[Any, ...]]:
    ending = f"seq > {last} ORDER BY seq LIMIT {_AT_ONCE}"
    text = rows.select(resource, dialect, ending, lock=False).replace("SELECT ", "SELECT seq, ", 1)
    _, found = await transaction.execute_query(text)
    return [tuple(row) for row in found]


async def _store(
    transaction: TransactionalDBClient, dialect: Dialect, resource: Resource, seq: int, cells: tuple[Any, ...]
) -> None:
    words = tokens(resource, rows.of_row(resource, cells).values)
    if dialect.name == "sqlite":
        insert = f"INSERT INTO {resource.table}_words (rowid, words, places) VALUES (?, ?, ?)"
        await transaction.execute_query(insert, [seq, " ".join(words), places_text(words)])
    else:
        update = f"UPDATE {resource.table} SET words = $1::text::tsvector WHERE seq = $2"
        await transaction.execute_query(update, [vector_text(words), seq])
