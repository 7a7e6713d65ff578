"""The commands that begin and end maintenance."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.output import say
from app.cli.running import database, load_settings, run

maintenance_app = typer.Typer(help="Answer 503 everywhere but health and docs, or end that.", no_args_is_help=True)


@maintenance_app.command("on")
def on(
    message: Annotated[str | None, typer.Option(help="What callers are told.")] = None,
    retry_after: Annotated[int, typer.Option(min=1, max=604_800, help="Seconds until they should try again.")] = 60,
) -> None:
    """Begin maintenance: every process refuses requests within a second."""
    run(_switch(True, message, retry_after))
    say("Maintenance is on.")


@maintenance_app.command("off")
def off() -> None:
    """End maintenance."""
    run(_switch(False, None, 0))
    say("Maintenance is off.")


async def _switch(begin: bool, message: str | None, retry_after: int) -> None:
    from app.services.maintenance import switch_off, switch_on

    async with database(load_settings()) as db:
        await (switch_on(db, message, retry_after) if begin else switch_off(db))
