"""The table of external ids: which record another system means by its own id. Only live records have rows."""

from tortoise.models import Model

from models.columns import Text, sequence


class ExternalId(Model):
    seq = sequence()
    resource = Text()
    system = Text()
    value = Text()
    record = Text()

    class Meta:
        table = "external_ids"
