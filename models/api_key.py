"""The table of API keys. Of a secret only its hash is stored; that before a rotation works until `previous_until`."""

from tortoise.models import Model

from models.columns import Reference, Text, integer, sequence


class ApiKey(Model):
    seq = sequence()
    id = Text(unique=True)
    version = integer()
    name = Text()
    name_folded = Text()
    prefix = Text()
    prefix_folded = Text()
    scopes = Text(db_default="[]")
    owner_id = Reference("users")
    filters = Text(db_default="{}")
    filters_parts = Text(db_default="[]")
    hidden_fields = Text(db_default="[]")
    secret_hash = Text()
    previous_hash = Text(null=True)
    previous_until = Text(null=True)
    created_at = Text()
    updated_at = Text()
    expires_at = Text(null=True)
    last_used_at = Text(null=True)
    revoked_at = Text(null=True)

    class Meta:
        table = "api_keys"
