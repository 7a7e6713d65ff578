"""Rates of processes: those that share a Redis share a quota, and none of them needs it to live."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.app.raw import talk
from tests.app.test_server import Server, server
from tests.cases.conftest import secret_for
from tests.redis_server import RedisServer, free_port, redis_server


@pytest.fixture
def file(migrated_sqlite: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_sqlite, tmp_path / "cube.db"))


@pytest.fixture
def secret(file: Path) -> str:
    return secret_for(f"sqlite://{file}")


def ask(running: Server, secret: str, path: str = "/customers") -> httpx.Response:
    """Over a connection of its own, so that any worker may have it."""
    return httpx.get(f"{running.address}{path}", headers={"Authorization": f"Bearer {secret}"}, timeout=30)


def statuses(servers: list[Server], secret: str, times: int) -> Counter[int]:
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda i: ask(servers[i % len(servers)], secret).status_code, range(times))
        return Counter(found)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_processes_with_a_redis_share_a_quota(file: Path, secret: str, workers: str, redis: RedisServer) -> None:
    shared = {"CUBE_REDIS_URL": redis.url, "CUBE_RATE_LIMIT": "requests=30/h", "CUBE_WORKERS": workers}
    with server(file, **shared) as one, server(file, **shared) as other:
        found = statuses([one, other], secret, 60)
        assert one.end() == other.end() == 0  # killed, they would leave their workers behind
        assert found == {200: 30, 429: 30}, [line for line in one.lines + other.lines if "warning" in line]


def test_the_cost_is_shared_too(file: Path, secret: str, redis: RedisServer) -> None:
    shared = {"CUBE_REDIS_URL": redis.url, "CUBE_RATE_LIMIT": "cost=100/h"}
    with server(file, **shared) as one:
        assert ask(one, secret, "/customers?limit=300").status_code == 200
        assert one.end() == 0, "what it cost is told before the process ends"
    with server(file, **shared) as other:
        refused = ask(other, secret)
        assert (refused.status_code, refused.headers["ratelimit"].count("r=0")) == (429, 1)
        assert 7000 < int(refused.headers["retry-after"]) <= 7236
        assert other.end() == 0


def test_without_redis_each_process_counts_for_itself(file: Path, secret: str) -> None:
    alone = {"CUBE_RATE_LIMIT": "requests=10/h"}
    with server(file, **alone) as one, server(file, **alone) as other:
        assert statuses([one, other], secret, 40) == {200: 20, 429: 20}
        assert one.end() == other.end() == 0


def test_a_redis_that_goes_takes_nobody_along(file: Path, secret: str) -> None:
    port = free_port()
    with server(file, CUBE_REDIS_URL=f"redis://:pa55w0rd@127.0.0.1:{port}/0", CUBE_RATE_LIMIT="requests=9/h") as one:
        assert ask(one, secret).status_code == 200
        with redis_server(port):
            assert ask(one, secret).status_code == 200
        assert statuses([one], secret, 30)[200] >= 7
        assert ask(one, secret).status_code == 429
        assert one.end() == 0
    told = [line for line in map(json.loads, one.lines) if line["level"] == "warning"]
    assert [line["event"] for line in told] == ["Redis is away: each process limits rates by itself"]
    assert "pa55w0rd" not in "".join(one.lines)


def test_an_address_is_the_one_that_a_trusted_proxy_names(file: Path) -> None:
    def bad(running: Server, forwarded: str) -> int:
        head = f"GET /me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{forwarded}\r\n"
        (found,) = talk(running.port, head.encode())
        return found.status

    with server(file, CUBE_RATE_LIMIT="address=2/h") as running:
        for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1"):
            assert [bad(running, f"X-Forwarded-For: {address}\r\n") for _ in range(3)] == [401, 401, 429]
        assert bad(running, "X-Forwarded-For: 2001:db8::2\r\n") == 429
        assert bad(running, "") == 401
        assert running.end() == 0
    with server(file, CUBE_RATE_LIMIT="address=2/h", CUBE_FORWARDED_ALLOW_IPS="192.0.2.9") as running:
        assert [bad(running, f"X-Forwarded-For: 192.0.2.{i}\r\n") for i in range(3)] == [401, 401, 429]
        assert running.end() == 0


def test_the_defaults_let_a_heavy_script_through(file: Path, secret: str) -> None:
    async def script(running: Server) -> Counter[int]:
        headers = {"Authorization": f"Bearer {secret}"}
        async with httpx.AsyncClient(base_url=running.address, headers=headers, timeout=30) as http:
            found = Counter[int]()
            for _ in range(20):
                answers = await asyncio.gather(*(http.get("/customers?limit=1000") for _ in range(50)))
                found.update(answer.status_code for answer in answers)
            return found

    with server(file) as running:
        assert asyncio.run(script(running)) == {200: 1000}
        assert running.end() == 0
