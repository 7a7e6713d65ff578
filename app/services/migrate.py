"""Bringing the database to the tables that this code knows: each step whole and marked, or not at all."""

from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, SqliteSchemaEditor
from tortoise.transactions import in_transaction

from app.services.database import Limits
from app.services.database.tortoise_config import CONNECTION, tortoise_config
from app.services.pending import MIGRATIONS
from app.services.reindex import index_words
from app.services.sql.dialect import DIALECTS
from app.settings import Settings

PLACES_STEP = "0005_search_places"

# Another process that migrates is waited for: its steps may rewrite large tables.
_LIMITS = Limits(wait=600, read=3600)
_LOCK = 0x63756265  # "cube": the number of PostgreSQL's advisory lock


class MigrationFailed(Exception):
    """The database could not be migrated; it is as it was before. The cause has the driver's own words."""


async def migrate(settings: Settings, migrations: str = MIGRATIONS) -> list[str]:
    """Apply what is pending, in one transaction that no other process can have at the same time; the names applied."""
    if settings.dialect == "sqlite":
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    config = tortoise_config(settings, _LIMITS, migrations)
    progress = _Progress()
    try:
        async with TortoiseContext() as context:
            await context.init(config)
            async with in_transaction(CONNECTION) as transaction:
                await _lock(transaction, settings)
                executor = MigrationExecutor(transaction, config["apps"])
                await executor.recorder.ensure_schema(_editor(transaction, settings))
                await executor.migrate(direction="forward", progress=progress)
                if PLACES_STEP in progress.applied:
                    await index_words(transaction, DIALECTS[settings.dialect])
                await _check_references(transaction, settings)
    except Exception as error:
        raise MigrationFailed(progress.failure()) from error
    return progress.applied


class _Progress:
    """How far Tortoise has come."""

    def __init__(self) -> None:
        self.applied: list[str] = []
        self._begun: str | None = None

    def __call__(self, event: str, app: str, name: str) -> None:
        if event == "apply_start":
            self._begun = name
        elif event == "apply_done":
            self.applied.append(name)

    def failure(self) -> str:
        if self._begun is None:
            return "The database could not be opened to migrate it."
        return f"The migration {self._begun} failed; the database is as it was before."


def _editor(transaction: TransactionalDBClient, settings: Settings) -> Any:
    return (SqliteSchemaEditor if settings.dialect == "sqlite" else AsyncpgSchemaEditor)(transaction, atomic=False)


async def _lock(transaction: TransactionalDBClient, settings: Settings) -> None:
    """Wait for others who migrate. On SQLite the transaction has begun as the only writer."""
    if settings.dialect == "postgresql":
        await transaction.execute_query("SET LOCAL lock_timeout = 0")
        await transaction.execute_query(f"SELECT pg_advisory_xact_lock({_LOCK})")


async def _check_references(transaction: TransactionalDBClient, settings: Settings) -> None:
    """What SQLite did not watch while its foreign keys were off."""
    if settings.dialect == "sqlite":
        _, broken = await transaction.execute_query("PRAGMA foreign_key_check")
        if broken:
            raise ValueError(f"{len(broken)} rows refer to rows that are not there")
