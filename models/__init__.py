"""What is stored: the tables and their migrations."""

MODULES = (
    "models.user",
    "models.client",
    "models.customer",
    "models.api_key",
    "models.external_id",
    "models.change",
    "models.maintenance",
    "models.signing",
    "models.session",
    "models.attempt",
    "models.idempotency",
)
