"""The commands for users."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app.cli.output import Refusal, note, say
from app.cli.running import database, load_settings, run
from app.settings import Settings

users_app = typer.Typer(help="Set the passwords of users.", no_args_is_help=True)


@users_app.callback()
def users() -> None:
    """Set the passwords of users."""


@users_app.command("password")
def password(
    email: Annotated[str, typer.Argument(help="The user's e-mail address.")],
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and print it.")] = False,
) -> None:
    """Set a user's password: asked for, or one line of stdin. It has at least 12 characters."""
    from app.services.passwords import new_password

    settings = load_settings()
    chosen = new_password() if generate else _asked()
    run(_set(settings, email, chosen))
    if generate:
        say(chosen)
    else:
        note(f"The password of {email} is set.")


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    chosen: str = typer.prompt("Password", hide_input=True)
    if chosen != typer.prompt("Once more", hide_input=True):
        raise Refusal("The two are not the same; nothing was changed.")
    return chosen


async def _set(settings: Settings, email: str, chosen: str) -> None:
    from app.services.passwords import check_password, set_password

    check_password(chosen)
    async with database(settings) as db:
        await set_password(db, email, chosen)
