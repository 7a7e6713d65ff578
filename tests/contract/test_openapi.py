"""The OpenAPI document: valid, printed, complete, and true of what the running app answers."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.rest.batch import batch_route
from app.rest.documents import document_routes
from app.rest.health import health_routes
from app.rest.routes import me_route, routes_for, tokens_route
from schema.openapi import document, print_openapi
from schema.resources import RESOURCES
from tests.rest.conftest import Api, opened

Json = dict[str, Any]

PRINTED = Path(__file__).parents[2] / "schema/openapi/openapi.json"
METHODS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "x-query": "QUERY"}
NOT_HERE = ("webhook", "export", "merge", "erase", "feed", "subscription")


@pytest.fixture
async def api(migrated_url: str) -> AsyncIterator[Api]:
    async with opened(migrated_url) as found:
        yield found


def operations() -> list[tuple[str, str, Json]]:
    """Every operation: its path, its method, and what is said of it."""
    return [
        (path, METHODS[method], operation)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_it_is_valid() -> None:
    told = json.loads(json.dumps(document()))
    assert [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()] == []
    for schema in told["components"]["schemas"].values():
        OAS31Validator.check_schema(schema)


def test_the_printed_file_is_up_to_date() -> None:
    assert PRINTED.read_text(encoding="utf-8").rstrip("\n") == print_openapi().rstrip("\n")


def test_every_operation_has_its_own_name_and_tells_its_refusals() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)
    for path, method, operation in operations():
        if operation.get("security") != []:
            assert {"400", "401", "500", "503"} <= set(operation["responses"]), (path, method)
        if "{ref}" in path:
            assert "404" in operation["responses"], (path, method)
        if "requestBody" in operation:
            assert {"413", "415"} <= set(operation["responses"]), (path, method)


def test_what_does_not_work_yet_is_not_in_it() -> None:
    names = [*document()["paths"], *document()["components"]["schemas"]]
    assert [name for name in names for word in NOT_HERE if word in name.lower()] == []


def routes() -> set[tuple[str, str]]:
    """Every method of every route of the app, the pages and the GraphQL endpoint apart."""
    of_records = [route for resource in RESOURCES for route in routes_for(resource)]
    found = [*of_records, batch_route(), me_route(), tokens_route(), *document_routes(), *health_routes(lambda: False)]
    return {(route.path, method) for route in found for method in route.methods}


async def test_every_route_is_in_it_and_the_other_way_round(api: Api) -> None:
    told = {(path, method) for path, method, _ in operations()}
    assert told == routes()
    for path in document()["paths"]:
        allow = (await api.http.options(path.replace("{ref}", "erp:1"))).headers["allow"].split(", ")
        assert {(path, method) for method in allow if method not in ("HEAD", "OPTIONS")} <= told, path


def fits(answer: httpx.Response, path: str, method: str) -> None:
    """The answer is one that the document tells of: its status, its media type, its members and their values."""
    (operation,) = [o for p, m, o in operations() if (p, m) == (path, method)]
    told = json.loads(json.dumps(document()))
    response = operation["responses"][str(answer.status_code)]
    if "$ref" in response:
        response = told["components"]["responses"][response["$ref"].rpartition("/")[2]]
    if answer.status_code == 304:
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type in response["content"], (path, method, media_type)
    for name in response.get("headers", {}).keys() - {"Idempotent-Replayed", "Cube-Dry-Run"}:  # which tell exceptions
        assert name in answer.headers, (path, method, name)
    schema = response["content"][media_type]["schema"]
    validator = OAS31Validator(schema | {"components": told["components"]})
    assert [error.message for error in validator.iter_errors(answer.json())] == [], (path, method)


async def test_answers_fit_their_schemas(api: Api) -> None:
    for resource, data in (
        ("clients", {"name": "Acme", "domain": "acme.io", "ownerId": api.admin, "metadata": {"a": 1.5, "b": True}}),
        ("customers", {"name": "Ada", "email": "ada@x.io", "clientId": "domain:acme.io", "address": {"country": "NO"}}),
        ("users", {"name": "Jane", "email": "jane@x.io", "phone": "+41446681800", "externalIds": {"erp": "1"}}),
    ):
        path, one = f"/{resource}", f"/{resource}/{{ref}}"
        made = await api.http.post(path, json=data)
        fits(made, path, "POST")
        at = made.headers["location"]
        fits(await api.http.get(f"{path}?count=true"), path, "GET")
        fits(await api.http.get(path), path, "GET")
        fits(await api.http.request("QUERY", path, json={"first": 1, "count": True}), path, "QUERY")
        fits(await api.http.get(at), one, "GET")
        fits(await api.http.get(at, headers={"If-None-Match": "*"}), one, "GET")
        fits(await api.http.patch(at, json={"tags": ["vip"]}), one, "PATCH")
        fits(
            await api.http.put(
                f"{path}/put:1",
                json=data | {"email": "p@x.io", "domain": "p.io"}
                if resource == "clients"
                else data | {"email": "p@x.io"},
            ),
            one,
            "PUT",
        )
        fits(await api.http.put(f"{path}/put:1", json={}), one, "PUT")
        fits(await api.http.get(f"{path}/stats?by=createdAt,id"), f"{path}/stats", "GET")
        fits(await api.http.delete(at), one, "DELETE")
        fits(await api.http.post(f"{at}/restore"), f"{one}/restore", "POST")
        fits(await api.http.get(f"{at}/changes"), f"{one}/changes", "GET")
    mixed = [
        {"op": "create", "resource": "customers", "data": {"name": "A"}},
        {"op": "create", "resource": "customers", "data": {}},
        {"op": "update", "resource": "customers", "filter": {"name": {"eq": "A"}}, "data": {"title": "B"}},
    ]
    fits(await api.http.post("/batch", json={"operations": mixed, "atomic": False}), "/batch", "POST")
    for path in ("clients", "customers"):
        fits(await api.http.get(f"/users/{api.admin}/{path}"), f"/users/{{ref}}/{path}", "GET")
    fits(await api.http.get("/clients/domain:acme.io/customers"), "/clients/{ref}/customers", "GET")


async def test_answers_about_keys_fit(api: Api) -> None:
    narrow = {"filters": {"customers": {"status": {"eq": "LEAD"}}}, "hiddenFields": ["customer.phone"]}
    made = await api.http.post("/api-keys", json={"name": "k", "scopes": ["customers:read"], **narrow})
    fits(made, "/api-keys", "POST")
    at = made.headers["location"]
    fits(await api.http.get("/api-keys?count=true"), "/api-keys", "GET")
    fits(await api.http.request("QUERY", "/api-keys", json={}), "/api-keys", "QUERY")
    fits(await api.http.get(at), "/api-keys/{ref}", "GET")
    fits(await api.http.patch(at, json={"name": "n"}), "/api-keys/{ref}", "PATCH")
    fits(await api.http.post(f"{at}/rotate", json={"overlapSeconds": 0}), "/api-keys/{ref}/rotate", "POST")
    fits(await api.http.get(f"{at}/changes"), "/api-keys/{ref}/changes", "GET")
    fits(await api.http.delete(at), "/api-keys/{ref}", "DELETE")
    fits(await api.http.get("/me"), "/me", "GET")
    token = await api.http.post("/tokens", json={"expiresIn": 60, **narrow})
    fits(token, "/tokens", "POST")
    fits(await api.http.get("/me", headers={"Authorization": f"Bearer {token.json()['token']}"}), "/me", "GET")


async def test_the_documents_and_health_fit(api: Api) -> None:
    for path in ("/health/live", "/health/ready", "/openapi.json"):
        fits(await api.http.get(path), path, "GET")
    assert (await api.http.get("/openapi.json")).json() == json.loads(print_openapi())
    answer = await api.http.get("/schema.graphql")
    (operation,) = [o for p, _, o in operations() if p == "/schema.graphql"]
    assert list(operation["responses"]["200"]["content"]) == [answer.headers["content-type"].partition(";")[0]]


async def test_refusals_fit(api: Api) -> None:
    for method, path, at, body in (
        ("GET", "/customers", "/customers?limit=0", None),
        ("POST", "/customers", "/customers", {"nam": "x"}),
        ("GET", "/customers/{ref}", "/customers/erp:none", None),
        ("PATCH", "/customers/{ref}", "/customers/erp:none", {}),
        ("DELETE", "/clients/{ref}", "/clients/erp:none", None),
        ("GET", "/clients/{ref}/customers", "/clients/erp:none/customers", None),
        ("POST", "/users", "/users", {"name": "x", "email": "admin@cube.test"}),
        ("POST", "/batch", "/batch", {"operations": [{"op": "delete", "resource": "users", "id": "erp:none"}]}),
    ):
        for accept in ("application/json", "application/problem+json"):
            answer = await api.http.request(method, at, json=body, headers={"Accept": accept})
            assert answer.status_code >= 400
            assert answer.headers["content-type"] == accept
            fits(answer, path, method)
    surrogate = b'{"filter": {"\\ud800": {"eq": 1}}}'
    answer = await api.http.request(
        "QUERY", "/customers", content=surrogate, headers={"Content-Type": "application/json"}
    )
    assert answer.json()["detail"] == "filter.?: is not a field of customer"
    fits(answer, "/customers", "QUERY")
    fits(await api.http.get("/me", headers={"Authorization": ""}), "/me", "GET")


async def test_what_the_schema_refuses_is_refused(api: Api) -> None:
    """The examples are good; a member too many or of a wrong type is neither by the document nor by the app."""
    told = json.loads(json.dumps(document()))
    schema = {"$ref": "#/components/schemas/CustomerCreate", "components": told["components"]}
    validator = OAS31Validator(schema)
    for body, good in (
        ({"name": "x"}, True),
        ({"name": "x", "status": "LEAD", "tags": ["a"], "metadata": {"a": 1}, "address": {"city": "Oslo"}}, True),
        ({"name": 5}, False),
        ({"name": "x", "nope": 1}, False),
        ({"name": "x", "status": "lead"}, False),
        ({"name": "x", "tags": "a"}, False),
        ({"name": "x", "metadata": {"a": {}}}, False),
        ({"name": "x", "address": {"street": "y"}}, False),
    ):
        assert validator.is_valid(body) == good, body
        assert ((await api.http.post("/customers", json=body)).status_code == 201) == good, body


def test_examples_are_good() -> None:
    told = json.loads(json.dumps(document()))
    for name, schema in told["components"]["schemas"].items():
        for example in (*schema.get("examples", ()), *([schema["example"]] if "example" in schema else [])):
            validator = OAS31Validator(schema | {"components": told["components"]})
            assert [error.message for error in validator.iter_errors(example)] == [], name
    assert not re.search(r"127\.0\.0\.1|localhost|/tmp/", print_openapi())
