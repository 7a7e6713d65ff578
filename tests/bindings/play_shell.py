"""The scenario played by the shell binding: each step as the command line that a reader would type."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

from tests import canaries
from tests.bindings.scenario import BINDINGS, REFUSED, Json, filled, save

PROGRAM = BINDINGS / "shell" / "cube-api"
# What a command ends with, by the status of the error.
EXITS = {None: 3, 302: 1, 400: 4, 401: 5, 403: 5, 404: 6, 409: 7, 412: 7, 429: 8, 500: 9, 502: 8, 503: 8}

_STATUS = re.compile(r"^cube-api: [A-Z]+ \S+: (\d{3}), try \d+, trace 00-\S+$", re.MULTILINE)


def run(
    *arguments: str, url: str, key: str, given: str | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The command, and what it says."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
    done = subprocess.run(
        [str(PROGRAM), *arguments],
        env={**kept, "CUBE_URL": url, "CUBE_KEY": key, **environ},
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    canaries.search("what cube-api says on stderr", done.stderr)
    return done


def play(url: str, key: str, steps: list[Json]) -> list[Json]:
    """What comes of each step."""
    saved: Json = {}
    outcomes = []
    for step in steps:
        asked = filled(step, saved)
        arguments, given = _words(asked)
        done = run(*arguments, "--json", "--verbose", url=url, key=asked.get("key", key), given=given)
        outcome = _outcome(asked["do"], done)
        save(step, outcome, saved)
        outcomes.append(outcome)
    return outcomes


def _outcome(what: str, done: subprocess.CompletedProcess[str]) -> Json:
    statuses = _STATUS.findall(done.stderr)
    if done.returncode == 2:
        assert not statuses, done.stderr
        return REFUSED
    if done.returncode and not (what == "batch" and done.stdout):
        error = json.loads(done.stderr.splitlines()[-1])
        assert done.returncode == EXITS[error["statusCode"]], (done.returncode, error)
        return {"error": error}
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [one["statusCode"] for one in lines if one["statusCode"] >= 400] if what == "batch" else []
    assert done.returncode == (EXITS[failed[0]] if failed else 0), done.stderr
    match what:
        case "list" | "history" | "stats" | "batch":
            return {"ok": lines}
        case "pages":
            return {"ok": [len(page["data"]) for page in lines]}
        case "upsert":
            return {"ok": {"record": lines[0], "created": statuses[-1] == "201"}}
    (line,) = lines
    return {"ok": line}


def _words(asked: Json) -> tuple[list[str], str | None]:
    """The command line of a step, and what it reads from standard input."""
    path: str = asked.get("on", "").replace("apiKeys", "api-keys")
    what, ref = asked["do"], asked.get("ref", "")
    said = [*_options(asked), *_conditions(asked)]
    match what:
        case "list" | "pages" | "firstPage":
            more = {"list": ["--all"], "pages": ["--all", "--page"], "firstPage": ["--page"]}[what]
            return [path, "list", *said, *more], None
        case "history":
            return [path, "history", ref, *said, "--all"], None
        case "stats":
            by = asked["by"] if isinstance(asked["by"], str) else ",".join(asked["by"])
            return [path, "stats", f"--by={by}", *said], None
        case "me":
            return ["me"], None
        case "token":
            return ["token", *_fields(asked["data"])], None
        case "batch":
            more = [] if asked.get("atomic", True) else ["--not-atomic"]
            return ["batch", "-", *said, *more], json.dumps(asked["operations"])
        case "graphql":
            name = ["--operation", asked["operationName"]] if "operationName" in asked else []
            return ["graphql", "-", *name, *_fields(asked.get("variables", {}))], asked["document"]
        case "create":
            return [path, "create", *said, *_fields(asked["data"])], None
    return [path, what, ref, *said, *_fields(asked.get("data", {}))], None


def _options(asked: Json) -> list[str]:
    found = []
    for name, value in asked.get("options", {}).items():
        if name == "count":
            found.append("--count")
        else:
            found += [f"--{name}", ",".join(value) if isinstance(value, list) else str(value)]
    if "idempotencyKey" in asked:
        found += ["--idempotency-key", asked["idempotencyKey"]]
    if "ifVersion" in asked:
        found += ["--if-version", str(asked["ifVersion"])]
    return [*found, *["--create-only"] * asked.get("createOnly", False), *["--dry-run"] * asked.get("dryRun", False)]


def _conditions(asked: Json) -> list[str]:
    found = []
    for name, value in asked.get("where", {}).items():
        match value:
            case None:
                found += [f"--{name}[isNull]", "true"]
            case list():
                found += [f"--{name}[in]", ",".join(value)]
            case dict():
                found += [word for operator, operand in value.items() for word in (f"--{name}[{operator}]", operand)]
            case _:
                found += [f"--{name}", value]
    return [*found, "--filter", json.dumps(asked["filter"])] if "filter" in asked else found


def _fields(data: Json, prefix: str = "") -> list[str]:
    """`name=text`, `name:=JSON`; a map member by member, if its keys can be written so."""
    found: list[str] = []
    for name, value in data.items():
        if isinstance(value, str):
            found.append(f"{prefix}{name}={value}")
        elif isinstance(value, dict) and value and not any(re.search(r"[=.]|:$|^$", key) for key in value):
            found += _fields(value, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}:={_json(value)}")
    return found


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
