"""The table with the secret by which tokens are signed: one row."""

from tortoise.models import Model

from models.columns import Text, integer


class Signing(Model):
    id = integer(primary_key=True, generated=False)
    secret = Text()

    class Meta:
        table = "signing"
