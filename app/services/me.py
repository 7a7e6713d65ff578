"""Who am I: how a caller reads its own key, and what it is told beside that record, the same at both doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.services.kept import Kept
from app.services.rates import current_limits
from schema.actor import Actor
from schema.resources import API_KEY, USER


def _reading_itself(actor: Actor) -> Actor:
    return replace(actor, scopes=actor.scopes | {API_KEY.read_scope, USER.read_scope}, by_token=False)


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
