"""Beside each search word the fields that it comes from, for keys that may not see all of them.

On PostgreSQL they are the positions of the words, for which there is room already. The words of records that are there
already are stored anew when this step has been applied (see app.services.migrate).
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

_OPTIONS = "detail=none, columnsize=0, tokenize='ascii'"


async def add_places(apps: Any, editor: Any) -> None:
    if editor.DIALECT != "sqlite":
        return
    for table in ("users", "clients", "customers"):
        for statement in (
            f"CREATE VIRTUAL TABLE {table}_words_anew USING fts5(words, places UNINDEXED, {_OPTIONS})",
            f"DROP TABLE {table}_words",
            f"ALTER TABLE {table}_words_anew RENAME TO {table}_words",
        ):
            await editor.client.execute_query(statement)


class Migration(migrations.Migration):
    dependencies = [("models", "0004_signing")]  # noqa: RUF012 - Tortoise's own form

    operations = [ops.RunPython(add_places)]  # noqa: RUF012 - Tortoise's own form
