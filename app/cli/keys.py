"""The commands for API keys."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.output import Refusal, note, say, table
from app.cli.running import call, database, load_settings, run
from app.settings import Settings

if TYPE_CHECKING:
    from app.services.database import Database
    from schema.change import Written

keys_app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
_SPAN = re.compile(r"(?P<number>[1-9][0-9]{0,5})(?P<unit>[mhdwy])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOST = 1000
_HEADER = ("id", "prefix", "name", "scopes", "owner", "state", "last used", "sees only", "hidden")


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", "--scopes", help="What it may do, such as customers:read; may stand several times."),
    ],
    user: Annotated[str | None, typer.Option(help="E-mail address of its owner; else the first admin.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d (m, h, d, w, y), or an instant.")] = None,
    filters: Annotated[
        str | None, typer.Option(help='The rows that it sees, in JSON: {"customers": {"status": {"eq": "LEAD"}}}.')
    ] = None,
    hide: Annotated[
        list[str] | None,
        typer.Option(help="A field that does not exist for it, such as customer.phone; may stand several times."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the secret alone.")] = False,
) -> None:
    """Make a key. Its secret is shown once."""
    data: dict[str, Any] = {"name": name, "scopes": _parted(scope), "hiddenFields": _parted(hide or [])}
    if filters is not None:
        data["filters"] = _json(filters)
    if expires:
        data["expiresAt"] = _instant(expires)
    issued, owner = run(_create(load_settings(), data, user))
    if not owner["allowed"]:
        note(f"Warning: the role {owner['role']} of {owner['email']} allows less than these scopes.")
    if quiet:
        say(issued.secret)
        return
    say(f"{issued.id}, a key of {owner['email']}; its secret is shown only now:\n{issued.secret}")


@keys_app.command("list")
def list_keys() -> None:
    """List all keys, the newest first."""
    keys = run(_list(load_settings(), {}))
    # A terminal is too narrow for the ids as well: the prefix tells the keys apart.
    first = 1 if sys.stdout.isatty() else 0
    table(_HEADER[first:], [_row(key)[first:] for key in keys])


@keys_app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="The id of the key, or its prefix (12 characters).")]) -> None:
    """Revoke a key: it stops working at once and for ever."""
    revoked, before = run(_revoke(load_settings(), key))
    say(f"{revoked} was revoked already." if before else f"{revoked} is revoked.")


async def _create(settings: Settings, data: dict[str, Any], email: str | None) -> tuple[Written, dict[str, Any]]:
    from app.services.setup import first_admin
    from app.services.write import write
    from schema.actor import ROLE_SCOPES, expand
    from schema.change import Create
    from schema.resources import API_KEY

    async with database(settings) as db:
        owner = f"email:{email.strip()}" if email else await first_admin(db)
        if owner is None:
            raise Refusal("There is no active admin: name the key's owner (--user EMAIL).")
        user = await _owner(db, owner)
        issued = await write(db, Create(API_KEY, data | {"ownerId": user["id"]}), call())
        allowed = expand(frozenset(data["scopes"])) <= ROLE_SCOPES[user["role"]]
        return issued, user | {"allowed": allowed}


async def _owner(db: Database, by: str) -> dict[str, Any]:
    from app.services.read import read
    from schema.actor import SYSTEM
    from schema.query_string import default_single
    from schema.reference import reference
    from schema.resources import USER
    from schema.values.fault import Fault

    try:
        answer = await read(db, default_single(USER, reference(by, USER)), SYSTEM)
    except Fault as fault:
        raise Refusal(f"{by}: {fault.text}") from None
    if answer.body is None:
        raise Refusal(f"There is no user with the e-mail address {by.removeprefix('email:')}.")
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def _list(settings: Settings, params: dict[str, str]) -> list[dict[str, Any]]:
    async with database(settings) as db:
        return await _read(db, params)


async def _read(db: Database, params: dict[str, str]) -> list[dict[str, Any]]:
    from app.services.read import read
    from schema.actor import SYSTEM
    from schema.query_string import list_selection
    from schema.resources import API_KEY

    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        asked = {"limit": str(_MOST), "expand": "owner"} | params | after
        page = json.loads((await read(db, list_selection(API_KEY, asked), SYSTEM)).body or b"{}")
        found += page["data"]
        if page["nextCursor"] is None:
            return found
        after = {"after": page["nextCursor"]}


async def _revoke(settings: Settings, key: str) -> tuple[str, bool]:
    from app.services.write import write
    from schema.change import Delete, Outcome
    from schema.reference import Reference, is_id
    from schema.resources import API_KEY

    async with database(settings) as db:
        id_ = key
        if not is_id(key, API_KEY):
            found = await _read(db, {"prefix": key[:12]}) if len(key) >= 12 else []
            if len(found) != 1:
                which = "more than one key has" if found else "no key has"
                raise Refusal(f"{key[:12]}: {which} this prefix of 12 characters; `cube keys list` shows the ids.")
            id_ = str(found[0]["id"])
        written = await write(db, Delete(API_KEY, Reference(API_KEY.name, "id", id_)), call())
        return id_, written.outcome is Outcome.UNCHANGED


def _parted(many: list[str]) -> list[str]:
    return [one for part in many for one in part.split(",")]


def _json(text: str) -> Any:
    from schema.json_text import strict_json
    from schema.values.fault import Fault

    try:
        return strict_json(text.encode("utf-8", "surrogateescape"))
    except Fault as fault:
        raise Refusal(f"--filters: is not valid JSON: {fault.text}") from None


def _instant(text: str) -> str:
    found = _SPAN.fullmatch(text.strip())
    if not found:
        return text
    number = int(found["number"])
    span = timedelta(days=365 * number) if found["unit"] == "y" else timedelta(**{_UNITS[found["unit"]]: number})
    try:
        return (datetime.now(UTC) + span).isoformat()
    except OverflowError:
        raise Refusal(f"--expires {text}: is too far away") from None


def _row(key: dict[str, Any]) -> tuple[str, ...]:
    owner = (key["owner"] or {}).get("email", key["ownerId"])
    told = (key["id"], key["prefix"], key["name"], " ".join(key["scopes"]), owner, _state(key), _day(key["lastUsedAt"]))
    filters = json.dumps(key["filters"], ensure_ascii=False) if key["filters"] else "-"
    return *told, filters, " ".join(key["hiddenFields"]) or "-"


def _state(key: dict[str, Any]) -> str:
    if key["revokedAt"]:
        return f"revoked {_day(key['revokedAt'])}"
    if key["expiresAt"]:
        over = datetime.fromisoformat(key["expiresAt"]) <= datetime.now(UTC)
        return f"{'expired' if over else 'until'} {_day(key['expiresAt'])}"
    return "active"


def _day(instant: str | None) -> str:
    return instant[:10] if instant else "-"
