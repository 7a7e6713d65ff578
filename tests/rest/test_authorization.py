"""The Authorization header of a whole request."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.rest.conftest import Api

ROUTES = [
    ("GET", "/customers"),
    ("POST", "/customers"),
    ("QUERY", "/users"),
    ("GET", "/clients/stats"),
    ("PATCH", "/clients/domain:x.io"),
    ("GET", "/users/email:x@x.io/customers"),
    ("GET", "/me"),
    ("POST", "/api-keys"),
    ("GET", "/schema.graphql"),
    ("POST", "/graphql"),
    ("GET", "/graphql?query={__typename}"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_route_asks_for_a_key(sqlite: Api, method: str, path: str) -> None:
    for header, code, challenge in [
        ("", "Authentication is required.", 'Bearer realm="cube"'),
        ("Basic eDp5", "Authentication is required.", 'Bearer realm="cube"'),
        ("Bearer x", "The API key is not valid.", 'Bearer realm="cube", error="invalid_token"'),
    ]:
        found = await sqlite.http.request(method, path, headers={"Authorization": header})
        assert found.status_code == 401
        assert found.json()["message"] == code
        assert set(found.json()) == {"statusCode", "traceId", "message"}
        assert found.headers["www-authenticate"] == challenge


async def test_two_headers_are_refused(sqlite: Api) -> None:
    for other in ("Bearer x", f"Bearer {sqlite.secret}", "Basic x"):
        headers = [("Authorization", f"Bearer {sqlite.secret}"), ("Authorization", other)]
        request = httpx.Request("GET", "http://cube.test/me", headers=headers)
        found = await sqlite.http.send(request)
        assert (found.status_code, found.json()["message"]) == (400, "The request is malformed.")


async def test_fc_074_bytes_that_are_no_ascii(sqlite: Api) -> None:
    for value in (b"Bearer \xff\xfe", b"B\xe9arer x", "Bearer клюю".encode()):
        found = await sqlite.http.get("/me", headers=[(b"Authorization", value)])
        assert found.status_code == 401


async def test_fc_047_every_request_has_its_own_trace_and_actor(sqlite: Api) -> None:
    headers = [await sqlite.as_key("customers:read") for _ in range(4)]

    async def ask(i: int) -> None:
        trace = f"{i + 1:032x}"
        sent = headers[i % 4] | {"traceparent": f"00-{trace}-{'1' * 16}-01"}
        good, bad = await asyncio.gather(
            sqlite.http.get("/me", headers=sent), sqlite.http.get("/customers?limit=0", headers=sent)
        )
        assert good.headers["traceresponse"].split("-")[1] == trace
        assert bad.json()["traceId"] == bad.headers["traceresponse"]
        assert bad.json()["traceId"].split("-")[1] == trace
        prefix = headers[i % 4]["Authorization"].removeprefix("Bearer ")[:12]
        assert good.json()["prefix"] == prefix

    await asyncio.gather(*(ask(i) for i in range(100)))
