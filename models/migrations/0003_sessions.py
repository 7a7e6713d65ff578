"""The portal's sessions, the attempts to sign in, and which version of their password users have."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.columns import Reference, Text, integer, sequence

SESSION = [
    ("seq", sequence()),
    ("token_hash", Text(unique=True)),
    ("user_id", Reference("users")),
    ("password_version", integer()),
    *((name, Text()) for name in ("csrf", "created_at", "seen_at", "expires_at")),
]
ATTEMPT = [
    ("seq", sequence()),
    ("subject", Text(unique=True)),
    ("failures", integer()),
    ("last_at", Text()),
    *((name, Text(null=True)) for name in ("blocked_until", "known_until")),
]

INDEXES = """
CREATE INDEX portal_sessions_user_id ON portal_sessions (user_id);
CREATE INDEX portal_sessions_expires_at ON portal_sessions (expires_at);
CREATE INDEX sign_in_attempts_last_at ON sign_in_attempts (last_at)
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0002_keys_narrowed")]  # noqa: RUF012 - Tortoise's own form

    operations = [  # noqa: RUF012 - Tortoise's own form
        ops.AddField("User", "password_version", integer(db_default=0)),
        ops.CreateModel("PortalSession", SESSION, {"table": "portal_sessions"}),
        ops.CreateModel("SignInAttempt", ATTEMPT, {"table": "sign_in_attempts"}),
        ops.RunSQL(INDEXES),
    ]
