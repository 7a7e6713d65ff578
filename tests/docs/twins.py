"""The twins of GraphQL documents, made as GraphiQL's page makes them and sent by curl; and what a document asks for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from app.portal.beside_graphiql import rest_names
from tests.docs.shell import ROOT

Json = dict[str, Any]
Below = dict[str, "Asked"]
SOURCE = ROOT / "app" / "portal" / "graphiql"
PLAYER = Path(__file__).parent / "twins.mjs"


@dataclass(frozen=True)
class Asked:
    """A field of a document: its own name, and those below it by their names in the answer."""

    name: str
    below: Below


def asked_by(document: str, operation_name: str | None = None) -> Below:
    """The fields of an operation, its fragments spelt out."""
    definitions = parse(document).definitions
    fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    named = [one for one in operations if one.name and one.name.value == operation_name] or operations
    return _below([named[0].selection_set], fragments)


def _below(sets: Iterable[SelectionSetNode | None], fragments: Mapping[str, FragmentDefinitionNode]) -> Below:
    found: dict[str, list[FieldNode]] = {}

    def collect(selections: SelectionSetNode | None) -> None:
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                collect(fragments[node.name.value].selection_set)
            else:
                collect(node.selection_set)  # type: ignore[attr-defined]

    for one in sets:
        collect(one)
    return {
        response: Asked(nodes[0].name.value, _below([node.selection_set for node in nodes], fragments))
        for response, nodes in found.items()
    }


@dataclass
class Answer:
    """An answer of REST."""

    status: int
    json: Any


@dataclass
class Twins:
    """Makes the twins, in a folder with the scripts of GraphiQL's page, and sends them with a key to an address."""

    folder: Path
    address: str
    key: str
    sent: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        for script in (*SOURCE.glob("*.js"), PLAYER):
            shutil.copy(script, self.folder)
        (self.folder / "package.json").write_text('{"type": "module"}')
        (self.folder / "node_modules").symlink_to(ROOT / "tests" / "audits" / "node_modules")

    def of(self, *asked: Json) -> list[Any]:
        """The twins of each document, or `{"error": …}`."""
        given = {"rest": rest_names(), "base": self.address, "asked": asked}
        done = subprocess.run(
            ["node", PLAYER.name], cwd=self.folder, input=json.dumps(given), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        found: list[Any] = json.loads(done.stdout)
        return found

    def send(self, twin: Json, id_: str | None = None) -> Answer:
        """Runs the command as it stands."""
        known = {twin["each"]["name"]: str(id_)} if twin.get("each") else {}
        command = twin["curl"].replace("curl ", "curl --silent --show-error --write-out '\\n%{http_code}' ", 1)
        env = {**os.environ, "CUBE_KEY": self.key, **known}
        done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        body, _, status = done.stdout.rpartition("\n")
        self.sent.append(Answer(int(status), json.loads(body)))
        return self.sent[-1]
