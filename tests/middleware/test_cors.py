"""Which pages may call, and that errors say it like any other answer."""

from __future__ import annotations

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.main import create_app
from app.middleware.cors import EXPOSED
from app.settings import Settings

PREFLIGHT = {"Origin": "https://a.test", "Access-Control-Request-Method": "PATCH"}


def session(origins: str = "*") -> httpx.AsyncClient:
    app = create_app(Settings.load({"CUBE_CORS_ORIGINS": origins, "CUBE_LOG_LEVEL": "error"}, dotenv=None))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cube.test")


@pytest.mark.parametrize("path", ["/customers", "/nowhere", "/health/live", "/graphql", "/"])
async def test_every_answer_says_who_may_call(path: str) -> None:
    async with session() as http:
        found = await http.get(path, headers={"Origin": "https://a.test"})
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["access-control-expose-headers"] == EXPOSED
    assert "access-control-allow-credentials" not in found.headers


@pytest.mark.parametrize("path", ["/customers", "/graphql", "/nowhere"])
async def test_preflights_need_no_key(path: str) -> None:
    async with session() as http:
        found = await http.options(path, headers=PREFLIGHT)
    assert found.status_code == 204
    assert found.content == b""
    assert found.headers["access-control-allow-origin"] == "*"
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "QUERY"):
        assert method in found.headers["access-control-allow-methods"].split(", ")
    for header in ("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "traceparent"):
        assert header in found.headers["access-control-allow-headers"].split(", ")
    assert int(found.headers["access-control-max-age"]) > 0
    assert "traceresponse" in found.headers


@pytest.mark.parametrize("path", ["/docs", "/docs/errors", "/docs/nowhere"])
async def test_docs_are_for_nobody_s_scripts(path: str) -> None:
    async with session() as http:
        found = await http.get(path, headers={"Origin": "https://a.test"})
        preflight = await http.options(path, headers=PREFLIGHT)
    for answer in (found, preflight):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_list_of_origins() -> None:
    async with session("https://a.test, https://b.test:8443") as http:
        for origin, allowed in [
            ("https://a.test", True),
            ("https://b.test:8443", True),
            ("https://b.test", False),
            ("https://a.test.evil.test", False),
            ("null", False),
        ]:
            for found in (
                await http.get("/customers", headers={"Origin": origin}),
                await http.options("/customers", headers=PREFLIGHT | {"Origin": origin}),
            ):
                assert "Origin" in found.headers["vary"]
                assert found.headers.get("access-control-allow-origin") == (origin if allowed else None)
        plain = await http.get("/customers")
        assert "Origin" in plain.headers["vary"]
        assert "access-control-allow-origin" not in plain.headers


async def test_a_fault_keeps_the_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_self: object, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise RuntimeError("a marker that nobody may see")

    monkeypatch.setattr("app.middleware.router.Router.__call__", broken)
    async with session() as http:
        found = await http.get("/customers")
    assert found.status_code == 500
    assert found.json()["message"] == "An unexpected error occurred."
    assert set(found.json()) == {"statusCode", "traceId", "message"}
    assert found.headers["access-control-allow-origin"] == "*"
    assert found.headers["cache-control"] == "no-store"
