"""The body of a request: one reading for all who want it, and no second chance for one that was too large."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from app.middleware.body import body_of
from app.middleware.exchange import Exchange
from app.middleware.limits import MAX_BODY, malformed
from schema.problem import Problem


def sent(*messages: dict[str, Any], **state: Any) -> Request:
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left)

    return Request({"type": "http", "state": {"exchange": Exchange("", {}), **state}}, receive)


def part(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_it_is_put_together_once() -> None:
    request = sent(part(b"a", more=True), part(b"", more=True), part(b"b"))
    assert [await body_of(request) for _ in range(2)] == [b"ab", b"ab"]
    assert await body_of(sent(part(b"x" * MAX_BODY))) == b"x" * MAX_BODY


async def test_one_that_was_too_large_stays_so() -> None:
    request = sent(part(b"x" * MAX_BODY, more=True), part(b"y", more=True), part(b"{}"))
    for _ in range(2):
        with pytest.raises(Problem) as caught:
            await body_of(request)
        assert caught.value.status == 413


async def test_whoever_has_gone_is_not_answered() -> None:
    with pytest.raises(ClientDisconnect):
        await body_of(sent(part(b"a", more=True), {"type": "http.disconnect"}))


async def test_what_the_parser_has_against_it_comes_first() -> None:
    with pytest.raises(Problem) as caught:
        await body_of(sent({"type": "http.disconnect"}, refusal=malformed("The body is not valid.")))
    assert caught.value.status == 400
