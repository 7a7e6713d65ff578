"""The README is true: its commands run as written, against a server that is started as it says."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx
import pytest

from app.portal.guides import TITLES
from app.portal.reference import settings as settings_table
from app.settings import VARIABLES, Settings
from tests import canaries
from tests.docs.conftest import Prepared
from tests.docs.examples import examples, wrong
from tests.docs.shell import ROOT, Shell

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = examples("README", TEXT)
ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Started:
    """A started server: its address, the terminal beside it, and its log."""

    address: str
    shell: Shell
    log: Path

    def answered(self) -> list[int]:
        """The status of each answer so far, but those of the health checks; lines are gathered for a moment."""
        sleep(0.5)
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]
        asked = [line for line in lines if line["event"] == "request" and not line["path"].startswith("/health")]
        return [line["status"] for line in asked]


@pytest.fixture
def started(prepared: Prepared, tmp_path: Path) -> Iterator[Started]:
    """What `./scripts/run` does after its set-up, in a folder of its own and on a free port."""
    folder = tmp_path / "cube"
    shutil.copytree(prepared.data_dir, folder / "var")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shell, log = Shell(folder, CUBE_PORT=str(port)), tmp_path / "log"
    command = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
    with log.open("w") as stderr:
        server = subprocess.Popen(
            command, cwd=folder, env=shell.environ | {"PYTHONPATH": str(ROOT)}, stderr=stderr, text=True
        )
    try:
        _wait(server, f"http://127.0.0.1:{port}", log)
        yield Started(f"http://127.0.0.1:{port}", shell, log)
    finally:
        server.terminate()
        server.wait(timeout=60)
        canaries.search("the log of the server of the README", log.read_text(encoding="utf-8"))


def _wait(server: subprocess.Popen[str], address: str, log: Path) -> None:
    while server.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            sleep(0.05)
    raise AssertionError(log.read_text())


def test_every_command_runs_as_written(started: Started) -> None:
    programs = {"python": (sys.executable, "example.py"), "js": (shutil.which("node"), "example.mjs")}
    languages = []
    for example in EXAMPLES:
        before = len(started.answered())
        text = example.text.replace(ADDRESS, started.address)
        if example.language in programs:
            program, name = programs[example.language]
            if program is None:
                continue
            said = started.shell.run_file(program, name, text)
            assert said.strip(), example.place
        elif example.language == "sh" and not example.is_served:
            said = started.shell.run(text)
        else:
            assert example.language in ("sh", "json", "text"), example.place
            continue
        languages.append(example.language)
        statuses = started.answered()[before:]
        assert not wrong(example, statuses), f"{wrong(example, statuses)}\n{said}"
        assert statuses or "curl" not in text, example.place
        assert "errors" not in said, said
        if example.shown:
            _compare(example.place, example.shown, said)
    assert {"sh", "python"} <= set(languages)
    _imported(started)


def _compare(place: str, shown: tuple[str, str], said: str) -> None:
    if shown[0] == "json":
        assert json.loads(said) == json.loads(shown[1]), place
    elif "──▶" not in shown[1]:
        assert said.endswith(shown[1]), f"{place}: {said}"


def _imported(started: Started) -> None:
    """What the README says of the import: the same again changes nothing, and its records are found."""
    (block,) = [example.text for example in EXAMPLES if "cube import" in example.text]
    assert "\n0 created, 0 updated, 2 unchanged, 0 failed" in started.shell.run(block)
    headers = ' --fail --silent --header "Authorization: Bearer $CUBE_KEY"'
    for reference in re.findall(r"`GET (/customers/\S+)`", TEXT):
        assert "Luís" in started.shell.run(f'curl "$CUBE_URL{reference}"{headers}'), reference


def test_node_runs_its_example(started: Started) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    (text,) = [example.text for example in EXAMPLES if example.language == "js"]
    first = next(example.text for example in EXAMPLES if "export CUBE_URL" in example.text)
    started.shell.run(first.replace(ADDRESS, started.address))
    assert started.shell.run_file(node, "example.mjs", text).startswith("201 ")
    assert started.shell.run_file(node, "example.mjs", text).startswith("200 ")


def test_first_start_says_what_the_readme_says(prepared: Prepared, started: Started) -> None:
    for shown in ("/graphql", "/docs", "Password", "API key"):
        assert shown in prepared.said
    page = httpx.get(f"{started.address}/graphql", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    again = started.shell.run("cube init")
    assert "API key" not in again


def test_settings_are_those_of_the_code() -> None:
    assert settings_table("") in TEXT
    assert re.findall(r"^\| `(CUBE_\w+)`", TEXT, re.MULTILINE) == [one.name for one in VARIABLES]


def test_values_that_are_shown_are_good_settings() -> None:
    shown = re.findall(r"`(CUBE_\w+)=(\S+) \./scripts/run`", TEXT)
    assert {name for name, _ in shown} == {"CUBE_DATABASE_URL", "CUBE_SAMPLE"}
    assert Settings.load(dict(shown), dotenv=None).dialect == "postgresql"


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert not [link for link in links if not (ROOT / link).is_file()]
    assert {Path(link).stem for link in links if "/guides/" in link} == set(TITLES)


def test_folders_of_the_house_are_there_and_none_is_forgotten() -> None:
    told = {path.rstrip("/") for path in re.findall(r"`((?:\w+/)+)`", TEXT.partition("## The house")[2])}
    assert not [path for path in told if not (ROOT / path).is_dir()]
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for top in ("app", "schema", "models")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert packages - {"models/migrations"} <= told


def test_scripts_that_are_named_are_there() -> None:
    names = re.findall(r"\./scripts/(\w+)", TEXT)
    assert names
    assert not [name for name in names if not (ROOT / "scripts" / name).is_file()]


def test_it_is_short_enough_to_be_read() -> None:
    assert len(TEXT.splitlines()) <= 200
