"""The secret by which tokens are signed: one row, made with the table, and the same for every process."""

import secrets
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.columns import Text, integer


async def make_secret(apps: Any, editor: Any) -> None:
    # Hexadecimal digits, made here: they need no quoting, and no parameters, which the two databases write differently.
    await editor.client.execute_query(f"INSERT INTO signing (id, secret) VALUES (1, '{secrets.token_hex(32)}')")


class Migration(migrations.Migration):
    dependencies = [("models", "0003_sessions")]  # noqa: RUF012 - Tortoise's own form

    operations = [  # noqa: RUF012
        ops.CreateModel(
            "Signing", [("id", integer(primary_key=True, generated=False)), ("secret", Text())], {"table": "signing"}
        ),
        ops.RunPython(make_secret),
    ]
