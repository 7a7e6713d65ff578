"""What is particular to the shell binding: its words, what it prints, what it ends with, and what it never shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.bindings.conftest import Place
from tests.bindings.play_shell import PROGRAM, run
from tests.bindings.road import LATER_BY_AN_HOUR, LOST, road

pytestmark = pytest.mark.usefixtures("jq")


def said(place: Place, *arguments: str, given: str | None = None) -> str:
    done = run(*arguments, url=place.url, key=place.key, given=given)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_lists_are_lines_of_json(place: Place) -> None:
    for i in range(3):
        said(place, "customers", "create", f"name=Line {i}", 'tags:=["lines"]')
    asked = ("customers", "list", "--tags[has]", "lines", "--sort", "name", "--limit=2", "--fields", "name")
    assert said(place, *asked) == '{"name":"Line 0"}\n{"name":"Line 1"}\n'
    assert said(place, *asked, "--all") == '{"name":"Line 0"}\n{"name":"Line 1"}\n{"name":"Line 2"}\n'
    page = json.loads(said(place, *asked, "--page", "--count"))
    assert (len(page["data"]), page["totalCount"]) == (2, 3)
    assert said(place, *asked, "--after", page["nextCursor"]) == '{"name":"Line 2"}\n'


def test_a_record_may_come_from_a_file(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_text('{"name": "From a file", "address": {"city": "Lima", "country": "PE"}, "metadata": {"k=y:": "v"}}')
    made = json.loads(said(place, "customers", "create", "--data", str(file), "address.city=Cusco", "title=x"))
    assert (made["address"]["city"], made["address"]["country"], made["title"]) == ("Cusco", "PE", "x")
    assert made["metadata"] == {"k=y:": "v"}
    again = json.loads(said(place, "customers", "update", made["id"], "--data", "-", given='{"title": null}'))
    assert again["title"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing"], "'nothing' is no command"),
        (["customers"], "what is to be done with customers?"),
        (["customers", "burn"], "'burn' is no command for customers"),
        (["customers", "get"], "which one?"),
        (["customers", "get", ""], "'' is no reference"),
        (["customers", "get", "a", "b"], "'b' is too much here"),
        (["customers", "list", "--limit"], "--limit needs a value"),
        (["customers", "create", "name"], "name is no field"),
        (["customers", "create", "=x"], "=x has no name"),
        (["customers", "create", "tags:=[1"], "tags:= is followed by something that is not JSON"),
        (["customers", "create", "employees:=nan"], "employees:= is followed by something that is not JSON"),
        (["customers", "create", "address=x", "address.city=y"], "address.city=y goes into what is no map"),
        (["customers", "create", "--status", "x", "name=y"], "--status means nothing here"),
        (["customers", "create", "--if-version", "1", "name=y"], "--if-version means nothing here"),
        (["customers", "create", "--data", "/nowhere"], "/nowhere cannot be read"),
        (["customers", "create", "--data", "-"], "--data - is not one JSON object"),
        (["customers", "update", "x", "--if-version", "new", "name=y"], "--if-version is a number"),
        (["customers", "update", "x", "--idempotency-key", "a\nb: c", "name=y"], "an idempotency key is"),
        (["customers", "list", "--dry-run"], "--dry-run means nothing here"),
        (["customers", "delete", "x", "--all"], "--all means nothing here"),
        (["batch"], "batch needs a file"),
        (["graphql", "/nowhere"], "/nowhere cannot be read"),
    ],
)
def test_a_wrong_command_is_said_and_not_sent(place: Place, arguments: list[str], says: str) -> None:
    with road(place) as way:
        done = run(*arguments, url=way.url, key=place.key)
        assert (done.returncode, done.stdout, way.seen) == (2, "", [])
    assert done.stderr.startswith(f"cube-api: {says}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_bytes_that_are_no_text_are_refused(place: Place) -> None:
    command: list[str | bytes] = [str(PROGRAM), "customers", "create", b"name=caf\xe9"]
    environ = {**os.environ, "CUBE_URL": place.url, "CUBE_KEY": place.key}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "cube-api: an argument is not UTF-8\n")
    made = json.loads(said(place, "customers", "create", "name=a \ufffd itself"))
    assert made["name"] == "a \ufffd itself"


def test_errors_are_said_to_people_with_their_trace(place: Place) -> None:
    done = run("customers", "create", "email=no", "status=NEW", url=place.url, key=place.key)
    first, *fields, trace = done.stderr.splitlines()
    assert first == "cube-api: 400 One or more validation errors occurred."
    assert fields == ["  email: is not a valid address", "  status: must be one of LEAD, ACTIVE, INACTIVE, CHURNED"]
    assert trace.startswith("  trace 00-")
    assert (done.returncode, done.stdout) == (4, "")


def test_without_an_address_or_a_key_nothing_is_asked() -> None:
    for url, key, says in (
        ("", "k", "CUBE_URL"),
        ("localhost", "k", "CUBE_URL"),
        ("http://x", "", "CUBE_KEY"),
        ("http://x", 'k"\nurl=x', "CUBE_KEY"),
    ):
        done = run("me", url=url, key=key)
        assert done.returncode == 2
        assert says in done.stderr


def test_the_key_is_in_no_list_of_processes(place: Place, tmp_path: Path) -> None:
    """Every program that it starts is looked at, and so is what is left behind."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("curl", "jq", "awk", "cat", "sed"):
        spy = programs / name
        spy.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name} $*" >>"{tmp_path}/seen"\nexec "{shutil.which(name)}" "$@"\n')
        spy.chmod(0o755)
    (tmp_path / "left").mkdir()
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    done = run(
        "customers", "create", "name=Spied", url=place.url, key=place.key, PATH=path, TMPDIR=str(tmp_path / "left")
    )
    assert done.returncode == 0, done.stderr
    seen = (tmp_path / "seen").read_text()
    assert "curl " in seen
    assert "jq " in seen
    assert place.key not in seen
    assert not list((tmp_path / "left").iterdir())


def test_the_key_comes_to_cube_and_to_nobody_else(place: Place) -> None:
    with road(place) as way:
        way.fates = [LOST, LATER_BY_AN_HOUR]
        done = run("me", "--verbose", url=way.url, key=place.key)
    assert done.returncode == 8
    assert "me: no answer, try 1" in done.stderr
    assert "me: 429, try 2" in done.stderr
    assert place.key[12:] not in done.stderr


def test_a_replay_is_told(place: Place) -> None:
    once = ("customers", "create", "name=Only once", "--idempotency-key", "once", "--verbose")
    first, second = (run(*once, url=place.url, key=place.key) for _ in range(2))
    assert first.stdout == second.stdout
    assert ("replayed" in first.stderr, "replayed" in second.stderr) == (False, True)


def test_settings_say_how_often_and_how_long(place: Place) -> None:
    with road(place) as way:
        way.fates = [LOST]
        assert run("me", url=way.url, key=place.key, CUBE_RETRIES="0").returncode == 3
        way.fates = ["silent"]
        done = run("me", url=way.url, key=place.key, CUBE_RETRIES="0", CUBE_TIMEOUT="0.2")
    assert done.returncode == 3
    assert "timed out" in done.stderr


def test_help_and_version_need_nothing() -> None:
    for word, says in (("help", "cube-api RESOURCE list"), ("version", "cube-api 0.1.0")):
        done = run(word, url="", key="")
        assert (done.returncode, says in done.stdout) == (0, True)
    assert run(url="", key="").stdout == run("help", url="", key="").stdout


def test_help_tells_of_every_option() -> None:
    told = set(re.findall(r"--[a-z-]+", run("help", url="", key="").stdout))
    taken = (
        PROGRAM.read_text(encoding="utf-8").partition("sort_words() {")[2].partition("# What a command has no use")[0]
    )
    options = set(re.findall(r"^ +(--[a-z-]+)\)", taken, re.MULTILINE))
    assert {"--all", "--data", "--if-version"} <= options
    assert options <= told
