"""Which records exist for an actor at all: a condition for each resource, and all of them as its sight."""

from __future__ import annotations

from collections.abc import Iterable

from app.services.kept import Kept
from app.services.sql.params import Sight, everything
from app.services.sql.shape import condition_shape
from schema.actor import SCOPES, Actor
from schema.condition import Compare, Condition, Every, Not, Some, Through, joined
from schema.operators import Operator
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.resources import API_KEY, RESOURCES


def visible(resource: Resource, actor: Actor) -> Condition | None:
    """None is all of them. It is told of the whole truth: nothing in it is bounded by what the actor may see."""
    if resource.name != API_KEY.name:
        return actor.filters.get(resource.name)
    return joined(_keys(actor), _of_seen_owners(actor) if actor.allows("admin") else None)


def _keys(actor: Actor) -> Condition | None:
    """The key itself, and those of its owner (with `admin`: of anybody) with no more scopes, rows and fields.

    A token sees its own key only if that may no more than the token: whoever sees a key may have its secret renewed.
    A user who acts by neither sees all of their own, also those that may more than a role that was lowered.
    """
    by_neither = actor.key_id is None and not actor.by_token
    allowed = SCOPES if by_neither else tuple(scope for scope in SCOPES if actor.allows(scope))
    more = tuple(Compare(_SCOPES, Operator.HAS, scope) for scope in SCOPES if scope not in allowed)
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


def _of_seen_owners(actor: Actor) -> Condition | None:
    """The actor's own keys, and those of the users that it sees."""
    users = actor.filters.get("user")
    if users is None:
        return None
    owner = API_KEY.relation("owner")
    assert owner is not None
    own = Compare(_field("ownerId"), Operator.EQ, Reference("user", "id", actor.user_id or ""))
    return Some((own, Through(owner, users)))


def sight_of(actor: Actor, resources: Iterable[Resource]) -> Sight:
    """What the actor sees. For most it is everything, unless keys are among what is looked at: `resources`."""
    if not actor.filters and all(one.name != API_KEY.name for one in resources):
        return everything
    return _sight(actor)


def _made(actor: Actor) -> Sight:
    found = {resource.name: visible(resource, actor) for resource in RESOURCES}
    conditions = {name: condition for name, condition in found.items() if condition is not None}
    if not conditions:
        return everything
    return Sight(conditions, tuple((name, condition_shape(one)) for name, one in conditions.items()))


_sight: Kept[Actor, Sight] = Kept(_made)


def _field(name: str) -> Field:
    field = API_KEY.field(name)
    assert field is not None
    return field


_SCOPES, _HIDDEN = _field("scopes"), _field("hiddenFields")
_PARTS = Field("filters", Kind.NAMES, "The conditions of the key's filters, one by one.", column="filters_parts")
