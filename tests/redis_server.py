"""A private Redis for the tests: started once, and gone with the process that started it."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep

# As the keeper of the PostgreSQL server: when the test process ends, the pipe closes, and the server goes.
_KEEPER = """
"$1" --port "$2" --bind 127.0.0.1 --save "" --appendonly no >/dev/null 2>&1 </dev/null &
server=$!
read -r _
kill "$server" 2>/dev/null
wait "$server"
"""


@dataclass(frozen=True)
class RedisServer:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


def installed_program() -> str | None:
    return shutil.which("redis-server")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def redis_server(port: int | None = None) -> Iterator[RedisServer]:
    """Starts a server, on a free port unless one is named; stops it at the end."""
    program = installed_program()
    assert program, "redis-server is not installed"
    server = RedisServer(port or free_port())
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", program, str(server.port)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        _wait(keeper, server.port)
        yield server
    finally:
        keeper.communicate()


def _wait(keeper: subprocess.Popen[bytes], port: int) -> None:
    while keeper.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(64).startswith(b"+PONG"):
                    return
        except OSError:
            pass
        sleep(0.02)
    raise RuntimeError("Redis did not start")
