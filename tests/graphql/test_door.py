"""The door over HTTP: methods, media types, envelopes, and which status an answer has."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.graphql.asking import GRAPHQL, Asking

MEMBERS = {"statusCode", "traceId", "message", "detail"}
ME = {"query": "{ me { name } }"}


async def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The contract's error object, as what fails before GraphQL has it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    told: dict[str, Any] = answer.json()
    assert set(told) <= MEMBERS
    assert told["statusCode"] == status
    return told


@pytest.mark.parametrize(
    "accept",
    [None, "*/*", "application/*", "application/json", "application/json; charset=utf-8", "text/html, */*;q=0.1"],
)
async def test_json_is_what_callers_get_who_do_not_name_graphql(asking: Asking, accept: str | None) -> None:
    answer = await asking.post(ME, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    told = answer.json()
    assert list(told) == ["data", "extensions"]
    assert told["data"] == {"me": {"name": "all"}}
    assert told["extensions"] == {"cost": {"rows": 1, "limit": 10_000}, "traceId": answer.headers["traceresponse"]}


@pytest.mark.parametrize(
    "accept",
    [
        GRAPHQL,
        f"{GRAPHQL}, application/json;q=0.9",
        f"{GRAPHQL}; charset=utf-8, */*",
        f"application/json;q=0.5, {GRAPHQL.upper()}",
    ],
)
async def test_graphql_is_answered_to_who_names_it(asking: Asking, accept: str) -> None:
    answer = await asking.post(ME, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{GRAPHQL}; charset=utf-8")


async def test_another_accept_is_406_and_lists_what_is_possible(asking: Asking) -> None:
    told = await refused(await asking.post(ME, accept="image/png"), 406)
    assert GRAPHQL in told["detail"]
    assert "application/json" in told["detail"]
    await refused(await asking.post(ME, accept=f"{GRAPHQL};q=0"), 406)


@pytest.mark.parametrize(
    "sent",
    [
        "text/plain",
        "xapplication/jsonx",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/graphql",
    ],
)
async def test_another_content_type_is_415_with_accept(asking: Asking, sent: str) -> None:
    answer = await asking.post(ME, content_type=sent)
    await refused(answer, 415)
    assert answer.headers["accept"] == "application/json"


async def test_no_content_type_is_415(asking: Asking) -> None:
    request = asking.http.build_request(
        "POST", "/graphql", content=b"{}", headers={"Authorization": f"Bearer {asking.key}"}
    )
    await refused(await asking.http.send(request), 415)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "5",
        '"{ me { id } }"',
        "[]",
        '[{"query": "{ me { id } }"}]',
        "{",
        b"\xff",
        '{"query": "{ me { id } }", "variables": {"a": NaN}}',
        '{"query": "{ me { id } }", "query": "{ me { name } }"}',
        "[" * 20_000,
        '{"query": "{ me { id } }", "variables": ' + '{"a":' * 100 + "1" + "}" * 100 + "}",
    ],
)
async def test_a_body_that_is_not_a_strict_json_object_is_400(asking: Asking, body: str | bytes) -> None:
    told = await refused(await asking.post(body), 400)
    assert told["message"] == "The request body is not valid JSON."


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": None},
        {"query": 5},
        {"query": ["x"]},
        {**ME, "variables": [1]},
        {**ME, "variables": "{}"},
        {**ME, "operationName": 1},
        {**ME, "extensions": "x"},
    ],
)
async def test_fc_032_an_envelope_of_wrong_types_is_400(asking: Asking, body: dict[str, Any]) -> None:
    for accept in (GRAPHQL, "application/json"):
        told = await refused(await asking.post(body, accept=accept), 400)
        assert told["message"] == "One or more validation errors occurred."


async def test_unknown_and_null_members_of_the_envelope_are_ignored(asking: Asking) -> None:
    body: dict[str, Any] = {**ME, "operationName": None, "variables": None, "extensions": None, "id": 1, "x": {"y": []}}
    assert (await asking.post(body)).json()["data"] == {"me": {"name": "all"}}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("{ me {", id="parse"),
        pytest.param("", id="empty"),
        pytest.param("{ nothing }", id="validation"),
        pytest.param("query($id: ID!) { customer(id: $id) { id } }", id="coercion"),
    ],
)
async def test_request_errors_are_400_by_the_new_type_and_200_by_json_without_data(
    asking: Asking, document: str
) -> None:
    for accept, status in ((GRAPHQL, 400), ("application/json", 200)):
        answer = await asking.post({"query": document}, accept=accept)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith(accept)
        told = answer.json()
        assert list(told) == ["errors", "extensions"]
        extensions = told["errors"][0]["extensions"]
        assert set(extensions) == {"code", "statusCode", "traceId", "detail"}
        assert (extensions["code"], extensions["statusCode"]) == ("validation_failed", 400)
        assert extensions["traceId"] == told["extensions"]["traceId"] == answer.headers["traceresponse"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"query": "query A { me { id } } query B { me { id } }"}, id="two operations"),
        pytest.param({"query": "query A { me { id } }", "operationName": "B"}, id="unknown operation"),
        pytest.param({"query": "subscription { changes { id } }"}, id="subscription"),
        pytest.param({"query": "fragment F on ApiKey { id }"}, id="no operation"),
        pytest.param({"query": "{ me { " + "id " * 3000 + "} }"}, id="tokens"),
        pytest.param(
            {
                "query": "{ customers(first: 1000) { nodes { id } } a: customers(first: 1000) { nodes { client "
                "{ customers(first: 10) { nodes { id } } } } } }"
            },
            id="cost",
        ),
    ],
)
async def test_an_unclear_operation_and_the_limits_are_400_whatever_the_media_type(
    asking: Asking, body: dict[str, Any]
) -> None:
    for accept in (GRAPHQL, "application/json"):
        answer = await asking.post(body, accept=accept)
        assert answer.status_code == 400, answer.text
        assert list(answer.json()) == ["errors", "extensions"]


async def test_the_cost_of_the_whole_document_is_told_and_limited(asking: Asking) -> None:
    nested = "clients(first: 20) { nodes { customers { nodes { id } } } }"
    told = await asking.run("{ " + nested + " customers(first: 5) { nodes { owner { name } } } }")
    assert told["extensions"]["cost"] == {"rows": 20 + 200 + 5, "limit": 10_000}
    first = await asking.refused("{ a: customers(first: 1000) { nodes { id } } " + nested.replace("20", "900") + " }")
    assert "limit is 10,000" in first["message"]


async def test_get_runs_queries_and_never_mutations(asking: Asking) -> None:
    found = await asking.get(
        {
            "query": "query Q($id: ID!) { node(id: $id) { id } }",
            "operationName": "Q",
            "variables": '{"id": "cus_01h455vb4pex5vsknk084sn02q"}',
        }
    )
    assert (found.status_code, found.json()["data"]) == (200, {"node": None})
    answer = await asking.get({"query": 'mutation { createClient(input: {name: "x"}) { id } }'})
    await refused(answer, 405)
    assert answer.headers["allow"] == "POST"
    assert (await asking.data("{ clients { totalCount } }"))["clients"]["totalCount"] == 0


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"variables": "{}"},
        {"query": "{ me { id } }", "variables": "x"},
        {"query": "{ me { id } }", "variables": "[1]"},
        {"query": "{ me { id } }", "extensions": "1"},
    ],
)
async def test_a_query_string_that_is_no_envelope_is_400(asking: Asking, params: dict[str, str]) -> None:
    await refused(await asking.get(params), 400)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "FOO"])
async def test_other_methods_are_405_with_allow(asking: Asking, method: str) -> None:
    answer = await asking.http.request(method, "/graphql", headers={"Authorization": f"Bearer {asking.key}"})
    await refused(answer, 405)
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["allow"].split(",")}


async def test_a_browser_gets_graphiql_and_a_program_does_not(asking: Asking) -> None:
    page = await asking.http.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    await refused(await asking.http.get("/graphql", headers={"Accept": "*/*"}), 401)


@pytest.mark.parametrize("body", [ME, {"query": "{ __schema { types { name } } }"}, "{"])
async def test_without_a_key_everything_is_401(asking: Asking, body) -> None:
    answer = await asking.post(body, authorization="")
    await refused(answer, 401)
    assert answer.headers["www-authenticate"].startswith('Bearer realm="cube"')
