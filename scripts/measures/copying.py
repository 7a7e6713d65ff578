"""Copies a filled SQLite file into an empty PostgreSQL database: the same records, the same ids, the same keys."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg

from app.services.migrate import migrate
from app.settings import Settings

_TABLES = ("users", "clients", "customers", "api_keys", "external_ids", "changes")
_SEARCHED = frozenset({"users", "clients", "customers"})
_AT_ONCE = 2_000
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
# Those that no constraint stands on.
_INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid WHERE t.relname = ANY($1)
AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
"""


def copy(file: Path, url: str) -> None:
    asyncio.run(_copy(file, url))


async def _copy(file: Path, url: str) -> None:
    await migrate(Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None))
    source = sqlite3.connect(file)
    target = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
    try:
        await target.execute("SET maintenance_work_mem = '512MB'")
        indexes = await target.fetch(_INDEXES, list(_TABLES))
        for name, _ in indexes:
            await target.execute(f"DROP INDEX {name}")
        for table in _TABLES:
            await _copy_table(source, target, table)
        for _, text in indexes:
            await target.execute(text)
        await target.execute("VACUUM ANALYZE")
    finally:
        source.close()
        await target.close()


async def _copy_table(source: sqlite3.Connection, target: Any, table: str) -> None:
    columns = [row[1] for row in source.execute(f"PRAGMA table_info({table})")]
    read = f"SELECT {', '.join(f't.{column}' for column in columns)} FROM {table} t"
    if table in _SEARCHED:
        columns.append("words")
        read = read.replace(" FROM", ", w.words FROM") + f" JOIN {table}_words w ON w.rowid = t.seq"
    rows = source.execute(read)
    await target.copy_to_table(table, source=_lines(rows), columns=columns, format="text")
    await target.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'seq'), max(seq)) FROM {table}")


async def _lines(rows: sqlite3.Cursor) -> AsyncIterator[bytes]:
    """Rows in PostgreSQL's own form of text. Words hold no sign that a tsvector would read otherwise."""
    while many := rows.fetchmany(_AT_ONCE):
        yield "".join([_line(row) for row in many]).encode()


def _line(row: Sequence[Any]) -> str:
    return "\t".join(["\\N" if cell is None else str(cell).translate(_ESCAPED) for cell in row]) + "\n"
