"""The pages of the bindings are true: every command and program of theirs runs as it stands, on a served sample."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.docs.conftest import Served
from tests.docs.examples import Example, examples
from tests.docs.shell import ROOT, Shell
from tests.required import require, used

BINDINGS = ROOT / "bindings"
PAGES = {
    name: examples(f"bindings/{name}", (BINDINGS / name / "README.md").read_text(encoding="utf-8"))
    for name in ("shell", "python", "javascript")
}
# It installs into the reader's folder, by what is here already: nothing is fetched.
_PIP = f"""#!/bin/sh
shift
exec '{sys.executable}' -m pip install --quiet --no-deps --no-build-isolation --target site "$@"
"""
_NEEDS = {"shell": ("jq", "jq"), "javascript": ("node", "npm")}


class Reader:
    """Who follows a page in a folder that has the checkout's `bindings`."""

    def __init__(self, folder: Path, served: Served) -> None:
        self.served = served
        self.shell = Shell(
            folder,
            CUBE_URL=served.address,
            CUBE_KEY=served.key,
            PYTHONPATH=str(folder / "site"),
            npm_config_offline="true",
            npm_config_audit="false",
        )
        pip = folder / ".venv" / "bin" / "pip"
        pip.write_text(_PIP)
        pip.chmod(0o755)
        (folder / "bindings").symlink_to(BINDINGS)

    def follow(self, example: Example) -> str:
        match example.language:
            case "sh":
                return self.shell.run(example.text)
            case "bash":
                return self.shell.run_file("bash", "example.sh", f"set -e\n{example.text}")
            case "python":
                return self.shell.run_file(sys.executable, "example.py", example.text)
            case "js":
                node = shutil.which("node")
                assert node
                return self.shell.run_file(node, "example.mjs", example.text)
        assert example.language == "text", example.place
        return ""


@pytest.mark.parametrize("page", PAGES)
def test_every_example_runs_as_it_stands(page: str, served: Served, tmp_path: Path) -> None:
    if page in _NEEDS:
        part, program = _NEEDS[page]
        if shutil.which(program) is None:
            require(part, f"{program} is not installed")
        used.add(part)
    reader = Reader(tmp_path / "reader", served)
    for example in PAGES[page]:
        said = reader.follow(example)
        asks = example.language in ("python", "js") or "cube-api customers" in example.text
        assert served.answered() or not asks, example.place
        if example.shown:
            assert said == example.shown[1], example.place


def test_each_binding_has_a_page_with_examples() -> None:
    assert {path.name for path in BINDINGS.iterdir() if path.is_dir()} == set(PAGES)
    assert all(len(blocks) >= 5 for blocks in PAGES.values())
