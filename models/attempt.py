"""The table of attempts to sign in: how often each subject has failed, and until when it must wait."""

from tortoise.models import Model

from models.columns import Text, integer, sequence


class SignInAttempt(Model):
    seq = sequence()
    subject = Text(unique=True)
    failures = integer()
    last_at = Text()
    blocked_until = Text(null=True)
    known_until = Text(null=True)

    class Meta:
        table = "sign_in_attempts"
