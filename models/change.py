"""The table of changes: one row for each write.

On PostgreSQL, where `seq` is not the order of commits, SQL adds a column `tx`: the number of the row's transaction.
"""

from tortoise.models import Model

from models.columns import Text, integer, sequence


class Change(Model):
    seq = sequence()
    at = Text()
    resource = Text()
    record = Text()
    action = Text()
    version = integer()
    changes = Text()
    key_id = Text(null=True)
    user_id = Text(null=True)
    source = Text()
    trace_id = Text()

    class Meta:
        table = "changes"
