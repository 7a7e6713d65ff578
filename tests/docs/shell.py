"""A shell in which the examples of a page run one after another, as in a reader's terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
# `cube`, from this checkout by this interpreter: an example must not depend on what is installed elsewhere.
_CUBE = f"""#!/bin/sh
PYTHONPATH='{ROOT}' exec '{sys.executable}' -c 'from app.cli import main; main()' "$@"
"""


class Shell:
    """`folder` is where it stands: `cube` is on its path there, and at `.venv/bin/cube`."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "cube").write_text(_CUBE)
        (programs / "cube").chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
        self.environ = {**kept, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", **environ}
        self._state = folder / ".exported"
        self._state.write_text("")

    def run(self, text: str, *, fails: bool = False) -> str:
        """Runs a block and returns what it says; what it exports is there for the next."""
        script = f". '{self._state}'\nset -e\n{text}\nexport -p > '{self._state}'\n"
        return self._ended(["sh", "-c", script], fails)

    def run_file(self, program: str, name: str, text: str) -> str:
        """Runs a block as a file that the reader has saved, with what the shell has exported."""
        (self.folder / name).write_text(text)
        return self._ended(["sh", "-c", f". '{self._state}'\nexec '{program}' {name}"], False)

    def _ended(self, command: list[str], fails: bool) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode != 0) is fails, f"{command[-1]}\n{done.stdout}\n{done.stderr}"
        return done.stdout
