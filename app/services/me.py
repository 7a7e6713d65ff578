"""Who am I: how a caller reads its own key, and what it is told beside that record, the same at both doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.services.kept import Kept
from app.services.rates import current_limits
from schema.actor import Actor
from schema.problem import problem
from schema.reference import Reference
from schema.resources import API_KEY, USER


def _reading_itself(actor: Actor) -> Actor:
    return replace(actor, scopes=actor.scopes | {API_KEY.read_scope, USER.read_scope}, by_token=False)


def own_key(actor: Actor) -> Reference:
    """The key that acts; raises the 404 for a token of a session of the portal, behind which there is none."""
    if actor.key_id is None:
        raise problem("not_found", f"This token is of no key: it acts for a user, who is at /users/{actor.user_id}.")
    return Reference(API_KEY.name, "id", actor.key_id)


own_reader: Kept[Actor, Actor] = Kept(_reading_itself)
"""The actor that reads its own key and that key's owner, whatever its scopes: for one actor always the same."""


def beside_key(actor: Actor) -> Mapping[str, Any]:
    """The members that no key's record has, by the names in schema.resources.api_key.BESIDE; those without a value
    are left out."""
    limits = current_limits()
    return {
        **({"tokenExpiresAt": actor.ends_at} if actor.by_token else {}),
        **({"limits": limits} if limits is not None else {}),
    }
