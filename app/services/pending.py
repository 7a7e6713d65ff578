"""Which migrations a database still needs: asked by every server, which for that need not import what migrates."""

from importlib import import_module
from pkgutil import iter_modules

from app.services.database import Database
from app.services.database.tortoise_config import APP

MIGRATIONS = "models.migrations"

_TABLE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'",
    "postgresql": "SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL",
}


async def pending(db: Database, migrations: str = MIGRATIONS) -> list[str]:
    """The names of the steps that the database still needs."""
    known = sorted(step.name for step in iter_modules(import_module(migrations).__path__))
    if not await db.fetch_row(_TABLE[db.dialect.name]):
        return known
    app = db.dialect.placeholder(1, "text")
    rows = await db.fetch(f"SELECT name FROM tortoise_migrations WHERE app = {app}", (APP,))
    done = {name for (name,) in rows}
    return [name for name in known if name not in done]
