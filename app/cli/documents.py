"""The commands that print the documents kept in the repository: the GraphQL schema and the OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import Refusal, note, say

print_app = typer.Typer(
    help="Print the GraphQL schema or the OpenAPI document into the repository.", no_args_is_help=True
)
_ROOT = Path(__file__).parents[2]

Check = Annotated[bool, typer.Option("--check", help="Change nothing; fail if the file is not up to date.")]
Stdout = Annotated[bool, typer.Option("--stdout", help="Print to stdout instead.")]


@print_app.command("schema")
def schema(check: Check = False, stdout: Stdout = False) -> None:
    """Print the GraphQL schema: schema/graphql/schema.graphql."""
    from schema.graphql import print_schema

    _put("schema/graphql/schema.graphql", print_schema(), check, stdout)


@print_app.command("openapi")
def openapi(check: Check = False, stdout: Stdout = False) -> None:
    """Print the OpenAPI document: schema/openapi/openapi.json."""
    from schema.openapi import print_openapi

    _put("schema/openapi/openapi.json", print_openapi(), check, stdout)


def _put(name: str, text: str, check: bool, stdout: bool) -> None:
    text = text.rstrip("\n") + "\n"
    if stdout:
        say(text.rstrip("\n"))
        return
    path = _ROOT / name
    same = path.exists() and path.read_text(encoding="utf-8") == text
    if check and not same:
        raise Refusal(f"{name} is not up to date: print it anew with ./scripts/print.")
    if not same:
        path.write_text(text, encoding="utf-8")
    note(f"{name} {'is up to date' if same else 'is printed anew'}.")
