"""What the section on the reader's own keys shows: who is signed in, their keys, a form and what was wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.portal.key_form import KeyForm
from app.services.database import Database
from app.services.read import read
from app.services.sessions import Session
from schema.problem import Problem
from schema.query_string import list_selection
from schema.resources import API_KEY

KEYS_AT_ONCE = 50
# Those of the form that say themselves what is wrong with them.
FIELDS = frozenset({"name", "scopes", "expiresAt", "filters", "hiddenFields"})
_PATH_ENDS = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class Secret:
    """The secret of a key that was made or rotated: this page is the only place where it stands."""

    key_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Without a session a form to sign in, unless signing in is `closed` and why; with one, the keys of its user.

    `alert` says what went wrong, under which `trace`, `errors` by the fields of a form what is wrong there. `older` is
    the cursor of the next page of keys.
    """

    session: Session | None = None
    keys: tuple[Mapping[str, Any], ...] = ()
    older: str | None = None
    form: KeyForm | None = None
    secret: Secret | None = None
    alert: str | None = None
    trace: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    closed: str | None = None


async def account_of(
    db: Database,
    session: Session,
    at: str,
    *,
    after: str | None = None,
    form: KeyForm | None = None,
    secret: Secret | None = None,
    refusal: Problem | None = None,
) -> Account:
    """The account of who is signed in: their own keys, newest first, and what has just happened."""
    params = {"ownerId": session.user_id, "limit": str(KEYS_AT_ONCE)} | ({"after": after} if after else {})
    found = await read(db, list_selection(API_KEY, params), session.actor)
    assert found.body is not None
    keys = tuple(key | {"state": _state(key, at)} for key in orjson.loads(found.body)["data"])
    errors = errors_of(refusal) if refusal and form else {}
    return Account(
        session=session,
        keys=keys,
        older=found.next,
        form=form or KeyForm.empty(session.role),
        secret=secret,
        alert=said(refusal, errors) if refusal else None,
        errors=errors,
    )


def errors_of(refusal: Problem) -> dict[str, str]:
    """What is wrong, by the field: `scopes[0]` belongs to `scopes`."""
    found: dict[str, str] = {}
    for path, texts in refusal.errors.items():
        name = _PATH_ENDS.split(path)[0]
        inner = path.removeprefix(name).lstrip(".")
        text = "; ".join(texts)
        found[name] = "; ".join(filter(None, (found.get(name), text if inner[:1] in ("", "[") else f"{inner}: {text}")))
    return found


def said(refusal: Problem, errors: Mapping[str, str]) -> str:
    """A refusal in a sentence or two; what stands beside the fields is not said twice."""
    if errors and FIELDS.issuperset(errors):
        return "That did not work: see below what is wrong."
    return f"{refusal.text} {refusal.detail}" if refusal.detail else refusal.text


def _state(key: Mapping[str, Any], at: str) -> str:
    if key["revokedAt"]:
        return "revoked"
    return "expired" if key["expiresAt"] and key["expiresAt"] <= at else "works"
