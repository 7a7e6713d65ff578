"""The search for secrets finds them: what a leak would look like, and what is none."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from app.services.secrets import new_secret
from tests import canaries


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
