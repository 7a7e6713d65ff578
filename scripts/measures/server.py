"""A server process of Cube's own, as `cube serve` starts it, and what it takes of the machine."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_COMMAND = "import sys; from app.cli import main; sys.argv = ['cube', 'serve']; main()"
_MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Server:
    """A server that runs, its key, and what it has logged."""

    pid: int
    port: int
    key: str
    log: Path

    def workers(self) -> list[int]:
        """The processes that answer: the one that was started, or those that it watches over."""
        return [pid for pid in descendants(self.pid) if _is_worker(pid)] or [self.pid]

    def resident(self, name: str = "VmRSS") -> float:
        """Megabytes of memory in use, of all workers; what they log is forgotten meanwhile."""
        os.truncate(self.log, 0)
        return sum(memory(pid, name) for pid in self.workers())

    def seconds(self) -> float:
        """Seconds of processor time taken so far, of all workers."""
        return sum(seconds_of(pid) for pid in self.workers())


@contextmanager
def serving(url: str, key: str, workers: int = 1, **environ: str) -> Iterator[Server]:
    """Starts a server on this database, and ends it."""
    with tempfile.TemporaryDirectory() as folder:
        log, port = Path(folder, "log"), free_port()
        process = start(url, port, log, workers, **environ)
        try:
            until_answered(process, port, "/health/ready", log)
            yield Server(process.pid, port, key, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def start(url: str, port: int, log: Path, workers: int = 1, **environ: str) -> subprocess.Popen[bytes]:
    """The process, just started. No limit of rates is on: it is not what is measured."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
    set_ = {
        "CUBE_DATABASE_URL": url,
        "CUBE_DATA_DIR": str(log.parent),
        "CUBE_PORT": str(port),
        "CUBE_WORKERS": str(workers),
        "CUBE_RATE_LIMIT": "off",
        "PYTHONPATH": str(ROOT),
    }
    with log.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-c", _COMMAND], cwd=log.parent, env={**kept, **set_, **environ}, stderr=written
        )


def until_answered(process: subprocess.Popen[bytes], port: int, path: str, log: Path, key: str = "") -> None:
    """Returns with the first good answer."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    while process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise RuntimeError(f"the server ended: {log.read_text()}")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def descendants(pid: int) -> list[int]:
    """The processes that this one has started, and those that they have."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in map(int, children) for one in (child, *descendants(child))]


def memory(pid: int, name: str) -> float:
    """Megabytes: `VmRSS` is all that is in use, `RssAnon` without mapped files, `Pss` all, what is shared by share."""
    file = "smaps_rollup" if name == "Pss" else "status"
    line = next(line for line in Path(f"/proc/{pid}/{file}").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / _MEGABYTE


def _is_worker(pid: int) -> bool:
    return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()


def seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
