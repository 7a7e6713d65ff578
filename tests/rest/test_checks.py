"""What is asked of a request before its handler, and in which order the contract wants it asked."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rest.conftest import Api

JSON = {"Content-Type": "application/json"}
CUSTOMER = {"name": "Bob"}


async def test_the_order_of_checks(sqlite: Api) -> None:
    """One request that is wrong in every way is mended step by step: each answer is the next check's."""
    reader = await sqlite.as_key("clients:read")
    made = (await sqlite.http.post("/customers", json=CUSTOMER)).headers["location"]
    wrong: dict[str, Any] = {
        "headers": {"Authorization": "Basic x", "Content-Type": "text/plain", "Accept": "image/png", "If-Match": '"9"'},
        "content": b"{" + b" " * 1024 * 1024,
    }

    async def answer(method: str, path: str, code: int) -> None:
        found = await sqlite.http.request(method, path, **wrong)
        assert found.status_code == code, found.text

    await answer("POST", "/nowhere?x=1", 413)
    wrong["content"] = b"{"
    await answer("POST", "/nowhere?x=1", 404)
    await answer("POST", f"{made}?x=1", 405)
    await answer("PATCH", f"{made}?x=1", 401)
    wrong["headers"] |= reader
    await answer("PATCH", f"{made}?x=1", 415)
    wrong["headers"] |= JSON
    await answer("PATCH", f"{made}?x=1", 406)
    wrong["headers"] |= {"Accept": "application/json"}
    await answer("PATCH", f"{made}?x=1", 403)
    wrong["headers"] |= {"Authorization": f"Bearer {sqlite.secret}"}
    found = await sqlite.http.request("PATCH", f"{made}?x=1", **wrong)
    assert found.json()["message"] == "The request body is not valid JSON."
    wrong["content"] = b'{"title":"x"}'
    found = await sqlite.http.request("PATCH", f"{made}?x=1", **wrong)
    assert found.json()["detail"].startswith("x: is not a parameter here")
    await answer("PATCH", "/customers/email:nobody@x.io", 404)
    await answer("PATCH", made, 412)
    wrong["headers"] |= {"If-Match": '"1"'}
    await answer("PATCH", made, 200)


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "xapplication/jsonx",
        "application/json; charset=latin-1",
    ],
)
async def test_other_media_types(sqlite: Api, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    for method, path in (("POST", "/customers"), ("PUT", "/customers/erp:1"), ("QUERY", "/customers")):
        found = await sqlite.http.request(method, path, content=b"{}", headers=headers)
        assert found.status_code == 415, method
        assert found.headers["accept"] == "application/json"
    found = await sqlite.http.patch("/customers/erp:1", content=b"{}", headers=headers)
    assert found.status_code == 415
    assert "application/merge-patch+json" in found.headers["accept"]
    assert "application/merge-patch+json" in found.headers["accept-patch"]


async def test_merge_patch_is_for_patch_alone(sqlite: Api) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    assert (await sqlite.http.post("/customers", content=b'{"name":"x"}', headers=headers)).status_code == 415


async def test_an_action_needs_no_body(sqlite: Api) -> None:
    made = (await sqlite.http.post("/customers", json=CUSTOMER)).headers["location"]
    for content, headers, status in [
        (None, {}, 200),
        (b"{}", {}, 200),
        (b" { }", {}, 415),
        (b"x", {}, 415),
        (b"{}", JSON, 200),
        (b"", JSON, 400),
        (b"[]", JSON, 400),
        (b'{"a":1}', JSON, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
    ]:
        found = await sqlite.http.post(f"{made}/restore", content=content, headers=headers)
        assert found.status_code == status, (content, headers, found.text)


BAD_JSON = {
    "FC-053 invalid UTF-8": b'{"name":"\xff"}',
    "FC-053 UTF-16": '{"name":"x"}'.encode("utf-16"),
    "FC-053 a trailing comma": b'{"name":"x",}',
    "FC-053 nothing": b"",
    "FC-053 two documents": b'{"name":"x"}{"name":"y"}',
    "FC-079 NaN": b'{"metadata":{"a":NaN}}',
    "FC-079 infinity": b'{"metadata":{"a":-Infinity}}',
    "FC-079 too large a number": b'{"metadata":{"a":1e400}}',
    "FC-079 a number of 400 digits": b'{"metadata":{"a":' + b"9" * 400 + b"}}",
    "a repeated member": b'{"name":"x","name":"y"}',
    "very deep": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "text": b'"name"',
    "a number": b"5",
    "null": b"null",
    "FC-032 a list": b"[]",
}


@pytest.mark.parametrize("body", BAD_JSON.values(), ids=BAD_JSON)
async def test_bad_json(sqlite: Api, body: bytes) -> None:
    for method, path in (("POST", "/customers"), ("PATCH", "/customers/erp:1"), ("QUERY", "/customers")):
        found = await sqlite.http.request(method, path, content=body, headers=JSON)
        assert found.status_code == 400
        assert found.json()["message"] == "The request body is not valid JSON."
        assert found.json()["detail"]
        assert "\ufffd" not in found.text


async def test_a_byte_order_mark_is_taken(sqlite: Api) -> None:
    found = await sqlite.http.post("/customers", content=b'\xef\xbb\xbf{"name":"x"}', headers=JSON)
    assert found.status_code == 201


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", "/openapi.json"),
        ("GET", "/schema.graphql"),
        ("POST", "/customers"),
        ("QUERY", "/customers"),
        ("GET", "/customers"),
        ("GET", "/customers/erp:1"),
        ("GET", "/customers/erp:1/changes"),
        ("GET", "/customers/stats"),
        ("PATCH", "/customers/erp:1"),
        ("PUT", "/customers/erp:1"),
        ("DELETE", "/customers/erp:1"),
        ("POST", "/customers/erp:1/restore"),
        ("POST", "/api-keys"),
        ("POST", "/api-keys/key_01h455vb4pex5vsknk084sn02q/rotate"),
        ("GET", "/users/erp:1/clients"),
    ],
)
async def test_unknown_parameters_are_refused_everywhere(sqlite: Api, method: str, path: str) -> None:
    await sqlite.http.put("/customers/erp:1", json=CUSTOMER)
    body: Any = {} if method in ("POST", "QUERY", "PATCH", "PUT") else None
    found = await sqlite.http.request(method, f"{path}?dryrun=true", json=body)
    assert found.status_code == 400, found.text
    assert "dryrun" in found.json()["detail"]


async def test_a_parameter_stands_once(sqlite: Api) -> None:
    found = await sqlite.http.get("/customers?limit=1&limit=2")
    assert (found.status_code, found.json()["detail"]) == (400, "limit: stands more than once")


@pytest.mark.parametrize(
    "parameter", ["access_token=x", "api_key=x", "key=x", "token=x", "Token=x", "q={secret}", "{secret}"]
)
async def test_fc_076_a_key_in_the_url(sqlite: Api, parameter: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = parameter.format(secret=sqlite.secret)
    for path in ("/customers", "/docs", "/health/live", "/nowhere", f"/customers/{text}" if "=" not in text else "/me"):
        found = await sqlite.http.get(f"{path}?{text}")
        assert found.status_code == 400
        assert found.json()["message"] == "The request is malformed."
        assert sqlite.secret not in found.text
    assert sqlite.secret not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scopes", "method", "path", "missing"),
    [
        (["customers:read"], "POST", "/customers", "customers:write"),
        (["customers:read"], "GET", "/clients", "clients:read"),
        (["customers:write"], "GET", "/users/erp:1/customers", "users:read"),
        (["users:read"], "GET", "/users/erp:1/customers", "customers:read"),
        (["customers:read"], "GET", "/customers?expand=owner", "users:read"),
        (["customers:read"], "GET", "/customers?client.name=x", "clients:read"),
        (["customers:read"], "GET", "/customers?sort=client.name", "clients:read"),
        (["customers:read"], "GET", "/api-keys", "keys:read"),
        (["keys:read"], "POST", "/api-keys", "keys:write"),
    ],
)
async def test_scopes(sqlite: Api, scopes: list[str], method: str, path: str, missing: str) -> None:
    body: Any = {} if method == "POST" else None
    found = await sqlite.http.request(method, path, headers=await sqlite.as_key(*scopes), json=body)
    assert found.status_code == 403
    assert missing in found.json()["detail"]
    assert found.headers["www-authenticate"] == f'Bearer realm="cube", error="insufficient_scope", scope="{missing}"'


@pytest.mark.parametrize("method", ["FOO", "PUT", "DELETE", "TRACE", "CONNECT"])
async def test_fc_052_methods(sqlite: Api, method: str) -> None:
    found = await sqlite.http.request(method, "/customers")
    assert (found.status_code, found.headers["allow"]) == (405, "GET, HEAD, QUERY, POST, OPTIONS")


async def test_fc_052_options_without_an_origin(sqlite: Api) -> None:
    found = await sqlite.http.options("/customers/erp:1")
    assert found.status_code == 204
    assert found.headers["allow"] == "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"
    assert "application/merge-patch+json" in found.headers["accept-patch"]
    assert (await sqlite.http.options("/docs")).headers["allow"] == "GET, HEAD, OPTIONS"
    assert (await sqlite.http.options("/nowhere")).status_code == 404
