"""The twins that GraphiQL shows are true: sent by curl, they answer what the GraphQL document does."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schema.paging import sort_names
from schema.resource import Resource
from schema.resources import DIRECTORY
from tests.docs.comparison import Comparison, loose
from tests.docs.conftest import Prepared, copy_served
from tests.docs.reading import EXAMPLES, Reader
from tests.docs.twin_documents import CURSORS, NODES, READS, REFUSED, VARIED, WRITES
from tests.docs.twins import Twins, asked_by
from tests.filters import some_filter
from tests.oracle import Directory
from tests.required import require, used

Json = dict[str, Any]
PAGES = [page for page, examples in EXAMPLES.items() if any(one.document for one in examples)]
# REST has no limit to what many requests cost.
BEYOND = "The request may read"


@dataclass
class Doors:
    """Two servers on the same directory: what is asked of one by GraphQL is asked of the other by REST."""

    graphql: Reader
    rest: Reader
    twins: Twins

    def ask(self, document: str, variables: Json | None = None, operation: str | None = None) -> Json:
        body = {"query": document, "variables": variables or {}, "operationName": operation}
        accept = {"Accept": "application/graphql-response+json"}
        found = self.graphql.http.post("/graphql", json=body, headers=accept)
        self.graphql.see(found.text)
        answer: Json = found.json()
        return answer

    def compare(self, document: str, variables: Json | None = None, operation: str | None = None) -> Json:
        """Holds the answer of GraphQL against that of REST, to the letter; returns it."""
        answer = self.ask(document, variables, operation)
        asked = {"document": document, "variables": variables or {}, "operationName": operation}
        (requests,) = self.twins.of(asked)
        assert isinstance(requests, list), requests
        Comparison(self.twins).run(asked_by(document, operation), answer, requests)
        return answer

    def directory(self) -> Directory:
        """All that is there, as the oracle knows it."""
        asked = {"limit": "1000", "deleted": "include"}
        pages = {one.name: self.rest.http.get(f"/{one.path}", params=asked).json() for one in DIRECTORY}
        return Directory({name: page["data"] for name, page in pages.items()})

    def see_like(self, answer: Json) -> None:
        """The reader of REST has the ids in mind of the kinds that the reader of GraphQL was told."""
        told = json.dumps(answer)
        for one in self.twins.sent:
            before = dict(self.rest.ids)
            self.rest.see(json.dumps(one.json))
            self.rest.ids |= {kind: id_ for kind, id_ in before.items() if f"{kind}_" not in told}
        self.twins.sent.clear()


@contextmanager
def doors_of(prepared: Prepared, folder: Path) -> Iterator[Doors]:
    for name in ("node", "curl"):
        if shutil.which(name) is None:
            require("node", f"{name} is not installed")
    used.add("node")
    with copy_served(prepared, folder / "a") as one, copy_served(prepared, folder / "b") as two:
        twins = Twins(folder / "graphiql", two.address, two.key)
        yield Doors(Reader(one, folder / "one"), Reader(two, folder / "two"), twins)


@pytest.fixture
def doors(prepared: Prepared, audits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Doors]:
    with doors_of(prepared, tmp_path) as made:
        monkeypatch.setenv("CUBE_KEY", made.twins.key)
        monkeypatch.setenv("CUBE_URL", made.twins.address)
        yield made


@pytest.mark.parametrize("page", PAGES)
def test_each_example_of_a_guide_has_a_twin_that_answers_the_same(doors: Doors, page: str) -> None:
    """In the order of the page; what has no document is done at both doors as the page shows it."""
    for example in EXAMPLES[page]:
        if not example.document:
            doors.graphql.follow(page, example, "graphql")
            doors.rest.follow(page, example, "graphql")
            continue
        doors.twins.key = str(doors.rest.http.headers["Authorization"]).removeprefix("Bearer ")
        answer = doors.ask(doors.graphql.filled(example.document))
        document = doors.rest.filled(example.document)
        (requests,) = doors.twins.of({"document": document, "variables": {}})
        if not str(answer.get("errors", [{}])[0].get("message", "")).startswith(BEYOND):
            Comparison(doors.twins, loose).run(asked_by(document), answer, requests)
        doors.see_like(answer)
        doors.graphql.served.answered()
        doors.rest.served.answered()


@pytest.fixture(scope="module")
def reads(prepared: Prepared, audits: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Two doors for what changes nothing: the tests of the module share them."""
    with doors_of(prepared, tmp_path_factory.mktemp("reads")) as made:
        yield made


@pytest.mark.parametrize("name", READS)
def test_harder_reads(reads: Doors, name: str) -> None:
    answer = reads.compare(READS[name])
    assert "errors" not in answer, answer


@pytest.mark.parametrize(("document", "variables", "operation"), VARIED)
def test_reads_with_variables(reads: Doors, document: str, variables: Json, operation: str | None) -> None:
    answer = reads.compare(document, variables, operation)
    assert "errors" not in answer, answer


@pytest.mark.parametrize("name", REFUSED)
def test_what_one_door_refuses_the_other_does(reads: Doors, name: str) -> None:
    assert reads.compare(REFUSED[name])["errors"]


def test_a_cursor_of_graphql_is_one_of_its_twin(reads: Doors) -> None:
    ends = reads.ask(CURSORS, {"first": 5})["data"]["customers"]["pageInfo"]
    second = reads.ask(CURSORS, {"first": 5, "after": ends["endCursor"]})["data"]["customers"]["pageInfo"]
    assert second["hasPreviousPage"]
    spans: list[Json] = [
        {"first": 3, "after": ends["endCursor"]},
        {"last": 2, "before": second["startCursor"]},
        {"before": second["startCursor"]},
        {"first": 2, "before": second["startCursor"]},
        {"last": 2, "after": ends["endCursor"]},
    ]
    for span in spans:
        reads.compare(CURSORS, span)


LIST = """
query ($f: {type}Filter, $o: [{type}Order!], $q: String, $d: Deleted, $first: Int, $last: Int, $after: String) {{
  {plural}(filter: $f, orderBy: $o, search: $q, deleted: $d, first: $first, last: $last, after: $after) {{
    nodes {{ id }}
    pageInfo {{ hasNextPage hasPreviousPage endCursor }}
    totalCount
  }}
  {name}Stats(by: ["status"], filter: $f, search: $q) {{ by count }}
}}
"""
TIMES = 12


@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda resource: str(resource.name))
def test_any_list_and_its_next_page(reads: Doors, resource: Resource) -> None:
    """Random filters, orders, searches and pages; the cursor of the next page is the one that GraphQL gave."""
    world, r = reads.directory(), random.Random(resource.name)
    orders = list(sort_names(resource))
    document = LIST.format(type=resource.type, plural=resource.plural, name=resource.name)
    went_on = 0
    for _ in range(TIMES):
        wanted: Json = {
            "f": r.choice([None, {}, *(some_filter(world, r, resource, r.randrange(5)) for _ in range(6))]),
            "o": [{"field": one, "direction": r.choice(("ASC", "DESC"))} for one in r.sample(orders, r.randrange(4))],
            "q": r.choice((None, None, "a", "s")),
            "d": r.choice(("EXCLUDE", "EXCLUDE", "INCLUDE", "ONLY")),
            r.choice(("first", "first", "last")): r.choice((1, 2, 20)),
        }
        answer = reads.compare(document, wanted)
        assert "errors" not in answer, answer
        ends = answer["data"][resource.plural]["pageInfo"]
        if ends["hasNextPage"] and "first" in wanted:
            went_on += 1
            reads.compare(document, wanted | {"after": ends["endCursor"]})
    assert went_on


def test_records_of_any_resource(reads: Doors) -> None:
    seen = [reads.graphql.ids[prefix] for prefix in ("cus", "cli", "usr")]
    reads.compare(NODES, {"ids": [*seen, "cus_01h45ytscbebyvny4gc8cr8ma2"]})


def test_harder_writes(doors: Doors) -> None:
    answer = doors.ask(WRITES)
    assert "errors" not in answer, answer
    (requests,) = doors.twins.of({"document": WRITES, "variables": {}, "headers": {"idempotency-key": "once"}})
    # What a dry run answers of its relations, REST does not.
    looked = next(one for one in requests if one["field"] == "updateCustomer")
    assert looked["notes"]
    del answer["data"]["updateCustomer"]["client"]
    Comparison(doors.twins, loose).run(asked_by(WRITES), answer, requests)
    keys = [one["headers"].get("Idempotency-Key") for one in requests]
    assert keys == ["once-1", "once-2", None, None, None, "once-6"]


def test_what_has_no_twin_says_why(reads: Doors) -> None:
    documents = ["{", "query A { me { id } } query B { me { id } }", "fragment F on User { id }", "{ ...G }"]
    found = reads.twins.of(*({"document": one, "variables": {}} for one in documents))
    assert all(one["error"] for one in found)
    (nothing,) = reads.twins.of(
        {"document": "{ __typename __schema { types { name } } nobody { id } }", "variables": {}}
    )
    assert [one["method"] for one in nothing] == [None, "GET", None]
    assert all(one["notes"] for one in nothing)
