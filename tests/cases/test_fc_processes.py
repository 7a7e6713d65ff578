"""Field cases of processes: other zones, callers who go away, full pools, two writers and an import, logs, hosts."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest

from tests.app.raw import talk
from tests.cases.conftest import Place
from tests.cli.conftest import ROOT, command, environment
from tests.postgres import PostgresServer

NEW_YORK = {"TZ": "America/New_York"}
TWO = {"CUBE_WORKERS": "2"}
DEBUG = {"CUBE_LOG_LEVEL": "debug"}


def ask(place: Place, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    said = place.authorization | headers
    return httpx.request(method, f"{place.running.address}{path}", json=body, headers=said, timeout=30)


@pytest.mark.parametrize("place", [NEW_YORK, {"TZ": "Asia/Kolkata"}], indirect=True)
def test_fc_001_complaint_b14_the_servers_zone_means_nothing(place: Place) -> None:
    """An hour that New York skipped, read and saved again: the same instant; without an offset it is none."""
    refused = ask(place, "POST", "/customers", {"name": "x", "createdAt": "2026-03-08T02:30:00"})
    assert (refused.status_code, "offset" in refused.json()["detail"]) == (400, True)
    at = "2026-03-08T02:30:00.000Z"
    made = ask(place, "POST", "/customers", {"name": "x", "createdAt": "2026-03-08T08:00:00+05:30"}).json()
    assert made["createdAt"] == at
    for i in range(3):
        found = ask(place, "PATCH", f"/customers/{made['id']}", {"title": str(i)}).json()
        assert found["createdAt"] == at
        assert found["updatedAt"].endswith("Z")
    for same in (at, "2026-03-07T21:30:00-05:00", "2026-03-08T08:00:00.0%2B05:30"):
        for operator in ("eq", "gte", "lte"):
            hits = ask(place, "GET", f"/customers?createdAt[{operator}]={same}").json()["data"]
            assert [one["id"] for one in hits] == [made["id"]], (operator, same)


def customers(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    path = "/customers?limit=1000&sort=id"
    while path:
        page = ask(place, "GET", path)
        found += page.json()["data"]
        path = page.links.get("next", {}).get("url", "")
    return found


def test_fc_046_017_complaint_b13_callers_who_go_away_leave_nothing_open(
    place: Place, postgres: PostgresServer
) -> None:
    """Each write is whole, with its change record, or was never begun; the next caller is served at once."""
    gone = {"name": "Gone", "tags": ["a"]}
    mutation = "mutation($input: CustomerCreate!) { createCustomer(input: $input) { id owner { name } } }"
    operation = {"op": "create", "resource": "customers", "data": gone}
    sent = [
        ("/customers", json.dumps(gone).encode()),
        ("/graphql", json.dumps({"query": mutation, "variables": {"input": gone}}).encode()),
        ("/batch", json.dumps({"operations": [operation, operation]}).encode()),
    ]
    for i in range(500):
        path, body = sent[i % 3]
        keyed = [f"Idempotency-Key: gone-{i}"] if i % 2 else []
        with socket.create_connection(("127.0.0.1", place.running.port), timeout=20) as connection:
            whole = place.raw("POST", path, body, *keyed)
            connection.sendall(whole if i % 4 else whole[: -len(body) // 2])
            if i % 5 == 0:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    made = [ask(place, "POST", "/customers", {"name": f"N{i}"}) for i in range(10)]
    assert [one.status_code for one in made] == [201] * 10
    records = customers(place)
    assert 10 <= len(records) <= 510
    for record in records[:: max(1, len(records) // 15)]:
        changes = ask(place, "GET", f"/customers/{record['id']}/changes").json()["data"]
        assert [change["action"] for change in changes] == ["CREATED"]
    if place.url.startswith("postgresql"):
        name = place.url.rpartition("/")[2]
        open_ = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND state LIKE 'idle in%'"
        assert postgres.run(open_) == [(0,)]
    assert place.running.end() == 0
    assert not [line for line in place.running.lines if '"level":"error"' in line]


async def test_fc_017_more_callers_than_connections(place: Place) -> None:
    """All are answered, none by a fault; afterwards there is room again."""
    async with place.http() as http:
        heavy = {
            "query": "{ customers(first: 100) { totalCount nodes { client { customers(first: 90) { totalCount } } } } }"
        }
        tasks = [asyncio.create_task(http.post("/graphql", json=heavy)) for _ in range(80)]
        writes = [asyncio.create_task(http.post("/customers", json={"name": f"N{i}"})) for i in range(80)]
        await asyncio.sleep(0.05)
        for task in tasks[::2]:
            task.cancel()
        done = [
            one
            for one in await asyncio.gather(*tasks, *writes, return_exceptions=True)
            if not isinstance(one, asyncio.CancelledError)
        ]
        answers = [one for one in done if isinstance(one, httpx.Response)]
        assert len(answers) == len(done)
        assert {one.status_code for one in answers} <= {200, 201, 503}
        assert all("retry-after" in one.headers for one in answers if one.status_code == 503)
        again = await asyncio.gather(*(http.get("/customers?limit=1") for _ in range(20)))
        assert {one.status_code for one in again} == {200}


def test_fc_041_043_host_and_slashes_do_not_move_a_path(place: Place) -> None:
    """Whether a key is needed depends on the path of the request line; what Host holds can't change it."""
    for host in ("a.example/public?x=", "a.example#", "a@b.example", "a b", "a.example/health/live?"):
        request = f"GET /me HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        (found,) = talk(place.running.port, request)
        assert (found.status, found.json["message"]) == (400, "The request is malformed."), host
    for path, status in (("/me", 401), ("//me", 404), ("/health/live/../../me", 404), ("/%6de", 401), ("/me%2f", 404)):
        request = f"GET {path} HTTP/1.1\r\nHost: health.example\r\nConnection: close\r\n\r\n".encode()
        (found,) = talk(place.running.port, request)
        assert (found.status, "location" in found.headers) == (status, False), path


@pytest.mark.parametrize("place", [DEBUG], indirect=True)
def test_fc_076_complaint_b17_no_key_in_the_log_or_an_answer(place: Place) -> None:
    """Whatever a caller does with a key, only its first characters are ever told."""
    key = place.secret
    answers = [
        ask(place, "GET", f"/customers?access_token={key}"),
        ask(place, "GET", f"/customers/{key}"),
        ask(place, "POST", "/customers", {"name": "x", key: key}),
        ask(place, "POST", "/customers", {"name": "x", "email": key}),
        ask(place, "GET", f"/customers?sort={key}"),
        ask(place, "GET", "/customers", **{key.replace("_", "-"): key}),
        ask(place, "POST", "/graphql", {"query": f"{{ {key} }}"}),
        ask(place, "POST", "/graphql", {"query": "query($f: DateTime) { me { id } }", "variables": {"f": key}}),
        httpx.post(
            f"{place.running.address}/customers",
            content=f'{{"a": {key}',
            headers=place.authorization | {"Content-Type": "application/json"},
        ),
        httpx.get(f"{place.running.address}/me", headers={"Authorization": f"Basic {key}"}),
        httpx.get(f"{place.running.address}/me", headers={"Authorization": f"Bearer {key[:-1]}"}),
    ]
    talk(place.running.port, f"GET /me HTTP/1.1\r\nHost: x\r\nAuthorization : Bearer {key}\r\n\r\n".encode())
    assert place.running.end() == 0
    log = "".join(place.running.lines)
    for text in (log, *(one.text for one in answers if one.request.url.path != f"/customers/{key}")):
        for part in (key, key[:-1], key.encode().hex(), key[20:]):
            assert part not in text
    assert json.loads(place.running.lines[-1])


@pytest.mark.parametrize("place", [TWO], indirect=True)
def test_fc_016_two_processes_many_writers_and_an_import(place: Place, tmp_path: Path) -> None:
    """Nobody is told of a lock: each write is done, or refused with the time to come again."""
    file = tmp_path / "file.csv"
    file.write_text("name,externalIds.erp\n" + "".join(f"Row {i},{i}\n" for i in range(1500)))
    variables = environment(CUBE_DATABASE_URL=place.url)
    importing = subprocess.Popen(
        command("import", str(file), "--resource", "customers"),
        cwd=ROOT,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )

    async def write() -> Counter[int]:
        seen: Counter[int] = Counter()
        async with place.http() as http:

            async def one(writer: int) -> None:
                for i in range(8):
                    answer = await http.put(f"/customers/w{writer}:{i}", json={"name": "Writer"})
                    seen[answer.status_code] += 1
                    assert answer.status_code == 201 or "retry-after" in answer.headers, answer.text

            await asyncio.gather(*(one(writer) for writer in range(25)))
        return seen

    seen = asyncio.run(write())
    _, said = importing.communicate(timeout=120)
    assert importing.returncode == 0, said
    assert set(seen) <= {201, 503}
    names = Counter(one["name"].split()[0] for one in customers(place))
    assert names == {"Row": 1500, "Writer": seen[201]}
    assert place.running.end() == 0
    assert not [line for line in place.running.lines if '"level":"error"' in line]


@pytest.mark.slow  # a lock is waited for
def test_complaint_b12_a_lock_is_unavailable_and_not_a_missing_record(place: Place, postgres: PostgresServer) -> None:
    made = ask(place, "POST", "/customers", {"name": "Ada"}).json()
    path = f"/customers/{made['id']}"
    if place.url.startswith("sqlite"):
        held: Any = sqlite3.connect(place.url.removeprefix("sqlite://"), isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        refused = ask(place, "PATCH", path, {"title": "x"})
        assert ask(place, "GET", path).json() == made
        held.close()
    else:
        name = place.url.rpartition("/")[2]
        postgres.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        refused = ask(place, "PATCH", path, {"title": "x"})
        assert ask(place, "GET", path).status_code == 503
        assert ask(place, "GET", "/health/ready").status_code == 503
        postgres.run(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["message"] == "The service is temporarily unavailable."
    for _ in range(100):
        if (found := ask(place, "PATCH", path, {"title": "y"})).status_code == 200:
            break
        sleep(0.05)
    assert found.json()["title"] == "y"


@pytest.mark.parametrize("place", [TWO], indirect=True)
def test_complaint_b18_b29_every_process_sees_a_write_and_a_revocation_at_once(place: Place) -> None:
    """A record is read, found and searched as soon as its write was answered; a revoked key is refused as soon."""
    key = ask(place, "POST", "/api-keys", {"name": "short", "scopes": ["*"]}).json()
    mine = {"Authorization": f"Bearer {key['secret']}"}
    for i in range(12):
        made = ask(place, "POST", "/customers", {"name": f"Neu{i}", "email": f"neu{i}@x.io"}, **mine).json()
        for path in (f"/customers?q=neu{i}", f"/customers?email=NEU{i}@x.io", f"/customers?name=Neu{i}"):
            assert [one["id"] for one in ask(place, "GET", path).json()["data"]] == [made["id"]]
        assert ask(place, "GET", f"/customers/email:neu{i}@x.io").json() == made
        tag = {"If-None-Match": f'"{made["version"]}"'}
        assert ask(place, "GET", f"/customers/{made['id']}", **tag).status_code == 304
        ask(place, "PATCH", f"/customers/{made['id']}", {"title": "x"}, **mine)
        assert ask(place, "GET", f"/customers/{made['id']}", **tag).json()["title"] == "x"
    assert ask(place, "DELETE", f"/api-keys/{key['id']}").status_code == 200
    for _ in range(12):
        assert ask(place, "GET", "/me", **mine).status_code == 401
