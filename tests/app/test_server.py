"""The server as it is started: a process of its own, its signals, its workers, its log."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import httpx
import pytest

from app.services.database import Database
from app.settings import Settings
from tests import canaries
from tests.app.keys import key, user

SERVE = "from app.server import serve; from app.settings import Settings; serve(Settings.load(dotenv=None))"
ROOT = Path(__file__).parents[2]


class Server:
    """A process that serves, and its lines on stderr so far."""

    def __init__(self, environ: dict[str, str], port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE], cwd=ROOT, env={**os.environ, **environ}, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in iter(self.process.stderr.readline, ""):
            canaries.search("the log of a server", line)
            self.lines.append(line)

    def ready(self) -> None:
        while self.process.poll() is None:
            try:
                if httpx.get(f"{self.address}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                sleep(0.05)
        raise AssertionError("".join(self.lines))

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(by)
        return self.wait()

    def wait(self) -> int:
        code = self.process.wait(timeout=60)
        self._reader.join()
        return code


@contextmanager
def server(file: Path, **environ: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"CUBE_DATABASE_URL": f"sqlite://{file}", "CUBE_PORT": str(port), "PYTHONPATH": str(ROOT), **environ}
    found = Server(given, port)
    try:
        found.ready()
        yield found
    finally:
        if found.process.poll() is None:
            found.process.kill()
            found.wait()


@pytest.fixture
def file(migrated_sqlite: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated_sqlite, tmp_path / "cube.db"))


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(file: Path, by: signal.Signals) -> None:
    with server(file) as running:
        found = httpx.get(f"{running.address}/nowhere?secret=value")
        assert found.status_code == 404
        assert "server" not in found.headers
        assert running.end(by) == 0
    lines = [json.loads(line) for line in running.lines]
    (line,) = [one for one in lines if one["event"] == "request" and one["path"] == "/nowhere"]
    assert line["traceId"] == found.json()["traceId"]
    assert (line["method"], line["status"], line["route"], line["keyId"]) == ("GET", 404, None, None)
    assert line["bytes"] == len(found.content)
    assert "value" not in json.dumps(line)


def test_fc_050_a_running_request_finishes(file: Path) -> None:
    """Half a body is in when the signal comes; its other half is still read, and answered."""

    async def secret() -> str:
        db = await Database.open(Settings.load({"CUBE_DATABASE_URL": f"sqlite://{file}"}, dotenv=None))
        issued = await key(db, await user(db), "*")
        await db.close()
        return issued.secret

    authorization = asyncio.run(secret())
    with server(file) as running, socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
        head = f"POST /customers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {authorization}\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{{".encode())
        assert httpx.get(f"{running.address}/health/live").status_code == 200
        running.process.send_signal(signal.SIGTERM)
        while _accepts(running):
            sleep(0.05)
        connection.sendall(b'"name": "Bob"}')
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")
        assert running.wait() == 0
    assert authorization not in "".join(running.lines)


def _accepts(running: Server) -> bool:
    try:
        httpx.get(f"{running.address}/health/live")
    except httpx.TransportError:
        return False
    return True


def test_draining_goes_on_accepting(file: Path) -> None:
    with server(file, CUBE_DRAIN_SECONDS="2") as running:
        running.process.send_signal(signal.SIGTERM)
        while (found := httpx.get(f"{running.address}/health/ready")).status_code == 200:
            sleep(0.02)
        assert found.status_code == 503
        assert found.json()["message"] == "The service is temporarily unavailable."
        assert httpx.get(f"{running.address}/health/live").status_code == 200
        assert httpx.get(f"{running.address}/me").status_code == 401
        assert running.wait() == 0


def test_several_workers(file: Path) -> None:
    with server(file, CUBE_WORKERS="2") as running:
        for _ in range(10):
            assert httpx.get(f"{running.address}/me").status_code == 401
        with socket.create_connection(("127.0.0.1", running.port), timeout=30) as connection:
            connection.sendall(b"GET /me HTTP/1.1\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 400 ")
        assert running.end() == 0
