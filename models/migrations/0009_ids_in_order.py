"""On SQLite rows are numbered in the order of their ids, so that indexes need not hold the ids: they end in the number.

That makes the indexes half as large. Where processes that wrote at once have mixed up the order, rows are numbered
anew. No process of an earlier version may write afterwards: its clock may be behind that of another one. PostgreSQL
keeps its indexes: there rows are added side by side.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

_SEARCHED = ("users", "clients", "customers")
_TABLES = (*_SEARCHED, "api_keys")
_ENDING = ", id)"
_RECORDS = 1_000_000
_UNTOLD = 10  # records of one value, if SQLite is told nothing
_MIXED_UP = """
SELECT 1 FROM (SELECT id, lag(id) OVER (ORDER BY seq) AS last FROM {table}) WHERE id < last LIMIT 1
"""
_INDEXES = f"""
SELECT m.name, m.sql, s.stat FROM sqlite_master m LEFT JOIN sqlite_stat1 s ON s.idx = m.name
WHERE m.type = 'index' AND m.tbl_name = '{{table}}' AND m.sql LIKE '%{_ENDING}'
"""


async def number_by_id(apps: Any, editor: Any) -> None:
    if editor.DIALECT != "sqlite":
        return
    client = editor.client
    for table in _TABLES:
        indexes = await _rows(client, _INDEXES.format(table=table))
        for name, _, _ in indexes:
            await client.execute_query(f"DROP INDEX {name}")
        # Without them a row gets another number in a tenth of the time.
        if await _rows(client, _MIXED_UP.format(table=table)):
            await _number_anew(client, table)
        for name, text, stat in indexes:
            await client.execute_query(f"{text.removesuffix(_ENDING)})")
            if told := _told(table, name, stat):
                row = f"('{table}', '{name}', '{told}')"
                await client.execute_query(f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES {row}")


async def _rows(client: Any, query: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in (await client.execute_query(query))[1]]


async def _number_anew(client: Any, table: str) -> None:
    new = f"(SELECT n.new FROM temp.numbers n WHERE n.old = {table}.seq)"
    statements = [
        "CREATE TEMP TABLE numbers (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)",
        f"INSERT INTO temp.numbers SELECT seq, row_number() OVER (ORDER BY id) FROM {table}",
        f"UPDATE {table} SET seq = -{new}",  # a number that another row still has can't be given yet
        f"UPDATE {table} SET seq = -seq",
        "DROP TABLE temp.numbers",
    ]
    if table in _SEARCHED:
        found = f"SELECT n.new, w.words, w.places FROM {table}_words w JOIN temp.numbers n ON n.old = w.rowid"
        statements[2:2] = [
            f"CREATE TEMP TABLE words AS {found}",
            f"DELETE FROM {table}_words",
            f"INSERT INTO {table}_words (rowid, words, places) SELECT * FROM temp.words ORDER BY new",
            "DROP TABLE temp.words",
        ]
    for statement in statements:
        await client.execute_query(statement)


def _told(table: str, index: str, stat: str | None) -> str | None:
    """What is told of an index that has lost its last column, if anything (see 0007_statistics).

    Of those by time (`customers_status_created_at`) a tenth more records than there are: in any other order they are
    read sooner by their numbers, from the plain index, in which they lie as they do in the table.
    """
    if not index.endswith("_created_at") or index == f"{table}_created_at":
        return stat and stat.rpartition(" ")[0]
    records, many = map(int, stat.split()[:2]) if stat else (_RECORDS, _UNTOLD)
    return f"{records} {many + many // 10} 1"


class Migration(migrations.Migration):
    dependencies = [("models", "0008_pending_words")]  # noqa: RUF012 - Tortoise's own form

    operations = [ops.RunPython(number_by_id)]  # noqa: RUF012 - Tortoise's own form
