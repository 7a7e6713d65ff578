"""A directory with its sample, made once by `cube init`, and each time a copy of it that an app serves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.main import create_app
from app.protocol import HttpToolsProtocol
from app.settings import Settings
from tests.app.portal.serving import serving
from tests.docs.exchanges import Exchange, noting
from tests.docs.shell import Shell


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a first start made and said."""

    data_dir: Path
    said: str
    key: str


@dataclass
class Served:
    """An address, the key that opens it, and what it was asked so far."""

    address: str
    key: str
    data_dir: Path
    exchanges: list[Exchange] = field(default_factory=list)

    def answered(self) -> list[Exchange]:
        """What was asked and answered since the last time that this was asked."""
        found, self.exchanges[:] = list(self.exchanges), []
        return found


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The data folder of a first start, sample included."""
    folder = tmp_path_factory.mktemp("prepared")
    said = Shell(folder, CUBE_DATA_DIR=str(folder / "var")).run("cube init")
    found = re.search(r"API key +(\S+)", said)
    assert found, said
    return Prepared(folder / "var", said, found[1])


@pytest.fixture
def served(prepared: Prepared, tmp_path: Path) -> Iterator[Served]:
    """A fresh copy of it, served."""
    with copy_served(prepared, tmp_path / "var") as one:
        yield one


@contextmanager
def copy_served(prepared: Prepared, folder: Path) -> Iterator[Served]:
    """A fresh copy of it in a folder, served."""
    data_dir = Path(shutil.copytree(prepared.data_dir, folder))
    settings = Settings.load({"CUBE_DATA_DIR": str(data_dir), "CUBE_LOG_LEVEL": "warning"}, dotenv=None)
    exchanges: list[Exchange] = []
    app = noting(create_app(settings), exchanges)
    with serving(app, http=HttpToolsProtocol, ws="none", lifespan="on", log_config=None, access_log=False) as address:
        yield Served(address, prepared.key, data_dir, exchanges)
