"""Rates at the door: whom a request counts for, and the headers that tell what is left (the IETF's RateLimit draft)."""

from __future__ import annotations

from functools import lru_cache

from starlette.types import Scope

from app.middleware.exchange import Headers, address, exchange
from app.services.rates import Limits, Policy, Quotas, Tab
from app.services.rates.policy import remaining, wait
from schema.actor import Actor


async def count_key(scope: Scope, actor: Actor) -> None:
    """Counts the request for its key, or for the user who acts without one; raises `rate_limited`."""
    quotas = _quotas(scope)
    holder = actor.key_id or actor.user_id
    if quotas is not None and holder is not None:
        await quotas.count_key(exchange(scope).tab, holder)


async def count_address(scope: Scope) -> None:
    """Counts a request that no key answers for, by the caller's address; raises `rate_limited`."""
    quotas = _quotas(scope)
    if quotas is not None:
        await quotas.count_address(exchange(scope).tab, address(scope))


async def check_address(scope: Scope) -> None:
    """Raises `rate_limited` if the address has sent too many bad keys; a good one is not counted there."""
    quotas = _quotas(scope)
    if quotas is not None:
        await quotas.check_address(exchange(scope).tab, address(scope))


def rate_headers(tab: Tab) -> Headers:
    """`RateLimit-Policy` and `RateLimit` of a request that was counted; none of another."""
    if tab.limits is None:
        return _NONE
    policies, template = _forms(tab.limits)
    left = tab.left
    if min(left) >= 1:
        return [policies, (b"ratelimit", template % tuple(left))]
    told = (_told(policy, one) for policy, one in zip(tab.limits.policies, left, strict=True))
    return [policies, (b"ratelimit", ", ".join(told).encode())]


_NONE: Headers = []


@lru_cache(maxsize=256)
def _forms(limits: Limits) -> tuple[tuple[bytes, bytes], bytes]:
    """The header that never changes, and the other with places for what is left of each quota."""
    policies = ", ".join(
        f'"{p.name}";q={p.quota};w={p.window}' + ("" if p.unit == "requests" else f';cube-unit="{p.unit}"')
        for p in limits.policies
    )
    template = ", ".join(f'"{p.name}";r=%d;t={wait(p, 1)}' for p in limits.policies)
    return (b"ratelimit-policy", policies.encode()), template.encode()


def _told(policy: Policy, left: float) -> str:
    """What is left, and the seconds until there is more."""
    return f'"{policy.name}";r={remaining(left)};t={wait(policy, left)}'


def _quotas(scope: Scope) -> Quotas | None:
    found: Quotas | None = scope["state"]["quotas"]
    return found
