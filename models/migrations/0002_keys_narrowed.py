"""What an API key may see: its filters, their parts apart, and the fields that are hidden from it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.columns import Text


class Migration(migrations.Migration):
    dependencies = [("models", "0001_initial")]  # noqa: RUF012 - Tortoise's own form

    operations = [  # noqa: RUF012
        ops.AddField("ApiKey", "filters", Text(db_default="{}")),
        ops.AddField("ApiKey", "filters_parts", Text(db_default="[]")),
        ops.AddField("ApiKey", "hidden_fields", Text(db_default="[]")),
    ]
