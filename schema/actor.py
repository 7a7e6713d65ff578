"""Who acts: the key and user behind a request, and the scopes that it may use."""

from __future__ import annotations

from dataclasses import dataclass

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
    """The key and the user that act (both None: the command line), with the effective scopes."""

    key_id: str | None
    user_id: str | None
    scopes: frozenset[str]

    def allows(self, scope: str) -> bool:
        return scope in self.scopes

    def require(self, scope: str) -> None:
        """Raises the 403 that names the scope when it is missing."""
        if scope not in self.scopes:
            raise insufficient_scope(scope)


def actor_of(key_id: str, user_id: str, scopes: list[str], role: str) -> Actor:
    """The actor behind a key: its scopes, cut down to what its owner's role allows."""
    return Actor(key_id, user_id, expand(frozenset(scopes)) & ROLE_SCOPES[role])


SYSTEM = Actor(None, None, frozenset(SCOPES))
