"""Who acts: the key and user behind a request, and the scopes that it may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from schema.bounds import conditions_of, hidden_of, stored
from schema.condition import Condition
from schema.problem import insufficient_scope

DIRECTORY = ("users", "clients", "customers")
SCOPES: tuple[str, ...] = (
    *(f"{name}:{verb}" for name in (*DIRECTORY, "keys") for verb in ("read", "write")),
    "admin",
    "*",
)

# What the role of a key's owner allows at most, whatever scopes the key names.
ROLE_SCOPES: dict[str, frozenset[str]] = {
    "ADMIN": frozenset(SCOPES),
    "EDITOR": frozenset(
        [*(f"{name}:{verb}" for name in DIRECTORY for verb in ("read", "write")), "keys:read", "keys:write"]
    ),
    "VIEWER": frozenset([*(f"{name}:read" for name in DIRECTORY), "keys:read"]),
}


def expand(scopes: frozenset[str]) -> frozenset[str]:
    """Everything that these scopes include: `*` is all, `x:write` includes `x:read`."""
    if "*" in scopes:
        return frozenset(SCOPES)
    return scopes | {f"{s.removesuffix(':write')}:read" for s in scopes if s.endswith(":write")}


@dataclass(frozen=True, slots=True)
class Actor:
    """The key and the user that act (both None: the command line), with the effective scopes.

    `filters` are the records that exist for it, by the names of resources; where there is none, all do. `hidden` are
    the fields that do not, each named like `customer.phone`. `bounds` are both as one set (see schema.bounds).
    `ends_at` is when the key or the token ends, `by_token` whether it is a token that acts: of the key, or without
    one of a session of the portal.
    """

    key_id: str | None
    user_id: str | None
    scopes: frozenset[str]
    filters: Mapping[str, Condition] = field(default_factory=dict, hash=False)
    hidden: frozenset[str] = frozenset()
    bounds: frozenset[str] = frozenset()
    ends_at: str | None = None
    by_token: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether there are records or fields that do not exist for it."""
        return bool(self.filters or self.hidden)

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def require(self, scope: str) -> None:
        """Raises the 403 that names the scope when it is missing."""
        if scope not in self.scopes:
            raise insufficient_scope(scope)


def actor_of(
    key_id: str,
    user_id: str,
    scopes: list[str],
    role: str,
    filters_json: str | None = None,
    hidden_json: str | None = None,
    ends_at: str | None = None,
) -> Actor:
    """The actor behind a key: its scopes, cut down to what its owner's role allows, and what it may see."""
    actor = Actor(key_id, user_id, expand(frozenset(scopes)) & ROLE_SCOPES[role], ends_at=ends_at)
    return _bounded(actor, stored(filters_json, hidden_json))


def actor_of_session(user_id: str, role: str) -> Actor:
    """The actor of a session of the portal: the user, with all that the role allows."""
    return Actor(None, user_id, ROLE_SCOPES[role])


def with_token(actor: Actor, scopes: Iterable[str] | None, bounds: frozenset[str], ends_at: str) -> Actor:
    """The actor behind a token: it may do what the token says (None: all), as far as its key or session may."""
    allowed = actor.scopes if scopes is None else actor.scopes & expand(frozenset(scopes))
    token = replace(actor, scopes=allowed, ends_at=min(ends_at, actor.ends_at or ends_at), by_token=True)
    return _bounded(token, actor.bounds | bounds)


def _bounded(actor: Actor, bounds: frozenset[str]) -> Actor:
    if bounds == actor.bounds:
        return actor
    return replace(actor, filters=conditions_of(bounds), hidden=frozenset(hidden_of(bounds)), bounds=bounds)


SYSTEM = Actor(None, None, frozenset(SCOPES))
