"""Servers that the bindings call, each a process on a fresh directory, and the programs that some of them need."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.app.test_server import server
from tests.cases.conftest import secret_for
from tests.conftest import migrated
from tests.required import require, used


@dataclass(frozen=True)
class Place:
    """An address, and a key that may everything there."""

    url: str
    key: str


Serve = Callable[[str], Place]


@pytest.fixture
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """Starts a server on a fresh directory on the kind of database that it is given."""
    numbers = count()
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(serving(request, kind, tmp_path / f"{next(numbers)}.db"))


@contextmanager
def serving(request: pytest.FixtureRequest, kind: str, file: Path) -> Iterator[Place]:
    """A server of its own, on a fresh directory."""
    with migrated(request, kind, file) as url:
        key = secret_for(url)
        with server(file, CUBE_DATABASE_URL=url) as running:
            yield Place(running.address, key)
            running.end()


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One directory for all tests of a module, for what has nothing to do with the kind of database."""
    with serving(request, "sqlite", tmp_path_factory.mktemp("place") / "cube.db") as found:
        yield found


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript."""
    found = shutil.which("node")
    if found is None:
        require("node", "node is not installed")
    used.add("node")
    return found


@pytest.fixture(scope="session")
def jq() -> str:
    """The program without which the shell binding does nothing; curl is the other."""
    found = shutil.which("jq")
    if found is None or shutil.which("curl") is None:
        require("jq", "jq or curl is not installed")
    used.add("jq")
    return found
