"""The table of the portal's sessions: each is one sign-in. Of its token only the hash is stored."""

from tortoise.models import Model

from models.columns import Reference, Text, integer, sequence


class PortalSession(Model):
    seq = sequence()
    token_hash = Text(unique=True)
    user_id = Reference("users")
    password_version = integer()
    csrf = Text()
    created_at = Text()
    seen_at = Text()
    expires_at = Text()

    class Meta:
        table = "portal_sessions"
