"""Which records exist for an actor at all, as a condition: today that narrows only API keys."""

from __future__ import annotations

from schema.actor import SCOPES, Actor
from schema.condition import Compare, Condition, Every, Not, Some
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.resources import API_KEY


def visible(resource: Resource, actor: Actor) -> Condition | None:
    """The condition on the records that exist for the actor; None is all of them."""
    return _keys(actor) if resource is API_KEY else None


def _keys(actor: Actor) -> Condition | None:
    """The key itself, and those of its owner (with `admin`: of anybody) with no more scopes, rows and fields.

    A token sees its own key only if that may no more than the token: whoever sees a key may have its secret renewed.
    """
    more = tuple(Compare(_SCOPES, Operator.HAS, scope) for scope in SCOPES if not actor.allows(scope))
    parts: list[Condition] = [Not(Some(more))] if more else []
    parts += [Compare(_PARTS if ":" in bound else _HIDDEN, Operator.HAS, bound) for bound in sorted(actor.bounds)]
    if not actor.allows("admin"):
        assert actor.user_id is not None
        parts.append(Compare(_field("ownerId"), Operator.EQ, Reference("user", "id", actor.user_id)))
    if not parts:
        return None
    others = parts[0] if len(parts) == 1 else Every(tuple(parts))
    if actor.by_token or actor.key_id is None:
        return others
    return Some((Compare(_field("id"), Operator.EQ, Reference(API_KEY.name, "id", actor.key_id)), others))


def _field(name: str) -> Field:
    field = API_KEY.field(name)
    assert field is not None
    return field


_SCOPES, _HIDDEN = _field("scopes"), _field("hiddenFields")
_PARTS = Field("filters", Kind.NAMES, "The conditions of the key's filters, one by one.", column="filters_parts")
