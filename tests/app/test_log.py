"""The log: JSON lines, each under its trace, none with a secret."""

from __future__ import annotations

import json
import logging

import pytest

from app import log
from app.services.secrets import new_secret


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("info")
    with log.traced("00-1-2-01"):
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
