"""The log: JSON lines, each under its trace, none with a secret."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import time
from typing import Any

import pytest

from app import log
from app.running import Running, running
from app.services.secrets import new_secret


@contextmanager
def traced(trace_id: str) -> Iterator[None]:
    """A request runs."""
    token = running.set(Running(trace_id))
    yield
    running.reset(token)


def answered(**members: Any) -> log.Answered:
    return log.Answered(time(), "00-1-2-01", "GET", "/", None, 200, 1.0, None, 0)._replace(**members)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info")
    with traced("00-1-2-01"):
        log.log.info("something", path="/x")
    log.log.info("after")
    first, second = lines(capsys)
    assert list(first)[:3] == ["at", "level", "event"]
    assert first["traceId"] == "00-1-2-01"
    assert "traceId" not in second


def test_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning")
    log.log.info("no")
    log.log.warning("yes")
    logging.getLogger("other").info("no")
    logging.getLogger("other").warning("yes, %s", "too")
    assert [line["event"] for line in lines(capsys)] == ["yes", "yes, too"]


def test_fc_076_no_secret_passes(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("debug")
    secret = new_secret()
    log.log.info(f"in the text {secret}", member=secret, deep={"a": [secret]}, obj=ValueError(secret), cut=secret[:-3])
    try:
        raise RuntimeError(f"with {secret}")
    except RuntimeError as error:
        log.log.error("failed", exc_info=error)
        logging.getLogger("other").exception("failed")
    text = capsys.readouterr().err
    assert secret[:-3] not in text
    assert "cube_[hidden]" in text
    assert "RuntimeError" in text


def test_the_prefix_of_a_key_may_be_shown() -> None:
    assert log.without_secrets("cube_4f9Kq2x") == "cube_4f9Kq2x"


def test_the_line_of_a_request_is_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info")
    secret = new_secret()
    log.request_line(answered(trace_id="00-1-2-01", path=f"/{secret}", ms=1.2345))
    with traced("00-1-2-01"):
        rest = {"method": "GET", "path": f"/{secret}", "route": None, "status": 200, "ms": 1.23, "keyId": None}
        log.log.info("request", **rest, bytes=0)
    first, second = lines(capsys)
    assert list(first) == list(second)
    assert str(first.pop("at"))[-1] == str(second.pop("at"))[-1] == "Z"
    assert first == second


def test_the_lines_of_requests_have_a_level_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning")
    log.request_line(answered())
    assert lines(capsys) == []
    log.configure("info")


async def test_gathered_lines_go_out_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    monkeypatch.setattr(sys, "__stderr__", written)
    log.configure("info")
    log.request_line(answered(sent=0))
    assert written.getvalue() == ""
    log.log.warning("other", bytes=1)
    for n in range(2, 102):
        log.request_line(answered(sent=n))
    log.flush()
    assert [json.loads(line)["bytes"] for line in written.getvalue().splitlines()] == list(range(102))
    log.request_line(answered(sent=102))
    while written.getvalue().count("\n") < 103:
        await asyncio.sleep(0.01)


async def test_a_pipe_gets_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[str] = []

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            pieces.append(text)
            return len(text)

    stream = Stream()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "__stderr__", stream)
    log.configure("info")
    for _ in range(60):
        log.request_line(answered(path="x" * 300))
    log.flush()
    assert len(pieces) > 1
    assert all(len(piece) <= select.PIPE_BUF and piece.endswith("\n") for piece in pieces)
    assert sum(piece.count("\n") for piece in pieces) == 60
