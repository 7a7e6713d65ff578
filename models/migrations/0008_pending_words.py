"""On PostgreSQL new words are put on a short list first, and into their index some sixty records at a time.

One by one they were two fifths of what it does to store a record, and half of what it logs. A search walks the list:
its 64 kB take it as long as finding a few records.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

LIST_KB = 64


async def have_lists(apps: Any, editor: Any) -> None:
    if editor.DIALECT == "sqlite":
        return
    for table in ("users", "clients", "customers"):
        options = f"fastupdate = on, gin_pending_list_limit = {LIST_KB}"
        await editor.client.execute_query(f"ALTER INDEX {table}_words SET ({options})")


class Migration(migrations.Migration):
    dependencies = [("models", "0007_statistics")]  # noqa: RUF012 - Tortoise's own form

    operations = [ops.RunPython(have_lists)]  # noqa: RUF012 - Tortoise's own form
