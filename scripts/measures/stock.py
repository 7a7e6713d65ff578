"""The stock of filled databases, kept in a folder so that a second run need not fill them again."""

from __future__ import annotations

import asyncio
import fcntl
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import asyncpg

from app.services.migrate import migrate
from app.settings import Settings
from scripts.measures.copying import copy
from scripts.measures.directory import mark
from scripts.measures.filling import fill
from tests.postgres import postgres_server

_SETTINGS = ("max_connections=200", "shared_buffers=512MB", "max_wal_size=4GB", "effective_cache_size=4GB")


@dataclass(frozen=True)
class Filled:
    """A database with so many customers, and the secret of a key that may do everything."""

    url: str
    key: str
    size: int


class Stock:
    """Filled databases of one kind: SQLite files, or databases on the PostgreSQL server at `url`."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self._folder = folder
        self._url = url
        self._numbers = count()

    @property
    def kind(self) -> str:
        return "PostgreSQL" if self._url else "SQLite"

    def filled(self, size: int) -> Filled:
        """One to read from, made when it is not there yet."""
        file, key = self._file(size)
        if self._url is None:
            asyncio.run(migrate(Settings.load({"CUBE_DATABASE_URL": f"sqlite://{file}"}, dotenv=None)))
            return Filled(f"sqlite://{file}", key, size)
        # A file that was filled anew has another key.
        name = f"cube_measure_{size}_{mark()}_{zlib.crc32(key.encode()):08x}"
        if not asyncio.run(_has(self._url, name)):
            print(f"Copying {size:,} customers to PostgreSQL ...", flush=True)
            asyncio.run(_run(self._url, f"DROP DATABASE IF EXISTS {name}_part", f"CREATE DATABASE {name}_part"))
            copy(file, _named(self._url, f"{name}_part"))
            asyncio.run(_run(self._url, f"ALTER DATABASE {name}_part RENAME TO {name}"))
        asyncio.run(migrate(Settings.load({"CUBE_DATABASE_URL": _named(self._url, name)}, dotenv=None)))
        return Filled(_named(self._url, name), key, size)

    @contextmanager
    def copied(self, size: int) -> Iterator[Filled]:
        """One to write to, which goes afterwards."""
        original = self.filled(size)
        name = f"cube_measure_copy_{next(self._numbers)}"
        if self._url is None:
            file = self._folder / f"{name}.db"
            self._remove(file)  # a run that was broken off leaves a log, which would be played into the new file
            shutil.copy(original.url.removeprefix("sqlite://"), file)
            try:
                yield Filled(f"sqlite://{file}", original.key, size)
            finally:
                self._remove(file)
            return
        drop, template = f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", original.url.rpartition("/")[2]
        asyncio.run(_run(self._url, drop, f"CREATE DATABASE {name} TEMPLATE {template}"))
        try:
            yield Filled(_named(self._url, name), original.key, size)
        finally:
            asyncio.run(_run(self._url, drop))

    def _remove(self, file: Path) -> None:
        for path in self._folder.glob(f"{file.name}*"):
            path.unlink()

    def _file(self, size: int) -> tuple[Path, str]:
        folder = self._folder / f"{size}-{mark()}"
        file, key = folder / "cube.db", folder / "key"
        if not key.exists():
            print(f"Filling in {size:,} customers ...", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            key.write_text(fill(file, size))
        return file, key.read_text()


@contextmanager
def stock(folder: Path, url: str | None, *, postgresql: bool) -> Iterator[Stock]:
    """The stock in this folder, of which one run at a time makes use."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not postgresql or url:
            yield Stock(folder, url)
            return
        kept = folder / "postgresql"
        kept.mkdir(exist_ok=True)
        with postgres_server(kept, _SETTINGS) as server:
            yield Stock(folder, server.url("postgres"))


def _named(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    head, mark_, query = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}{mark_}{query}"


async def _has(url: str, name: str) -> bool:
    return bool(await _run(url, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


async def _run(url: str, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        rows: list[asyncpg.Record] = []
        for statement in statements:
            rows = await connection.fetch(statement)
        return rows
    finally:
        await connection.close()
