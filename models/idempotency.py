"""The table of idempotency keys: what each request that was sent with one was answered, until it may be forgotten."""

from tortoise.models import Model

from models.columns import Text, integer, sequence


class IdempotencyKey(Model):
    seq = sequence()
    holder = Text()
    key = Text()
    fingerprint = Text()
    status = integer()
    headers = Text()
    body = Text()
    secrets = Text(null=True)
    expires_at = Text()

    class Meta:
        table = "idempotency_keys"
