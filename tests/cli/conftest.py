"""The command line as a person runs it: in this process where that will do, for it is quicker."""

import io
import os
import sys
import threading
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from app.cli import main
from tests import canaries

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


Cube = Callable[..., Ended]


def environment(**variables: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
    return kept | {"PYTHONPATH": str(ROOT)} | variables


def command(*args: str) -> list[str]:
    return [sys.executable, "-c", "from app.cli import main; main()", *args]


def run(args: tuple[str, ...], stdin: str, variables: dict[str, str]) -> Ended:
    """Runs a command on a thread of its own: a test may have an event loop, and a command has another."""
    out, err, ended = io.StringIO(), io.StringIO(), [0]

    def in_thread() -> None:
        try:
            main()
        except SystemExit as exit_:
            ended[0] = int(exit_.code or 0)

    thread = threading.Thread(target=in_thread)
    replaced = (patch.object(sys, "argv", ["cube", *args]), patch.object(sys, "stdin", io.StringIO(stdin)))
    environ = patch.dict(os.environ, environment(**variables), clear=True)
    with replaced[0], replaced[1], environ, redirect_stdout(out), redirect_stderr(err):
        thread.start()
        thread.join()
    name = f"cube {args[0] if args else ''}"
    canaries.search_said(f"what {name} says on stdout", out.getvalue())
    canaries.search(f"what {name} says on stderr", err.getvalue())
    return Ended(ended[0], out.getvalue(), err.getvalue())


@pytest.fixture
def cube(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cube:
    """Runs a command on a fresh database, without the sample unless it is asked for."""
    monkeypatch.chdir(tmp_path)
    given = {"CUBE_DATABASE_URL": database_url, "CUBE_SAMPLE": "off"}
    return lambda *args, stdin="", **variables: run(args, stdin, given | variables)
