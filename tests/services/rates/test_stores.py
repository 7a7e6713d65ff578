"""Both places where buckets lie, through one suite; what only memory does; what happens while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count

import pytest

from app.log import configure
from app.running import running
from app.services.network import network_of
from app.services.rates import Counted, Quotas, Tab, current_limits, limits_of, quotas_of, shared, spend
from app.services.rates.memory import Memory
from app.services.rates.policy import Limits, Policy
from app.settings import Settings
from schema.problem import Problem
from tests.redis_server import RedisServer, free_port, redis_server

_names = (f"key_{number}" for number in count())


@asynccontextmanager
async def opened(url: str | None, rates: str) -> AsyncIterator[Quotas]:
    environ = {"CUBE_RATE_LIMIT": rates} | ({"CUBE_REDIS_URL": url} if url else {})
    quotas = quotas_of(Settings.load(environ, dotenv=None))
    assert quotas is not None
    yield quotas
    await quotas.close()


@pytest.fixture(params=["memory", "redis"])
def url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "memory":
        return None
    server: RedisServer = request.getfixturevalue("redis")
    return server.url


@pytest.fixture
def key() -> str:
    """A key that nobody else has used."""
    return next(_names)


async def asked(quotas: Quotas, key: str, rows: int = 0) -> Tab:
    tab = Tab()
    await quotas.count_key(tab, key)
    tab.rows += rows
    tab.settle()
    return tab


async def refused(asking: Awaitable[object]) -> Problem:
    with pytest.raises(Problem) as caught:
        await asking
    assert (caught.value.code, caught.value.status) == ("rate_limited", 429)
    return caught.value


async def until(looks: Callable[[], Awaitable[bool]]) -> None:
    """What a request cost is told to Redis after its answer."""
    async with asyncio.timeout(60):
        while not await looks():
            await asyncio.sleep(0.01)


async def test_requests_of_a_key(url: str | None, key: str) -> None:
    async with opened(url, "requests=3/h") as quotas:
        for left in (2, 1, 0):
            tab = await asked(quotas, key)
            assert int(tab.left[0] + 1e-3) == left
        problem = await refused(asked(quotas, key))
        assert 1190 < int(problem.headers["Retry-After"]) <= 1200
        assert problem.detail == 'The quota "requests" of 3 requests in 3,600 seconds is used up.'
        assert (await asked(quotas, f"{key}x")).left[0] > 1, "another key has its own"


async def test_the_cost_is_paid_afterwards_and_may_be_more_than_there_is(url: str | None, key: str) -> None:
    async with opened(url, "cost=100/h") as quotas:
        assert limits_of(await asked(quotas, key, rows=60)) == {
            "requests": {"quota": 2_000_000, "window": 3600, "remaining": 1_999_999},
            "cost": {"quota": 100, "window": 3600, "remaining": 40},
        }

        async def told() -> bool:
            tab = Tab()
            await quotas.count_key(tab, key)
            return tab.left[1] < 41

        await until(told)
        tab = await asked(quotas, key, rows=1000)
        assert tab.left[1] < 0
        found = limits_of(tab)
        assert found is not None
        assert found["cost"]["remaining"] == 0

        async def in_debt() -> bool:
            try:
                await quotas.count_key(Tab(), key)
            except Problem:
                return True
            return False

        await until(in_debt)
        seconds = int((await refused(quotas.count_key(Tab(), key))).headers["Retry-After"])
        assert 34_500 < seconds <= 34_600


async def test_a_refused_request_takes_nothing(url: str | None, key: str) -> None:
    async with opened(url, "requests=2/2s, cost=5/h") as quotas:
        await asked(quotas, key, rows=500)
        tab = Tab()

        async def refuses() -> bool:
            nonlocal tab
            tab = Tab()
            try:
                await quotas.count_key(tab, key)
            except Problem:
                return True
            return False

        await until(refuses)
        assert tab.left[0] >= 0
        assert tab.pay is None


async def test_many_keys_at_once(url: str | None, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "PATIENCE_SECONDS", 60.0)  # of a store that is slow no more is told than of none
    async with opened(url, "requests=5/h") as quotas:
        asks = [asked(quotas, f"{key}-{i % 40}") for i in range(40 * 8)]
        found = await asyncio.gather(*asks, return_exceptions=True)
        assert sum(isinstance(one, Tab) for one in found) == 40 * 5
        assert sum(isinstance(one, Problem) for one in found) == 40 * 3


async def test_a_request_is_counted_once_for_its_key(url: str | None, key: str) -> None:
    async with opened(url, "requests=2/h") as quotas:
        tab = Tab()
        for _ in range(5):
            await quotas.count_key(tab, key)
        assert int((await asked(quotas, key)).left[0] + 1e-3) == 0


async def test_an_address_is_looked_at_without_being_counted(url: str | None) -> None:
    address = f"10.0.{next(_names)[4:]}.1"
    async with opened(url, "address=2/h") as quotas:
        for _ in range(5):
            tab = Tab()
            await quotas.check_address(tab, address)
            assert tab.limits is None
        await quotas.count_address(Tab(), address)
        await quotas.count_address(Tab(), address)
        await refused(quotas.check_address(Tab(), address))
        await refused(quotas.count_address(Tab(), address))


async def test_the_bucket_fills_again(url: str | None, key: str) -> None:
    async with opened(url, "requests=4/2s") as quotas:
        found = await asyncio.gather(*(asked(quotas, key) for _ in range(100)), return_exceptions=True)
        assert any(isinstance(one, Problem) for one in found)

        async def filled() -> bool:
            try:
                await asked(quotas, key)
            except Problem:
                return False
            return True

        await until(filled)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a" * 500, "a" * 64),
    ],
)
def test_what_shares_a_bucket(address: str, network: str) -> None:
    assert network_of(address) == network


def test_memory_is_bounded_and_keeps_those_that_are_not_full() -> None:
    now = 0.0
    memory = Memory(Limits("address", (Policy("address", 10, 10),)), clock=lambda: now, most=100)
    for i in range(100):
        memory.begin(Tab(), f"early {i}")
    now = 5.0  # one unit fills in a second: the early ones are full
    for _ in range(3):
        memory.begin(Tab(), "late")
    tab = Tab()
    memory.begin(tab, "late")
    assert tab.left == [6.0]
    for i in range(1000):
        memory.begin(Tab(), f"attack {i}")
        assert len(memory._held) <= 100
    memory.begin(tab, "late")
    assert tab.left == [9.0], "forgotten, which is as good as full"


def test_off_is_none() -> None:
    assert quotas_of(Settings.load({"CUBE_RATE_LIMIT": "off"}, dotenv=None)) is None
    assert limits_of(Tab()) is None
    assert current_limits() is None


async def test_rows_go_on_the_tab_of_the_running_request() -> None:
    spend(5)  # nobody's
    tab = Tab()
    token = running.set(Counted("", tab=tab))
    spend(2)
    await asyncio.gather(*(asyncio.to_thread(spend, 3) for _ in range(2)))
    running.reset(token)
    spend(7)
    assert tab.rows == 8


async def test_redis_away_and_back(
    redis: RedisServer, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests go on, counted in memory; the log warns once; Redis counts again when it is back."""
    configure("warning")
    monkeypatch.setattr("app.services.rates.shared.AWAY_SECONDS", 0.05)
    port = free_port()
    async with opened(f"redis://127.0.0.1:{port}/0", "requests=3/h") as quotas:
        for _ in range(3):
            await asked(quotas, key)
        await refused(asked(quotas, key))
        with redis_server(port):
            await asyncio.sleep(0.1)
            for _ in range(3):
                await asked(quotas, key, rows=1)
            await refused(asked(quotas, key))
        await asyncio.sleep(0.1)
        await refused(asked(quotas, key))
        with redis_server(port):
            await asyncio.sleep(0.1)
            await asked(quotas, key)
    told = capsys.readouterr().err
    assert told.count("Redis is away") == 1
    assert str(port) not in told


async def test_a_redis_that_does_not_answer_holds_nobody_up(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    configure("error")
    monkeypatch.setattr("app.services.rates.shared.AWAY_SECONDS", 60)

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silence, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with opened(f"redis://127.0.0.1:{port}/0", "requests=40/h") as quotas:
        await asyncio.gather(*(asked(quotas, key) for _ in range(40)))
        await refused(asked(quotas, key))
    server.close()
    await server.wait_closed()
