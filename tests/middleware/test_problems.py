"""From exceptions to answers: every row of the table, both forms, and what only the log may know."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp

from app import log
from app.middleware.problems import Problems, problem_of
from app.middleware.router import Route, Router
from app.middleware.tracing import Tracing
from schema.problem import PROBLEMS, Problem, invalid

MARKER = "SELECT secret FROM nowhere"


def failing(error: Exception) -> ASGIApp:
    async def fail(_: Request) -> Response:
        raise error

    return Tracing(Problems(Router([Route("/", {"GET": fail})])), "continue")


async def ask(app: ASGIApp, method: str = "GET", **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cube.test") as http:
        return await http.request(method, "/", headers=headers)


@pytest.mark.parametrize("code", PROBLEMS)
async def test_every_problem(code: str) -> None:
    kind = PROBLEMS[code]
    app = failing(Problem(kind, "What was wrong.", {"a.b": ("is bad", "is worse")}, {"X-Extra": "1"}))
    found = await ask(app)
    assert found.status_code == kind.status
    assert list(found.json()) == ["statusCode", "traceId", "message", "detail"]
    assert found.json()["statusCode"] == kind.status
    assert found.json()["message"] == kind.message
    assert found.headers["content-type"] == "application/json"
    assert found.headers["cache-control"] == "no-store"
    assert found.headers["x-extra"] == "1"
    assert found.headers["traceresponse"] == found.json()["traceId"]

    other = await ask(app, Accept="application/problem+json")
    assert other.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = other.json()
    assert told["status"] == told["statusCode"] == other.status_code
    assert told["title"] == told["message"] == kind.message
    assert told["type"].startswith("/docs/errors#")
    assert told["errors"] == {"a.b": ["is bad", "is worse"]}
    assert told["code"] in PROBLEMS
    assert None not in told.values()

    head = await ask(app, "HEAD")
    assert (head.status_code, head.content) == (kind.status, b"")
    assert int(head.headers["content-length"]) == len(found.content)


async def test_no_detail_is_no_member() -> None:
    found = await ask(failing(Problem(PROBLEMS["not_found"])))
    assert list(found.json()) == ["statusCode", "traceId", "message"]


async def test_the_operator_s_message() -> None:
    found = await ask(failing(Problem(PROBLEMS["maintenance"], message="Back at noon.")))
    assert found.json()["message"] == "Back at noon."


async def test_fc_023_what_nobody_foresaw_goes_to_the_log_alone(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("error")
    found = await ask(failing(RuntimeError(MARKER)))
    assert found.status_code == 500
    assert list(found.json()) == ["statusCode", "traceId", "message"]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    (line,) = [one for one in lines if one["level"] == "error"]
    assert MARKER in line["exception"]
    assert line["traceId"] == found.json()["traceId"]


async def test_after_the_answer_has_begun_it_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("error")

    async def stream(_: Request) -> Response:
        async def parts() -> Any:
            yield b"one"
            raise RuntimeError(MARKER)

        return StreamingResponse(parts())

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    await Tracing(Problems(Router([Route("/", {"GET": stream})])), "continue")(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[1]["more_body"] is True
    assert MARKER in capsys.readouterr().err


def test_starlette_s_own_refusals() -> None:
    assert problem_of(HTTPException(405, headers={"Allow": "GET"})).headers == {"Allow": "GET"}
    assert problem_of(HTTPException(404)).code == "not_found"
    assert problem_of(HTTPException(418)).code == "internal_error"


async def test_every_failing_path_is_told() -> None:
    found = await ask(failing(invalid({"email": "is bad", "address.country": ("is bad", "is worse")})))
    assert found.json()["detail"] == "email: is bad; address.country: is bad; address.country: is worse"
