"""The bindings as players of steps: Python in both ways, JavaScript and the shell."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cube_api import AsyncCube, Cube
from tests import canaries
from tests.bindings import play_python, play_shell
from tests.bindings.conftest import Place
from tests.bindings.scenario import Json

Play = Callable[[Place, list[Json]], list[Json]]


def python(place: Place, steps: list[Json]) -> list[Json]:
    return asyncio.run(play_python.play(partial(Cube, place.url), place.key, steps))


def async_python(place: Place, steps: list[Json]) -> list[Json]:
    return asyncio.run(play_python.play(partial(AsyncCube, place.url), place.key, steps))


def javascript(place: Place, steps: list[Json]) -> list[Json]:
    done = subprocess.run(
        ["node", str(Path(__file__).parent / "play_javascript.mjs")],
        input=json.dumps(steps),
        env={**os.environ, "CUBE_URL": place.url, "CUBE_KEY": place.key},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    canaries.search("what the JavaScript binding says on stderr", done.stderr)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def shell(place: Place, steps: list[Json]) -> list[Json]:
    return play_shell.play(place.url, place.key, steps)


PLAYERS: dict[str, Play] = {
    "python": python,
    "async_python": async_python,
    "javascript": javascript,
    "shell": shell,
}
_NEEDS = {"javascript": "node", "shell": "jq"}


def player(request: pytest.FixtureRequest, name: str) -> Play:
    """The player, if the program that it runs is there."""
    if name in _NEEDS:
        request.getfixturevalue(_NEEDS[name])
    return PLAYERS[name]
