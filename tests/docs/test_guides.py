"""The guides are true: every example of theirs runs as it stands, in the order of its page, and answers as it says."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import httpx
import pytest

from app.portal.guides import DIRECTORY, TITLES
from app.portal.reference import PLACEHOLDERS
from schema.problem import PROBLEMS
from schema.resources import BY_NAME
from tests.docs.conftest import Served
from tests.docs.examples import Example, examples, wrong
from tests.docs.shell import Shell

PAGES = {name: examples(name, (DIRECTORY / f"{name}.md").read_text(encoding="utf-8")) for name in TITLES}
_ID = re.compile(r"\b(usr|cli|cus|key)_[0-9a-z]{26}\b")
_PLACEHOLDER = re.compile(r"\{\{ (\w+)(?: (\w+))? \}\}")
# What the overview makes once, and the other pages go on with.
_JAVASCRIPT = """
const headers = { Authorization: `Bearer ${process.env.CUBE_KEY}` };
const options = { headers };
"""


def runnable(*languages: str) -> list[str]:
    """The pages that have an example in one of the languages."""
    return [name for name, blocks in PAGES.items() if any(block.language in languages for block in blocks)]


class Reader:
    """Who follows a page: for the sample id of a resource they put that of the record that they saw last."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.address, headers={"Authorization": f"Bearer {served.key}"})
        self.ids: dict[str, str] = {}
        for path in ("users", "clients", "customers"):
            self.see(self.http.get(f"/{path}?limit=1&fields=id").text)
        served.answered()

    def see(self, output: str) -> None:
        """Notes the first id of each kind: that of the record itself stands before those that it points at."""
        seen: dict[str, str] = {}
        for found in _ID.finditer(output):
            seen.setdefault(found[1], found[0])
        self.ids |= seen

    def filled(self, text: str) -> str:
        def fill(found: re.Match[str]) -> str:
            if found[1] == "base_url":
                return self.served.address
            assert found[1] == "sample_id", found[0]
            return self.ids[BY_NAME[found[2]].prefix]

        return _PLACEHOLDER.sub(fill, text)


@pytest.fixture
def reader(served: Served) -> Reader:
    return Reader(served)


@pytest.mark.parametrize("page", runnable("shell", "http"))
def test_shell_and_http_examples(reader: Reader, page: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    shell = Shell(
        tmp_path / "terminal",
        CUBE_DATA_DIR=str(reader.served.data_dir),
        CUBE_KEY=reader.served.key,
    )
    for example in PAGES[page]:
        if example.language not in ("shell", "http") or example.is_served:
            continue
        text = reader.filled(example.text)
        said = shell.run(silent(text)) if example.language == "shell" else sent(reader, text)
        statuses = reader.served.answered()
        assert not wrong(example, statuses), f"{wrong(example, statuses)}\n{said}"
        assert len(statuses) == text.count("curl ") or example.language == "http", example.place
        reader.see(said)
        if example.shown and example.shown[0] == "json" and "curl " in text:
            compare(example, said)


def silent(text: str) -> str:
    """curl without its progress, which a terminal shows and a log need not."""
    return re.sub(r"\bcurl ", "curl --silent --show-error ", text)


def sent(reader: Reader, text: str) -> str:
    """A request that is written out as HTTP."""
    first, *lines = text.strip().splitlines()
    method, path, _ = first.split()
    headers = dict(line.split(": ", 1) for line in lines)
    headers["Authorization"] = f"Bearer {reader.served.key}"
    return reader.http.request(method, path, headers=headers).text


def compare(example: Example, said: str) -> None:
    """The output that a page shows has the members of the true one; a count of the sample is the same, too."""
    assert example.shown
    shown, true = json.loads(filled_anyhow(example.shown[1])), json.loads(said)
    if "cursor" in shown:
        true = true["data"][0]
    if "statusCode" in shown or "cursor" in shown or "data" not in shown:
        assert list(shown) == list(true), example.place
    elif any("count" in row for row in shown["data"]):
        assert shown == true, example.place


def filled_anyhow(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: PLACEHOLDERS[found[1]](found[2]), text)


@pytest.mark.parametrize("page", runnable("graphql"))
def test_graphql_examples(reader: Reader, page: str) -> None:
    accept = {"Accept": "application/graphql-response+json"}
    for example in PAGES[page]:
        if example.language != "graphql":
            continue
        answer = reader.http.post("/graphql", json={"query": reader.filled(example.text)}, headers=accept)
        assert not wrong(example, [answer.status_code]), answer.text
        assert "errors" not in answer.json(), f"{example.place}: {answer.text}"
        reader.see(answer.text)


@pytest.mark.parametrize("page", runnable("python"))
def test_python_examples(reader: Reader, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBE_KEY", reader.served.key)
    names: dict[str, object] = {"cube": reader.http}
    for example in PAGES[page]:
        if example.language == "python":
            exec(compile(reader.filled(example.text), example.place, "exec"), names)
            statuses = reader.served.answered()
            assert statuses
            assert not wrong(example, statuses)


@pytest.mark.parametrize("page", runnable("javascript"))
def test_javascript_examples(reader: Reader, page: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    shell = Shell(tmp_path / "terminal", CUBE_KEY=reader.served.key)
    for i, example in enumerate(PAGES[page]):
        if example.language == "javascript":
            shell.run_file(node, f"example{i}.mjs", _JAVASCRIPT + used(reader.filled(example.text)))
            statuses = reader.served.answered()
            assert statuses
            assert not wrong(example, statuses)


def used(text: str) -> str:
    """A generator that an example declares is walked once: else nothing of it would run."""
    declared = re.search(r"async function\* (\w+)\(", text)
    if declared is None:
        return text
    return f"{text}\nfor await (const one of {declared[1]}({{ limit: '100' }})) if (!one.id) throw new Error('no id');"


@pytest.mark.parametrize("example", [one for page in PAGES.values() for one in page], ids=lambda one: one.place)
def test_each_example_is_run_or_is_sound(example: Example) -> None:
    if example.language == "json":
        json.loads(filled_anyhow(example.text))
    else:
        assert example.language in ("shell", "http", "graphql", "python", "javascript", "text"), example.place


def test_history_shows_the_members_of_a_change(reader: Reader) -> None:
    (shown,) = [one for one in PAGES["writing"] if one.language == "json"]
    change = reader.http.get(f"/customers/{reader.ids['cus']}/changes").json()["data"][0]
    assert list(json.loads(filled_anyhow(shown.text))) == list(change)


def test_graphql_error_and_extensions_have_the_members_that_are_shown(reader: Reader) -> None:
    document = """mutation { updateCustomer(id: "email:nobody@cube.example", input: {title: "x"}) { id } }"""
    true = reader.http.post("/graphql", json={"query": document}).json()
    shown = json.loads(next(one.text for one in reversed(PAGES["errors"]) if one.language == "json"))
    assert shown["data"] == true["data"]
    for name in ("message", "path", "locations"):
        assert shown["errors"][0][name] == true["errors"][0][name]
    assert list(shown["errors"][0]["extensions"]) == list(true["errors"][0]["extensions"])
    (extensions,) = [json.loads(one.text)["extensions"] for one in PAGES["graphql"] if one.language == "json"]
    asked = reader.http.post("/graphql", json={"query": "{ clients { nodes { customers { nodes { id } } } } }"})
    assert extensions["cost"] == asked.json()["extensions"]["cost"]


def test_limits_of_documents_are_those_of_the_code() -> None:
    from schema.graphql import limits

    text = (DIRECTORY / "graphql.md").read_text(encoding="utf-8")
    for name, limit in (
        ("depth", limits.MAX_DEPTH),
        ("aliases", limits.MAX_ALIASES),
        ("root fields", limits.MAX_ROOT_FIELDS),
        ("directives", limits.MAX_DIRECTIVES),
        ("document", f"{limits.MAX_BYTES // 1024} KiB, {limits.MAX_TOKENS:,} tokens"),
    ):
        assert f"| {name} | {limit} |" in text


def test_every_problem_is_in_the_errors_page(reader: Reader) -> None:
    page = reader.http.get("/docs/errors").text
    for problem in PROBLEMS.values():
        assert problem.message.replace("'", "&#x27;") in page


def test_options_of_import_are_told(tmp_path: Path) -> None:
    options = set(re.findall(r"--[a-z-]+", Shell(tmp_path / "terminal").run("cube import --help"))) - {"--help"}
    text = (DIRECTORY / "import.md").read_text(encoding="utf-8")
    assert options <= set(re.findall(r"--[a-z-]+", text))


def test_commands_are_told(tmp_path: Path) -> None:
    said = Shell(tmp_path / "terminal").run("cube --help")
    commands = re.findall(r"^  ([a-z]+)  +\S", said.partition("Commands:")[2], re.MULTILINE)
    assert commands
    text = (DIRECTORY / "operations.md").read_text(encoding="utf-8")
    assert not [name for name in commands if f"`cube {name}" not in text]
