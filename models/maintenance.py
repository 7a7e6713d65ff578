"""The table that says whether the service is under maintenance: one row."""

from tortoise import fields
from tortoise.models import Model

from models.columns import Text, integer


class Maintenance(Model):
    id = integer(primary_key=True, generated=False)
    on = fields.BooleanField(db_default=False)
    message = Text(null=True)
    retry_after = integer(null=True)
    since = Text(null=True)

    class Meta:
        table = "maintenance"
