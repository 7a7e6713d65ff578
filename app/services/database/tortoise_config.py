"""How Tortoise is told of the database: its engines, its models, its migrations."""

from typing import Any

from app.services.database.limits import Limits
from app.settings import Settings
from models import MODULES

CONNECTION = "default"
APP = "models"


def tortoise_config(settings: Settings, limits: Limits, migrations: str) -> dict[str, Any]:
    """What Tortoise needs to migrate. A step that rebuilds a table of SQLite needs its foreign keys off."""
    options = credentials(settings, limits)
    if settings.dialect == "sqlite":
        options["foreign_keys"] = "OFF"
    engine = "sqlite_engine" if settings.dialect == "sqlite" else "asyncpg_engine"
    return {
        "connections": {CONNECTION: {"engine": f"app.services.database.{engine}", "credentials": options}},
        "apps": {APP: {"models": list(MODULES), "default_connection": CONNECTION, "migrations": migrations}},
    }


def credentials(settings: Settings, limits: Limits) -> dict[str, Any]:
    """What the connection of a migration is opened with."""
    return _sqlite(settings, limits) if settings.dialect == "sqlite" else _postgresql(settings, limits)


def _sqlite(settings: Settings, limits: Limits) -> dict[str, Any]:
    return {
        "file_path": str(settings.sqlite_path),
        "connect_seconds": limits.wait,
        "busy_timeout": round(limits.wait * 1000),
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "foreign_keys": "ON",
        "journal_size_limit": 64 << 20,
        "cache_size": -32_000,
        "temp_store": "MEMORY",
    }


def _postgresql(settings: Settings, limits: Limits) -> dict[str, Any]:
    return {
        "dsn": settings.database_url,
        "minsize": 0,
        "maxsize": 10,
        **connection_options(limits),
        "server_settings": {**SERVER_SETTINGS, **writer_settings(limits)},
    }


# Compiling a statement takes longer than running any of ours.
SERVER_SETTINGS = {"application_name": "cube", "jit": "off"}


def writer_settings(limits: Limits) -> dict[str, str]:
    """What the server is told of a connection that writes."""
    return {"lock_timeout": f"{round(limits.wait * 1000)}", "idle_in_transaction_session_timeout": "60000"}


def connection_options(limits: Limits) -> dict[str, Any]:
    """What every connection to PostgreSQL is opened with."""
    return {
        "timeout": limits.wait,
        "command_timeout": limits.read,
        "statement_cache_size": 512,
        "max_cached_statement_lifetime": 0,
        "max_cacheable_statement_size": 0,
    }
