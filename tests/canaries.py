"""Secrets that must never come out: all that a test run logs and answers is searched for them, and one is too many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any
from unittest.mock import patch

import httpx

SHOWN = 12
"""How many of a key's first characters are no secret."""

PASSWORD = "correct horse battery"

_WHOLE = re.compile(r"cube_[0-9A-Za-z]{38}|cubet_[\w-]{20,}\.[\w-]{20,}")
_WORD = re.compile(r"[\w-]{31,}")
_GIVEN = re.compile(r'(?:"(?:secret|token)":|<input id="secret" value=)"(cube[^"]+)"')

found: list[str] = []
"""Where a secret has come out."""

_planted: set[str] = set()


def plant(secret: str) -> str:
    """Has a key or a token searched for: what is secret of it, however it is cut off, and what is stored of it."""
    _planted.update((secret[SHOWN:], secret.rpartition(".")[2], sha256(secret.encode()).hexdigest()))
    return secret


def search(where: str, text: str) -> None:
    """Notes whatever secret stands in a text; the text itself is not kept."""
    words = _WORD.findall(text)
    if _WHOLE.search(text) or PASSWORD in text or any(word in _planted for word in words):
        found.append(f"{where}: a secret has come out")
    elif any(word.endswith(tail) for word in words if len(word) > 31 for tail in (word[-31:],) if tail in _planted):
        found.append(f"{where}: the end of a secret has come out")


@contextmanager
def watching() -> Iterator[None]:
    """Searches what callers in this process are answered, and plants what they are given."""
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
    search(f"{where}, its headers", str(list(answer.headers.multi_items())))
    if not answer.is_stream_consumed:
        return
    given = _GIVEN.findall(answer.text) if request.method == "POST" and answer.status_code < 400 else []
    text = answer.text
    for secret in given:
        text = text.replace(plant(secret), "")
    search(where, text)
