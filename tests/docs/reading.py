"""A reader who follows a guide in one language: runs its examples one after another, as they stand there."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import httpx

from app.portal.curl import request_of
from app.portal.examples import Block, Example
from app.portal.guides import TITLES, source
from app.portal.markdown import parsed, sections
from app.portal.reference import PLACEHOLDERS
from schema.resources import BY_NAME
from tests import canaries
from tests.docs.conftest import Served
from tests.docs.exchanges import Exchange
from tests.docs.sameness import different
from tests.docs.shell import ROOT, Shell
from tests.required import require

EXAMPLES: dict[str, tuple[Example, ...]] = {
    name: tuple(one for section in sections(parsed(source(name))) for part in section.parts for one in part.examples)
    for name in TITLES
}
# Where the guides make the `cube` that their examples in Python and JavaScript use: up to the first empty line.
(SET_UP, *_) = (one for one in EXAMPLES["quickstart"] if "python" in one.asked)

_ANSWERS = re.compile(r"^(?:#|//) Answers (\d{3})$", re.MULTILINE)
_CALLS = re.compile(r"\bcurl |\bcube-api ")
# A reader's own terminal runs these; here the server of the test is in their place.
_SERVES = re.compile(r"^(?:[A-Z_]+=\S+ )?\./scripts/\w+")
_MAKES_CUBE = re.compile(r"^const cube = ", re.MULTILINE)
_ID = re.compile(r"\b(usr|cli|cus|key)_[0-9a-z]{26}\b")
_PLACEHOLDER = re.compile(r"\{\{ (\w+)(?: (\w+))? \}\}")


def place(page: str, block: Block) -> str:
    return f"{page}:{block.line}"


def filled_anyhow(text: str) -> str:
    """A block as the page shows it, with the ids that nobody has."""
    return _PLACEHOLDER.sub(lambda found: PLACEHOLDERS[found[1]](found[2]), text)


class Reader:
    """Who follows a page: for the sample id of a resource they put that of the record that they saw last."""

    def __init__(self, served: Served, folder: Path) -> None:
        self.served = served
        self.http = httpx.Client(base_url=served.address, headers={"Authorization": f"Bearer {served.key}"})
        self.shell = Shell(
            folder,
            CUBE_DATA_DIR=str(served.data_dir),
            CUBE_KEY=served.key,
            CUBE_URL=served.address,
            CUBE_PORT=str(urlsplit(served.address).port),
        )
        # The checkout's bindings, and what `npm install` makes of one of them.
        (folder / "bindings").symlink_to(ROOT / "bindings")
        (folder / "node_modules").mkdir()
        (folder / "node_modules" / "cube-api").symlink_to(ROOT / "bindings" / "javascript")
        self.ids: dict[str, str] = {}
        self.python: dict[str, object] = {}
        self.javascript = self.filled(_opening(SET_UP.asked["javascript"].text))
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

    def follow(self, page: str, example: Example, language: str) -> None:
        """Runs what the page shows to a reader of this language, and sees that all is as it says."""
        nearest = example.nearest(language)
        block = example.asked.get(nearest or "")
        if nearest is None or block is None or _SERVES.match(block.text) or _is_command(block, language):
            return
        request = request_of(self.filled(example.asked["shell"].text)) if "shell" in example.asked else None
        said = getattr(self, f"run_{nearest}")(self.filled(block.text), place(page, block))
        came = self.served.answered()
        assert came or nearest == "shell", place(page, block)
        _check_statuses(page, block, came)
        if nearest == "shell":
            # A call of the binding may be many requests: one for each page of a list.
            calls = len(_CALLS.findall(block.text))
            assert len(came) == calls or len(came) > calls > 0 == block.text.count("curl "), place(page, block)
        if request and nearest != "graphql":
            assert came[0].is_of(request), f"{place(page, block)}: {request} is not what came, {came[0]}"
        if (shown := example.answers.get(nearest)) and nearest == language:
            _check_answer(page, shown, came, said)
        self.see(said)
        for one in came:
            self.see(one.body.decode())

    def run_shell(self, text: str, _: str) -> str:
        said = self.shell.run(re.sub(r"\bcurl ", "curl --silent --show-error ", text))
        if "export CUBE_KEY=" in text:
            key = self.shell.run('printf %s "$CUBE_KEY"')
            os.environ["CUBE_KEY"] = key
            self.http.headers["Authorization"] = f"Bearer {key}"
        return said

    def run_python(self, text: str, name: str) -> str:
        if not self.python:
            exec(self.filled(_opening(SET_UP.asked["python"].text)), self.python)
        exec(compile(text, name, "exec"), self.python)
        return ""

    def run_javascript(self, text: str, _: str) -> str:
        node = which("node")
        if node is None:
            require("node", "node is not installed")
        if _MAKES_CUBE.search(text):
            self.javascript, text = _opening(text), text.removeprefix(_opening(text))
        return self.shell.run_file(node, "example.mjs", f"{self.javascript}\n\n{text}")

    def run_graphql(self, text: str, _: str) -> str:
        accept = {"Accept": "application/graphql-response+json"}
        self.http.post("/graphql", json={"query": text}, headers=accept)
        return ""


def _opening(text: str) -> str:
    """What makes `cube`, without what is then asked by it."""
    return re.split(r"\n\n(?=(?:const )?answer = |console\.log)", text)[0]


def _is_command(block: Block, language: str) -> bool:
    """A command that leaves nothing to those who read in another language: it runs when they read in Shell."""
    return block.language == "shell" != language and not re.search(r"\bcurl |\bcube-api |\bexport ", block.text)


def _check_statuses(page: str, block: Block, came: list[Exchange]) -> None:
    """All went well, or as the example says. A field of GraphQL that fails says its status in the error."""
    statuses = [_status(one) for one in came]
    wanted = _ANSWERS.search(block.text)
    fine = statuses == [int(wanted[1])] if wanted else all(200 <= one < 300 for one in statuses)
    assert fine, f"{place(page, block)}: {statuses} {[one.body.decode() for one in came if one.status >= 400]}"


def _status(one: Exchange) -> int:
    errors = one.json.get("errors") if one.path == "/graphql" and one.status < 400 else None
    return errors[0]["extensions"]["statusCode"] if errors else one.status


def _check_answer(page: str, shown: Block, came: list[Exchange], said: str) -> None:
    if shown.language == "json":
        difference = different(json.loads(filled_anyhow(shown.text)), came[-1].json)
        assert not difference, f"{place(page, shown)}: {difference}"
    else:
        canaries.search(place(page, shown), said)
        assert said.strip().endswith(shown.text.strip()), f"{place(page, shown)}: {said}"
