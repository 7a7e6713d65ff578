"""What the bindings say of records is what the declarations say: types of Python and JavaScript, and completion."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any, NotRequired, get_args, get_origin, get_type_hints

import pytest

import cube_api
from cube_api.request import order_of
from schema.graphql.sdl import print_schema
from schema.openapi.document import document
from schema.resource import Resource
from schema.resources import API_KEY, RESOURCES
from tests.bindings.scenario import BINDINGS, Json

SCHEMAS: Json = document()["components"]["schemas"]
PYTHON: dict[str, Any] = vars(cube_api)
JAVASCRIPT = (BINDINGS / "javascript" / "cube-api.d.ts").read_text(encoding="utf-8")
BESIDE = {"ApiKey": {"secret"}}
"""Members of an answer that are no fields of the record."""


def hints(name: str) -> dict[str, Any]:
    return get_type_hints(PYTHON[name], include_extras=True)


def needed(name: str) -> set[str]:
    return {member for member, hint in hints(name).items() if get_origin(hint) is not NotRequired}


def interface(name: str) -> dict[str, str]:
    """The members of an interface in the declarations for TypeScript, with their types; what it extends included."""
    form = rf"^export interface {name}(?: extends (\w+))? \{{\n(.*?)^\}}"
    found = re.search(form, JAVASCRIPT, re.DOTALL | re.MULTILINE)
    assert found, name
    members = dict(re.findall(r"^  (\w+\??): (.*);$", found[2], re.MULTILINE))
    inherited = interface(found[1]) if found[1] else {}
    assert not members.keys() & inherited.keys(), name
    return inherited | members


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_records_have_the_members_that_are_declared(resource: Resource) -> None:
    schema = SCHEMAS[resource.type]["properties"]
    relations = {relation.name for relation in resource.to_one}
    beside = BESIDE.get(resource.type, set())
    assert set(hints(resource.type)) == set(schema) | beside
    assert needed(resource.type) == set(schema) - relations
    assert set(interface(resource.type)) == (set(schema) - relations) | {f"{name}?" for name in relations | beside}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_their_values_are_what_is_declared(resource: Resource) -> None:
    for name, schema in SCHEMAS[resource.type]["properties"].items():
        if "anyOf" in schema:
            continue
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        python, javascript = hints(resource.type)[name], interface(resource.type)[name]
        assert (type(None) in get_args(python)) is ("null" in kinds), name
        assert javascript.endswith("| null") is ("null" in kinds), name
        if "enum" in schema:
            assert list(get_args(python)) == schema["enum"], name
            assert javascript == " | ".join(f'"{choice}"' for choice in schema["enum"]), name
        kind = next(kind for kind in kinds if kind != "null")
        like = {"string": str, "integer": int, "array": list, "object": dict}
        given = [one for one in get_args(python) if one is not type(None)] if "null" in kinds else [python]
        if "enum" not in schema and name != "address":
            assert (get_origin(given[0]) or given[0]) is like[kind], name


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_inputs_have_the_members_that_may_be_sent(resource: Resource) -> None:
    sent = set(SCHEMAS[f"{resource.type}Create"]["properties"]) | set(SCHEMAS[f"{resource.type}Update"]["properties"])
    assert set(hints(f"{resource.type}Input")) == sent


def test_addresses_changes_and_stats() -> None:
    address = SCHEMAS["Client"]["properties"]["address"]["properties"]
    assert set(hints("Address")) == set(hints("AddressInput")) == set(interface("Address")) == set(address)
    assert set(hints("Change")) == set(interface("Change")) == set(SCHEMAS["Change"]["properties"])
    assert set(hints("Token")) == set(interface("Token")) == set(SCHEMAS["Token"]["properties"])
    assert set(hints("Stat")) == {"by", "count"}


def test_batches() -> None:
    operation = SCHEMAS["Operation"]
    assert set(hints("BatchOperation")) == set(operation["properties"])
    assert needed("BatchOperation") == set(operation["required"])
    assert {name.rstrip("?") for name in interface("BatchOperation")} == set(operation["properties"])
    for name in ("op", "resource"):
        assert sorted(get_args(hints("BatchOperation")[name])) == sorted(operation["properties"][name]["enum"])
        assert set(re.findall(r'"(\w+)"', interface("BatchOperation")[name])) == set(
            operation["properties"][name]["enum"]
        )
    assert (
        set(hints("BatchResult"))
        == {name.rstrip("?") for name in interface("BatchResult")}
        == {"data", *SCHEMAS["Error"]["properties"]}
    )


def test_sorts_have_their_names_in_graphql() -> None:
    """A list that is asked for by QUERY names them so."""
    enums = re.findall(r"^enum \w+OrderField \{\n(.*?)^\}", print_schema(), re.DOTALL | re.MULTILINE)
    assert len(enums) >= len(RESOURCES)
    for path, name in re.findall(r'"""`(\S+)`"""\n  (\w+)', "".join(enums)):
        assert order_of(path) == {"field": name, "direction": "ASC"}
        assert order_of(f"-{path}") == {"field": name, "direction": "DESC"}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)
def test_the_completion_knows_every_field(resource: Resource, jq: str) -> None:
    fields = set(SCHEMAS[f"{resource.type}Update"]["properties"])
    assert completed(resource.path, "update", "ref", "") >= {f"{name}=" for name in fields}
    if resource is not API_KEY:
        assert completed(resource.path, "list", "--") >= {f"--{field.name}" for field in resource.fields}
    assert completed(resource.path, "cre") == {"create"}
    assert completed("cust") == {"customers"}


def completed(*words: str) -> set[str]:
    """What bash offers for the last word."""
    line = " ".join(("cube-api", *words))
    program = f"""
        source <('{BINDINGS / "shell" / "cube-api"}' completion)
        compopt() {{ :; }}
        COMP_WORDS=(cube-api {" ".join(f"'{word}'" for word in words)}) COMP_CWORD={len(words)} COMP_LINE='{line}'
        _cube_api
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True)
    assert not done.stderr
    return set(done.stdout.split())


def test_tsc_finds_nothing_wrong(node: str, audits: Path) -> None:
    tsc = audits / "node_modules" / "typescript" / "bin" / "tsc"
    strict = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "nodenext"]
    command = [node, str(tsc), *strict, "--lib", "es2022,dom", str(Path(__file__).parent / "types.ts")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_all_are_of_one_version() -> None:
    package = json.loads((BINDINGS / "javascript" / "package.json").read_text(encoding="utf-8"))["version"]
    project = tomllib.loads((BINDINGS / "python" / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    (javascript,) = re.findall(r'VERSION = "(.*)"', (BINDINGS / "javascript" / "cube-api.js").read_text("utf-8"))
    (shell,) = re.findall(r"^VERSION=(.*)$", (BINDINGS / "shell" / "cube-api").read_text("utf-8"), re.MULTILINE)
    assert {package, project, javascript, shell} == {cube_api.__version__}
