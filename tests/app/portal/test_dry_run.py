"""Dry runs of examples: which requests have none, and what a script of the page makes of the others."""

from __future__ import annotations

import json

import httpx
import pytest
from graphql import BooleanValueNode, FieldNode, OperationDefinitionNode, OperationType, parse
from playwright.sync_api import Browser, Error, Page

from app.portal.curl import Request
from app.portal.dry_run import lasts
from app.portal.guides import TITLES, guide

EXAMPLES = [one for name in TITLES for one in guide(name, "http://cube.example").examples]
MUTATIONS = [one.document for one in EXAMPLES if one.document and "mutation" in one.document]
HARD = [
    "mutation { restoreCustomer }",
    'mutation M($x: I = {a: [1]}) @d(a: {}) { z: a(b: "}) \\" mutation") @skip(if: false) { c(dryRun: false) } d }',
    'mutation ($dry: Boolean) { a(dryRun: $dry, b: {dryRun: false}) { id } b(b: """ \\""" ) """ c: 1) }',
    "query mutation { a }\nmutation # {\n{ a(b: 1 # )\n) { ...F } } fragment F on A { b }",
    "mutation A { __typename a(b: [[1], {c: {}}], dryRun:false) } mutation B { b }",
]
READS = ["{ a }", "query mutation { mutation(mutation: 1) }", 'query { a(b: "mutation { c }") } # mutation { d }']
IN_JS = """async ([name, ...given]) => {
  const modules = await Promise.all(['mutation', 'dry-run'].map((one) => import(`/docs/static/${one}.js`)));
  return Object.assign({}, ...modules)[name](...given);
}"""


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/customers", False),
        ("QUERY", "/customers", False),
        ("POST", "/customers", False),
        ("PATCH", "/customers/email:ana@lima.example?x=y", False),
        ("POST", "/api-keys/key_1/rotate", False),
        ("POST", "/batch", False),
        ("POST", "/graphql", False),
        ("POST", "/tokens", True),
        ("PATCH", "/customers", True),
        ("POST", "/nothing", True),
    ],
)
def test_what_lasts_is_what_the_document_knows_no_dry_run_of(method: str, path: str, wanted: bool) -> None:
    assert lasts(Request(method, path)) is wanted


def test_a_page_says_which_of_its_examples_lasts(portal: httpx.Client) -> None:
    marked = [line for line in portal.get("/docs/authentication").text.splitlines() if "data-lasting" in line]
    assert [('data-path="/tokens"' in one, 'data-method="POST"' in one) for one in marked] == [(True, True)]


@pytest.fixture
def scripts(portal: httpx.Client, browser: Browser) -> Page:
    """A page of which scripts can be asked for."""
    page = browser.new_page()
    page.goto(f"{portal.base_url}/docs/search")
    return page


@pytest.mark.slow
def test_each_mutation_becomes_a_dry_run_and_nothing_else_changes(scripts: Page) -> None:
    assert len(MUTATIONS) > 10
    for text in [*MUTATIONS, *HARD]:
        made = scripts.evaluate(IN_JS, ["withArgument", text, "dryRun", "true"])
        before, after = (_mutations(one) for one in (text, made))
        assert len(before) == len(after) > 0
        assert all(_dry(field) is True for field in after if field.name.value != "__typename"), made
        assert [_without(field) for field in before] == [_without(field) for field in after]
        assert scripts.evaluate(IN_JS, ["hasMutation", text]) is True


@pytest.mark.slow
def test_what_only_reads_stays_as_it_is(scripts: Page) -> None:
    for text in READS:
        assert scripts.evaluate(IN_JS, ["withArgument", text, "dryRun", "true"]) == text
        asked = {"method": "POST", "path": "/graphql", "body": json.dumps({"query": text})}
        assert scripts.evaluate(IN_JS, ["asDryRun", asked]) == asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mutation { ...F } fragment F on Mutation { a }", "from a fragment"),
        ("mutation { ... on Mutation { a } }", "from a fragment"),
        ("mutation { a(", "is not closed"),
        ("mutation { % }", "as GraphQL: % }"),
    ],
)
def test_what_can_be_no_dry_run_is_refused(scripts: Page, text: str, why: str) -> None:
    with pytest.raises(Error, match=why):
        scripts.evaluate(IN_JS, ["withArgument", text, "dryRun", "true"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "dry"),
    [
        ("/customers", "/customers?dryRun=true"),
        ("/customers?dryRun=false", "/customers?dryRun=true"),
        ("/customers?dry%52un=false&a=b", "/customers?a=b&dryRun=true"),
        ("/customers#?dryRun=true", "/customers?dryRun=true"),
        ("/customers#", "/customers?dryRun=true"),
        ("/x/../customers", "/customers?dryRun=true"),
    ],
)
def test_a_request_of_rest_becomes_one_however_it_is_written(scripts: Page, path: str, dry: str) -> None:
    asked = {"method": "POST", "path": path, "body": "{}"}
    assert scripts.evaluate(IN_JS, ["asDryRun", asked]) == asked | {"path": dry}


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/graphql", "/graphql?a=b", "/graph%71l", "/x/../graphql#a"])
def test_so_does_a_document_sent_as_one(scripts: Page, path: str) -> None:
    asked = {"method": "POST", "path": path, "body": '{"query": "mutation { a }", "variables": {"b": 1}}'}
    made = scripts.evaluate(IN_JS, ["asDryRun", asked])
    assert made["path"] == path
    assert json.loads(made["body"]) == {
        "query": "mutation { a(dryRun: true) }",
        "variables": {"b": 1},
    }


def _mutations(text: str) -> list[FieldNode]:
    """The fields of the mutations."""
    operations = [one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode)]
    return [
        field
        for one in operations
        if one.operation is OperationType.MUTATION
        for field in one.selection_set.selections
        if isinstance(field, FieldNode)
    ]


def _dry(field: FieldNode) -> bool | None:
    (value,) = [one.value for one in field.arguments or () if one.name.value == "dryRun"]
    return value.value if isinstance(value, BooleanValueNode) else None


def _without(field: FieldNode) -> object:
    found = field.to_dict()
    return found | {"arguments": [one for one in found["arguments"] or () if one["name"]["value"] != "dryRun"]}
