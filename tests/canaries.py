"""Secrets that must never come out: all that a test run logs, answers and prints is searched for them."""

from __future__ import annotations

import asyncio.subprocess
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from app.services import idempotency, unit_of_work
from app.services.secrets import new_secret

SHOWN = 12
"""How many of a key's first characters are no secret."""

PASSWORD = "correct horse battery"

_WHOLE = re.compile(r"cube_[0-9A-Za-z]{38}|cubet_[\w-]{20,}\.[\w-]{20,}")
_COOKIE = re.compile(r"cube_session=([\w-]{43})")
_WORD = re.compile(r"[\w-]{31,}")
_GIVEN = re.compile(r'(?:"(?:secret|token)":|<input id="secret" value=)"(cube[^"]+)"')

found: list[str] = []
"""Where a secret has come out."""

_planted: set[str] = set()
_given: set[str] = set()


def plant(secret: str) -> str:
    """Has a key or a token searched for that whoever asked for it was given: nobody is given it again."""
    _given.add(secret)
    return _hunted(secret)


def _hunted(secret: str) -> str:
    """Has it searched for: what is secret of it, however it is cut off, and what is stored of it."""
    _planted.update((secret[SHOWN:], secret.rpartition(".")[2], sha256(secret.encode()).hexdigest()))
    return secret


def search(where: str, text: str) -> None:
    """Notes whatever secret stands in a text; the text itself is not kept."""
    words = _WORD.findall(text)
    if _WHOLE.search(text) or PASSWORD in text or any(word in _planted for word in words):
        found.append(f"{where}: a secret has come out")
    elif any(word.endswith(tail) for word in words if len(word) > 31 for tail in (word[-31:],) if tail in _planted):
        found.append(f"{where}: the end of a secret has come out")


def search_said(where: str, text: str) -> None:
    """Searches what a program says to who runs it: a secret that nobody was given yet may stand there, this once."""
    for secret in dict.fromkeys(_WHOLE.findall(text)):
        if secret not in _given:
            text = text.replace(plant(secret), "")
    search(where, text)


@contextmanager
def watching() -> Iterator[None]:
    """Searches what is answered to callers in this process, what its tests capture, and what their programs say; for
    every key, too, that is made in it."""
    with ExitStack() as watched:
        for one in (_watching_answers(), _watching_captures(), _watching_programs()):
            watched.enter_context(one)
        nth = idempotency.nth_secret
        watched.enter_context(patch.object(unit_of_work, "new_secret", lambda: _hunted(new_secret())))
        watched.enter_context(patch.object(unit_of_work, "nth_secret", lambda once, n: _hunted(nth(once, n))))
        yield


@contextmanager
def _watching_captures() -> Iterator[None]:
    """What a test takes out of its capture is no longer there when the report of the test is searched."""
    read = pytest.CaptureFixture.readouterr

    def watched(capture: pytest.CaptureFixture[Any]) -> Any:
        captured = read(capture)
        search("what a test has captured on stdout", _text(captured.out))
        search("what a test has captured on stderr", _text(captured.err))
        return captured

    with patch.object(pytest.CaptureFixture, "readouterr", watched):
        yield


@contextmanager
def _watching_programs() -> Iterator[None]:
    """What programs say through pipes; what else they say is captured as this process's own output is."""
    ended, ended_async = subprocess.Popen.communicate, asyncio.subprocess.Process.communicate

    def watched(program: subprocess.Popen[Any], *how: Any, **more: Any) -> Any:
        return _heard(ended(program, *how, **more))

    async def watched_async(program: asyncio.subprocess.Process, *how: Any, **more: Any) -> Any:
        return _heard(await ended_async(program, *how, **more))

    with (
        patch.object(subprocess.Popen, "communicate", watched),
        patch.object(asyncio.subprocess.Process, "communicate", watched_async),
    ):
        yield


def _heard(said: tuple[Any, Any]) -> tuple[Any, Any]:
    out, err = said
    search_said("what a program says on stdout", _text(out))
    search("what a program says on stderr", _text(err))
    return said


def _text(output: str | bytes | None) -> str:
    return output.decode(errors="replace") if isinstance(output, bytes) else output or ""


@contextmanager
def _watching_answers() -> Iterator[None]:
    """What callers are answered; what they are given there is planted."""
    send, send_async = httpx.Client.send, httpx.AsyncClient.send

    def watched(client: httpx.Client, request: httpx.Request, **how: Any) -> httpx.Response:
        answer = send(client, request, **how)
        _look(request, answer)
        return answer

    async def watched_async(client: httpx.AsyncClient, request: httpx.Request, **how: Any) -> httpx.Response:
        answer = await send_async(client, request, **how)
        _look(request, answer)
        return answer

    with patch.object(httpx.Client, "send", watched), patch.object(httpx.AsyncClient, "send", watched_async):
        yield


def _look(request: httpx.Request, answer: httpx.Response) -> None:
    """Only the answer to a POST may hold a secret, the one that it made."""
    where = f"the answer to {request.method} {request.url.path[:40]}"
    headers = str(list(answer.headers.multi_items()))
    for cookie in _COOKIE.findall(headers):
        headers = headers.replace(plant(cookie), "")
    search(f"{where}, its headers", headers)
    if not answer.is_stream_consumed:
        return
    given = _GIVEN.findall(answer.text) if request.method == "POST" and answer.status_code < 400 else []
    text = answer.text
    for secret in given:
        text = text.replace(plant(secret), "")
    search(where, text)
