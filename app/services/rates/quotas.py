"""What a key and an address may ask for, and the refusal of those who have asked for more."""

from __future__ import annotations

from app.services.network import network_of
from app.services.rates.memory import Memory
from app.services.rates.policy import Limits, Policy, has_one, wait
from app.services.rates.tab import Tab
from app.settings import Settings
from schema.problem import Problem, problem


class Quotas:
    """The buckets of every key and address, where the settings want them: in memory, or in Redis."""

    def __init__(self, settings: Settings) -> None:
        rates = settings.rate_limit
        assert rates is not None
        cost = Policy("cost", *rates.cost, unit="rows")
        self._keys = Memory(Limits("key", (Policy("requests", *rates.requests), cost)))
        self._addresses = Memory(Limits("address", (Policy("address", *rates.address),)))
        self._shared = None
        if settings.redis_url is not None:
            from app.services.rates.shared import Shared

            self._shared = Shared(settings.redis_url)

    async def count_key(self, tab: Tab, key_id: str) -> None:
        """Counts a request of the key, once; raises `rate_limited` when one of its buckets has nothing left."""
        if tab.limits is self._keys.limits and tab.holder == key_id:
            return
        if self._shared is None:
            begun = self._keys.begin(tab, key_id)
        else:
            begun = await self._shared.begin(tab, self._keys, key_id)
        if not begun:
            raise _refusal(tab)

    async def count_address(self, tab: Tab, address: str) -> None:
        """Counts a request without a key that works; raises `rate_limited` when there were too many."""
        await self._count_address(tab, address, 1)

    async def check_address(self, tab: Tab, address: str) -> None:
        """Raises `rate_limited` as `count_address` would, and counts nothing."""
        await self._count_address(tab, address, 0)
        tab.limits = tab.pay = None

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()

    async def _count_address(self, tab: Tab, address: str, units: int) -> None:
        network = network_of(address)
        if self._shared is None:
            begun = self._addresses.begin(tab, network, units)
        else:
            begun = await self._shared.begin(tab, self._addresses, network, units)
        if not begun:
            raise _refusal(tab)


def quotas_of(settings: Settings) -> Quotas | None:
    """Those of the settings; None when they limit nothing."""
    return None if settings.rate_limit is None else Quotas(settings)


def _refusal(tab: Tab) -> Problem:
    assert tab.limits is not None
    used_up = [
        (wait(policy, left), policy)
        for policy, left in zip(tab.limits.policies, tab.left, strict=True)
        if not has_one(left)
    ]
    seconds, policy = max(used_up, key=lambda one: one[0])
    what = f"{policy.quota:,} {policy.unit} in {policy.window:,} seconds"
    return problem("rate_limited", f'The quota "{policy.name}" of {what} is used up.', retry_after=str(seconds))
