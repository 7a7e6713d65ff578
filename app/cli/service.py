"""The commands that set Cube up and serve it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.output import Refusal, note, say
from app.cli.running import call, database, load_settings, run, unavailable
from app.settings import Settings
from schema.problem import Problem

if TYPE_CHECKING:
    from app.services.setup import FirstAdmin


def init() -> None:
    """Prepare a first start: tables, first admin with a key, sample directory. A second time changes nothing."""
    from app.services.setup import prepare

    settings = load_settings()
    with _named(settings):
        done = run(prepare(settings, call()))
    if done.migrations:
        note(f"The database {settings.shown_database_url} is up to date: {', '.join(done.migrations)} applied.")
    if done.samples:
        note(f"A sample directory of {done.samples} records is in it; CUBE_SAMPLE=off leaves it out.")
    if done.admin:
        _show(done.admin, settings)
    elif not done.migrations:
        note("Cube is prepared already; nothing was changed.")


def serve() -> None:
    """Serve until a signal ends it."""
    from app.server import serve as serve_forever

    settings = load_settings()
    try:
        run(_check(settings))
    except Problem as problem:
        note(f"Warning: {problem.detail or problem.text}")
    serve_forever(settings)


def migrate() -> None:
    """Bring the database's tables up to date."""
    from app.services.migrate import migrate as migrate_database

    settings = load_settings()
    with _named(settings):
        applied = run(migrate_database(settings))
    say(f"Applied: {', '.join(applied)}." if applied else "The database is up to date.")


def sample() -> None:
    """Fill in the sample directory: 5 users, 40 clients, 500 customers, all invented. Once only."""
    added = run(_sample(load_settings()))
    say(f"{added} records added." if added else "The sample directory is there already; nothing was added.")


async def _sample(settings: Settings) -> int:
    from app.services.sample import fill

    async with database(settings) as db:
        return await fill(db, call())


async def _check(settings: Settings) -> None:
    """Refuses to serve tables that this code does not know. A database that is away may come back meanwhile."""
    if settings.dialect == "sqlite":
        async with database(settings):
            return
    from app.services.database import Database
    from app.services.pending import pending

    db = await Database.open(settings)
    try:
        if missing := await pending(db):
            raise Refusal(f"The database lacks {', '.join(missing)}: run `cube init` first.")
    finally:
        await db.close()


def _show(admin: FirstAdmin, settings: Settings) -> None:
    address = settings.base_url or f"http://{_shown_host(settings.host)}:{settings.port}"
    say(f"""
Cube is prepared. `cube serve` serves it, and these are shown only now:

  GraphiQL   {address}/graphql
  Docs       {address}/docs
  Sign in    {address}/docs/authentication
  Admin      {admin.email}
  Password   {admin.password}
  API key    {admin.secret}
""")


def _shown_host(host: str) -> str:
    """Where a browser on this machine finds it."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - nothing is bound here
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


@contextmanager
def _named(settings: Settings) -> Iterator[None]:
    """Names the database in what is said of it."""
    from app.services.migrate import MigrationFailed

    try:
        yield
    except MigrationFailed as error:
        raise Refusal(f"{settings.shown_database_url}: {error}") from error
    except Problem as problem:
        raise (unavailable(settings) if problem.code == "unavailable" else problem) from problem
