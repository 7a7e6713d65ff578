"""The guides are true: every example of theirs runs as it stands, in the order of its page, and answers as it says."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from app.portal.curl import request_of
from app.portal.examples import LANGUAGES, OTHERS, Block, Example
from app.portal.guides import DIRECTORY
from schema.problem import PROBLEMS
from tests.docs.conftest import Served
from tests.docs.reading import EXAMPLES, Reader, filled_anyhow, place
from tests.docs.shell import Shell
from tests.required import require

READ_IN = [
    (page, language)
    for page, examples in EXAMPLES.items()
    for language in LANGUAGES
    if any(language in example.asked for example in examples)
]
ALL = [(page, example) for page, examples in EXAMPLES.items() for example in examples]
BLOCKS = [(page, block) for page, example in ALL for block in example.blocks]
# What no document says: tokens, health, and what stands in a header.
REST_ALONE = ("/tokens", "/health/", "Idempotency-Key")


def named(value: object) -> str | None:
    if isinstance(value, Example):
        return str(value.blocks[0].line)
    return str(value.line) if isinstance(value, Block) else None


@pytest.fixture
def reader(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("CUBE_KEY", served.key)
    monkeypatch.setenv("CUBE_URL", served.address)
    return Reader(served, tmp_path / "terminal")


@pytest.mark.parametrize(("page", "language"), READ_IN)
def test_examples(reader: Reader, page: str, language: str) -> None:
    """What a reader of each language sees, that of another language included where theirs is missing."""
    if shutil.which("curl") is None:
        require("curl", "curl is not installed")
    for example in EXAMPLES[page]:
        reader.follow(page, example, language)


@pytest.mark.parametrize(("page", "example"), ALL, ids=named)
def test_each_request_is_shown_in_every_language_that_can_make_it(page: str, example: Example) -> None:
    text = example.asked["shell"].text if "shell" in example.asked else ""
    if "cube-api " in text:
        assert set(example.asked) >= {"shell", "python", "javascript"}, place(page, example.asked["shell"])
    if "curl " not in text:
        return
    request = request_of(text)
    assert request, f"{place(page, example.asked['shell'])}: one request, or it can't be shown in other languages"
    wanted = set(LANGUAGES)
    if "Authorization" not in text or any(path in text for path in REST_ALONE):
        wanted.discard("graphql")
    assert not wanted - set(example.asked), place(page, example.asked["shell"])


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=named)
def test_each_block_is_of_a_language_and_sound(page: str, block: Block) -> None:
    assert block.language in LANGUAGES | OTHERS, place(page, block)
    if block.language == "json":
        json.loads(filled_anyhow(block.text))


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
