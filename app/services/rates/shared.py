"""Buckets in Redis, which all processes share; while it is away, each process goes on with those in its memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from time import monotonic

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError

from app.log import log
from app.services.rates.memory import Memory
from app.services.rates.policy import Limits
from app.services.rates.tab import Tab

CONNECTIONS = 16
# Nobody waits longer for Redis than this. After a failure one request tries again every second, the others don't wait.
PATIENCE_SECONDS = 1.0
AWAY_SECONDS = 1.0
WARN_EVERY_SECONDS = 60.0

# The arithmetic of `policy`, by the one clock that all processes have: Redis's own.
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local empty, left, enough, full = {}, {}, true, 0.001
for i = 1, (#ARGV - 1) / 4 do
  local name, window, each = ARGV[4 * i - 2], tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
  empty[i] = math.max(tonumber(redis.call('HGET', KEYS[1], name) or '') or 0, now - window)
  left[i] = (now - empty[i]) / each
  enough = enough and left[i] >= 1 - 1e-6
end
if enough or ARGV[1] ~= 'begin' then
  for i = 1, #left do
    local name, window, each = ARGV[4 * i - 2], tonumber(ARGV[4 * i - 1]), tonumber(ARGV[4 * i])
    local units = tonumber(ARGV[4 * i + 1])
    empty[i], left[i] = empty[i] + units * each, left[i] - units
    full = math.max(full, empty[i] + window - now)
    if units > 0 then redis.call('HSET', KEYS[1], name, string.format('%.17g', empty[i])) end
  end
  redis.call('PEXPIRE', KEYS[1], math.ceil(full * 1000))
end
for i = 1, #left do left[i] = string.format('%.17g', left[i]) end
return {enough and 1 or 0, unpack(left)}
"""


class Shared:
    """Asks Redis by one script for each request, and tells it what the request cost once it has been answered."""

    def __init__(self, url: str) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 1, supported_errors=(Disconnected,)),
        )
        self._redis = Redis(connection_pool=pool)
        self._script = self._redis.register_script(_SCRIPT)
        self._try_at: float | None = None
        self._warn_at = 0.0
        self._paying: set[asyncio.Task[None]] = set()

    async def begin(self, tab: Tab, memory: Memory, holder: str, units: int = 1) -> bool:
        """As `memory.begin`, which does it while Redis is away."""
        limits = memory.limits
        if self._is_left_alone():
            return memory.begin(tab, holder, units)
        try:
            begun, left = await self._run("begin", limits, holder, [units] + [0] * (len(limits.policies) - 1))
        except (RedisError, OSError) as error:
            self._failed(error)
            return memory.begin(tab, holder, units)
        tab.limits, tab.holder, tab.left = limits, holder, left
        tab.pay = partial(self._pay, limits, holder, left) if begun else None
        return begun

    async def close(self) -> None:
        """Waits until every request has been paid for."""
        await asyncio.gather(*self._paying)
        await self._redis.aclose()

    def _pay(self, limits: Limits, holder: str, left: list[float], rows: int) -> None:
        left[1:] = [one - rows for one in left[1:]]
        task = asyncio.get_running_loop().create_task(self._tell(limits, holder, rows))
        self._paying.add(task)
        task.add_done_callback(self._paying.discard)

    async def _tell(self, limits: Limits, holder: str, rows: int) -> None:
        if self._is_left_alone():
            return
        try:
            await self._run("pay", limits, holder, [0] + [rows] * (len(limits.policies) - 1))
        except (RedisError, OSError) as error:
            self._failed(error)

    async def _run(self, do: str, limits: Limits, holder: str, units: Sequence[int]) -> tuple[bool, list[float]]:
        buckets = zip(limits.policies, units, strict=True)
        numbers = [one for policy, n in buckets for one in (policy.name, policy.window, repr(policy.each), n)]
        begun, *left = await self._script([f"cube:rate:{limits.kind}:{holder}"], [do, *numbers])
        self._try_at = None
        return bool(begun), [float(one) for one in left]

    def _is_left_alone(self) -> bool:
        """Whether Redis is away, and it is another's turn to try it."""
        if self._try_at is None:
            return False
        now = monotonic()
        if now < self._try_at:
            return True
        self._try_at = now + AWAY_SECONDS
        return False

    def _failed(self, error: Exception) -> None:
        now = monotonic()
        self._try_at = now + AWAY_SECONDS
        if now >= self._warn_at:
            self._warn_at = now + WARN_EVERY_SECONDS
            log.warning("Redis is away: each process limits rates by itself", error=type(error).__name__)
