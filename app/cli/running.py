"""What commands run on: the settings, the database brought up to date, and whose calls they are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from app.cli.output import Refusal, note
from app.settings import Settings
from schema.change import Call, Source

if TYPE_CHECKING:
    from app.services.database import Database

T = TypeVar("T")


def load_settings() -> Settings:
    """The settings; what is odd about them is told."""
    settings = Settings.load()
    for warning in settings.warnings:
        note(f"Warning: {warning}")
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs it to its end."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    return uvloop.run(work)


def call(source: Source = Source.CLI) -> Call:
    """A call of the command line itself, in a trace of its own."""
    from app.middleware.trace import new_trace_text
    from schema.actor import SYSTEM

    return Call(SYSTEM, source, new_trace_text())


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The open database, whose tables are those that this code knows."""
    from app.services.database import Database
    from app.services.pending import pending
    from schema.problem import Problem

    if settings.dialect == "sqlite" and not settings.sqlite_path.exists():
        raise Refusal(f"There is no database at {settings.shown_database_url}: make it with `cube init`.")
    try:
        db = await Database.open(settings)
        try:
            if missing := await pending(db):
                steps = ", ".join(missing)
                raise Refusal(f"The database {settings.shown_database_url} lacks {steps}: run `cube init` first.")
            yield db
        finally:
            await db.close()
    except Problem as problem:
        if problem.code == "unavailable":
            raise unavailable(settings) from problem
        raise


def unavailable(settings: Settings) -> Refusal:
    return Refusal(f"The database {settings.shown_database_url} cannot be reached, or is busy or full; try again.")
