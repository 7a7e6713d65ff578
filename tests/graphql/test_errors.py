"""What an error says, and what it keeps to itself."""

from __future__ import annotations

import pytest

from app.services.database import Database
from tests.graphql.asking import Asking

DATE = "query($d: DateTime) { customers(filter: {createdAt: {gte: $d}}) { nodes { id } } }"


@pytest.mark.parametrize(
    "value", [True, 469610.0, 20260101, {"a": 1}, [], "2026-01-01", "2026-01-01T00:00:00", "yesterday"]
)
async def test_fc_022_a_bad_instant_names_its_variable_and_type(asking: Asking, capfd, value) -> None:
    error = await asking.refused(DATE, d=value)
    assert "$d" in error["message"]
    assert "DateTime" in error["message"]
    assert '"level":"error"' not in capfd.readouterr().err


@pytest.mark.parametrize("value", [True, 4.5, {"a": 1}, ["x"], None])
async def test_fc_022_a_bad_id_names_its_variable_and_type(asking: Asking, value) -> None:
    error = await asking.refused("query($who: ID!) { customer(id: $who) { id } }", who=value)
    assert "$who" in error["message"]
    assert "ID" in error["message"]


async def test_a_bad_choice_and_an_unknown_name_are_told(asking: Asking) -> None:
    error = await asking.refused("query { customers(filter: {status: {eq: LED}}) { nodes { id } } }")
    assert "LEAD" in error["message"]
    error = await asking.refused("{ customers { nodes { nam } } }")
    assert "Did you mean 'name'" in error["message"]
    assert error["locations"] == [{"line": 1, "column": 23}]


async def test_at_most_twenty_errors_are_told(asking: Asking) -> None:
    unknown = " ".join(f"x{i}" for i in range(60))
    answer = await asking.post({"query": f"{{ me {{ {unknown} }} }}"})
    assert len(answer.json()["errors"]) == 20
    wrong = {"query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": {"ids": [None] * 60}}
    assert len((await asking.post(wrong)).json()["errors"]) <= 20


async def test_fc_023_an_unforeseen_exception_is_masked_and_logged(
    asking: Asking, db: Database, monkeypatch, capfd
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret_marker FROM api_keys")

    real = Database.fetch_row
    calls = iter([False, True, True])

    async def sometimes(self, text, params):  # the key is still found; what is asked for fails
        return await (broken() if "api_keys" not in text or next(calls) else real(self, text, params))

    monkeypatch.setattr(Database, "fetch_row", sometimes)
    monkeypatch.setattr(Database, "fetch_row_by_one_plan", sometimes)
    answer = await asking.post({"query": '{ customer(id: "email:a@x.io") { id } }'})
    told = answer.json()
    assert told["data"] == {"customer": None}
    error = told["errors"][0]
    assert error["message"] == "An unexpected error occurred."
    assert error["extensions"] == {
        "code": "internal_error",
        "statusCode": 500,
        "traceId": told["extensions"]["traceId"],
    }
    assert "secret_marker" not in answer.text
    logged = capfd.readouterr().err
    assert "secret_marker" in logged
    assert told["extensions"]["traceId"] in logged


async def test_fc_076_no_answer_repeats_a_key(asking: Asking) -> None:
    for body in (
        {"query": DATE, "variables": {"d": asking.key}},
        {"query": f'{{ customers(filter: {{createdAt: {{gte: "{asking.key}"}}}}) {{ nodes {{ id }} }} }}'},
        {"query": f'{{ customer(id: "{asking.key}") {{ id }} }}'},
        {"query": f"{{ {asking.key} }}"},
        {"query": "{ me { id } }", "operationName": asking.key},
    ):
        assert asking.key not in (await asking.post(body)).text


async def test_lone_surrogates_do_not_break_an_answer(asking: Asking) -> None:
    for body in (
        '{"query": "\\ud800"}',
        '{"query": "{ me { id } }", "operationName": "\\ud800"}',
        (
            '{"query": "query($d: DateTime) { customers(filter: {createdAt: {gte: $d}}) { nodes { '
            'id } } }", "variables": {"d": "\\ud800"}}'
        ),
        '{"query": "query($s: ID!) { users(filter: {id: {eq: $s}}) { nodes { id } } }", "variables": {"s": "\\ud800"}}',
        '{"query": "query($s: String) { customers(search: $s) { nodes { id } } }", "variables": {"s": "\\ud800"}}',
    ):
        answer = await asking.post(body)
        assert answer.status_code in (200, 400), answer.text
        assert answer.json()["errors"][0]["extensions"]["code"] == "validation_failed"


async def test_fc_040_a_long_list_is_refused_in_words(asking: Asking) -> None:
    text = "query($names: [String!]) { customers(filter: {name: {in: $names}}) { nodes { id } } }"
    told = await asking.run(text, names=["x"] * 50_000)
    assert told["errors"][0]["extensions"]["detail"] == "filter.name.in: takes at most 1,000 values"
