"""The command line: `cube`, for whoever runs Cube."""

from __future__ import annotations

import sys

import typer

from app.cli.documents import print_app
from app.cli.importing import import_file
from app.cli.keys import keys_app
from app.cli.maintenance import maintenance_app
from app.cli.output import explain
from app.cli.service import init, migrate, sample, serve
from app.cli.users import users_app

app = typer.Typer(
    name="cube",
    help="Users, customers and clients behind one API. Settings are CUBE_* variables, or lines of a file .env.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (init, serve, migrate, sample):
    app.command()(command)
app.command("import")(import_file)
app.add_typer(keys_app, name="keys")
app.add_typer(users_app, name="users")
app.add_typer(maintenance_app, name="maintenance")
app.add_typer(print_app, name="print")


def main() -> None:
    """Runs a command. What is refused is told in a line, and not as a trace of the code."""
    try:
        app()
    except Exception as error:
        explained = explain(error)
        if explained is None:
            raise
        code, lines = explained
        for line in lines:
            print(line, file=sys.stderr)  # noqa: T201 - Rich would break long lines
        sys.exit(code)
