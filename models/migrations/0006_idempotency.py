"""The idempotency keys, each with the answer that it stands for."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.columns import Text, integer, sequence

KEY = [
    ("seq", sequence()),
    *((name, Text()) for name in ("holder", "key", "fingerprint")),
    ("status", integer()),
    *((name, Text()) for name in ("headers", "body")),
    ("secrets", Text(null=True)),
    ("expires_at", Text()),
]

INDEXES = """
CREATE UNIQUE INDEX idempotency_keys_holder ON idempotency_keys (holder, key);
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at)
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0005_search_places")]  # noqa: RUF012 - Tortoise's own form

    operations = [  # noqa: RUF012 - Tortoise's own form
        ops.CreateModel("IdempotencyKey", KEY, {"table": "idempotency_keys"}),
        ops.RunSQL(INDEXES),
    ]
