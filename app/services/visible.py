"""Which records exist for an actor at all, as a condition: today that narrows only API keys."""

from __future__ import annotations

from schema.actor import SCOPES, Actor
from schema.condition import Compare, Condition, Not, Some, joined
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import Field, Resource
from schema.resources import API_KEY


def visible(resource: Resource, actor: Actor) -> Condition | None:
    """None is all of them. Without `admin`: the key itself, and its owner's keys with no more scopes than it has."""
    if resource is not API_KEY or actor.allows("admin"):
        return None
    assert actor.key_id is not None
    assert actor.user_id is not None
    more = tuple(Compare(_field("scopes"), Operator.HAS, scope) for scope in SCOPES if not actor.allows(scope))
    itself = Compare(_field("id"), Operator.EQ, Reference(API_KEY.name, "id", actor.key_id))
    own = Compare(_field("ownerId"), Operator.EQ, Reference("user", "id", actor.user_id))
    others = joined(own, Not(Some(more)) if more else None)
    return Some((itself, others)) if others else itself


def _field(name: str) -> Field:
    field = API_KEY.field(name)
    assert field is not None
    return field
