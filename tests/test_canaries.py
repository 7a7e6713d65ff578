"""The search for secrets finds them: what a leak would look like, and what is none."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from app.services.database import Database
from app.services.secrets import new_secret
from app.services.write import write
from schema.change import Create
from schema.resources import API_KEY
from tests import canaries
from tests.app.keys import CLI, user


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is found from here on: nothing of it is the run's."""
    monkeypatch.setattr(canaries, "found", [])
    return canaries.found


@pytest.mark.parametrize(
    "leak",
    ["{secret}", "key={secret},", "{end}", "x{end}", "{hash}", "cubet_" + "a" * 40 + "." + "b" * 40, "{password}"],
)
def test_a_leak_is_found(found: list[str], leak: str) -> None:
    secret = canaries.plant(new_secret())
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    text = leak.format(secret=secret, end=secret[canaries.SHOWN :], hash=hashed, password=canaries.PASSWORD)
    canaries.search("here", f"before {text} after")
    assert len(found) == 1


def test_what_may_be_shown_is_none(found: list[str]) -> None:
    secret = canaries.plant(new_secret())
    canaries.search("here", f"prefix {secret[: canaries.SHOWN]}, cube_[hidden], key_01m892mz52ec0besqvsk3rkj6s")
    assert found == []


async def test_answers_are_searched(found: list[str]) -> None:
    secret = new_secret()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"secret": secret})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://cube.test") as http:
        await http.post("/api-keys")
        assert found == [], "who makes a key is given its secret"
        await http.get("/api-keys")
    assert len(found) == 1


async def test_the_token_of_a_session_is_given_in_its_cookie_alone(found: list[str]) -> None:
    token = "s" * 43

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(303, headers={"Set-Cookie": f"cube_session={token}; Path=/docs"})
        return httpx.Response(200, text=f"signed in by {token}")

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://cube.test") as http:
        await http.post("/docs/authentication")
        assert found == []
        await http.get("/docs/authentication")
    assert len(found) == 1


async def test_every_key_that_is_made_is_searched_for(found: list[str], db: Database) -> None:
    issued = await write(db, Create(API_KEY, {"name": "x", "scopes": ["*"], "ownerId": await user(db)}), CLI)
    canaries.search("here", hashlib.sha256(issued.secret.encode()).hexdigest())
    assert len(found) == 1


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_a_test_takes_out_of_its_capture_is_searched(
    found: list[str], stream: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print(f"made {canaries.plant(new_secret())}", file=getattr(sys, stream))
    capsys.readouterr()
    assert len(found) == 1


def test_what_is_captured_by_its_file_is_searched(found: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    subprocess.run([sys.executable, "-c", f"print({new_secret()!r})"], check=True)
    capfd.readouterr()
    assert len(found) == 1


SAYS = "import sys; print(sys.argv[2], file=getattr(sys, sys.argv[1]))"


def test_a_program_says_a_secret_once_and_on_stdout(found: list[str]) -> None:
    secret = new_secret()

    def says(stream: str) -> None:
        subprocess.run([sys.executable, "-c", SAYS, stream, secret], capture_output=True, check=True)

    says("stdout")
    assert found == []
    says("stdout")
    assert len(found) == 1
    says("stderr")
    assert len(found) == 2


async def test_a_program_that_is_waited_for_meanwhile_is_heard_too(found: list[str]) -> None:
    pipe = asyncio.subprocess.PIPE
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SAYS, "stderr", new_secret()), stdout=pipe, stderr=pipe
    )
    await program.communicate()
    assert len(found) == 1


LEAKS = """
import pytest
from app.services.secrets import new_secret
from tests import canaries

@pytest.mark.parametrize("text", ["{secret}", "{end}", "nothing"])
def test_says(text):
    secret = canaries.plant(new_secret())
    print(text.format(secret=secret, end=secret[canaries.SHOWN :]))
"""


def test_a_leak_in_a_process_beside_fails_the_run_and_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "test_leaks.py"
    file.write_text(LEAKS)
    root = Path(__file__).parents[1]
    settings = ["-c", str(root / "pyproject.toml"), "-p", "tests.conftest", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-n", "1", *settings, str(file)]
    environ = os.environ | {"CUBE_TEST_REQUIRE": ""}
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True)
    assert ("3 passed" in done.stdout, done.returncode) == (True, 1), done.stdout + done.stderr
    found = [line for line in done.stdout.splitlines() if line.endswith("the run fails.")]
    assert len(found) == 2
    assert sum("[{secret}]" in line for line in found) == 1
    assert sum("[{end}]" in line for line in found) == 1
