"""What every record of the directory has: its life, and what callers add to it."""

from tortoise.models import Model

from models.columns import Text, integer, sequence


class Record(Model):
    """Instants are texts of one width, in UTC; lists and maps are canonical JSON."""

    seq = sequence()
    id = Text(unique=True)
    members = Text()  # the whole record as JSON, ready to leave but for its braces
    version = integer()
    created_at = Text()
    updated_at = Text()
    deleted_at = Text(null=True)
    external_ids = Text(db_default="{}")
    tags = Text(db_default="[]")
    metadata = Text(db_default="{}")
    metadata_folded = Text(db_default="{}")

    class Meta:
        abstract = True
