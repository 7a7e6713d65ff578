"""Prepared operations: made once for a document, right for every request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from graphql import GraphQLError
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from app.graphql.documents import Documents, operation
from schema.graphql.arguments import by_the_book
from schema.graphql.narrowed import WHOLE
from schema.graphql.operation import Operation
from schema.graphql.prepared import MAX_FORMS, Form, Prepared
from schema.graphql.reading import Read, read_of
from schema.selection import Connection, Nodes, Single

SHAPED = """query($first: Int, $each: Int, $no: Boolean = false, $f: CustomerFilter) {
  clients(first: $first, orderBy: [{field: NAME}]) {
    nodes { id ...F @skip(if: $no) }
  }
}
fragment F on Client { customers(first: $each, filter: $f) { nodes { name } } }"""


def prepared(text: str) -> Prepared:
    document = Documents().get(text)
    assert not document.errors, document.errors
    return document.prepared(operation(document, None))


def form(of: Prepared, **inputs: Any) -> tuple[Form, VariableValues]:
    variables = of.variables(inputs, 20)
    assert isinstance(variables, VariableValues), variables
    return of.form(inputs, variables), variables


def connection(of: Prepared, **inputs: Any) -> Connection:
    found, variables = form(of, **inputs)
    read = read_of(found.fields[0], variables, None)
    assert isinstance(read.selection, Connection)
    return read.selection


def test_a_document_is_prepared_once() -> None:
    documents = Documents()
    first, second = (documents.get(SHAPED) for _ in range(2))
    chosen = operation(first, None)
    assert first.prepared(chosen) is second.prepared(chosen)


def test_the_same_objects_come_back_whatever_the_root_is_given() -> None:
    of = prepared(SHAPED)
    one, other = connection(of, first=3, each=2), connection(of, first=7, each=2)
    assert (one.page.size, other.page.size) == (3, 7)
    assert one.shape is other.shape
    assert one.order is other.order


def test_what_is_given_below_the_root_makes_another_form() -> None:
    of = prepared(SHAPED)
    for one, other in (
        ({"each": 1}, {"each": 2}),
        ({}, {"no": True}),
        ({"f": {"name": {"eq": "a"}}}, {"f": {"name": {"eq": "b"}}}),
        ({"f": None}, {"f": {"name": {"isNull": True}}}),
    ):
        assert connection(of, **one).shape != connection(of, **other).shape
        assert connection(of, **one) == connection(of, **one)


def test_one_record_is_asked_for_by_the_same_record() -> None:
    of = prepared("query($id: ID!) { customer(id: $id) { id client { name } } }")
    reads = [read_of(found.fields[0], variables, None) for found, variables in (form(of, id="a"), form(of, id="b"))]
    one, other = (read.selection for read in reads)
    assert isinstance(one, Single)
    assert isinstance(other, Single)
    assert one.record is other.record
    assert one.by != other.by


def test_forms_are_bounded_in_number_and_hold_no_more_than_shapes_them() -> None:
    of = prepared(SHAPED)
    for each in range(1, 3 * MAX_FORMS):
        form(of, first=each, each=each)
    assert len(of._forms) == MAX_FORMS
    kept, _ = form(of, first=5, each=1)
    assert set(kept.fields[0].op.variables.coerced) == {"each", "no"}
    assert form(of, each=1)[0] is kept
    large = {"name": {"in": ["x" * 100] * 100}}
    assert form(of, f=large)[0] is not form(of, f=large)[0]
    assert form(of, f={"name": {"eq": "\ud800"}})[0] is not kept
    assert len(of._forms) == MAX_FORMS


def test_a_fault_is_not_kept() -> None:
    of = prepared("query($n: Int) { clients { nodes { customers(first: $n) { nodes { id } } } } }")
    for _ in range(2):
        with pytest.raises(GraphQLError):
            connection(of, n=0)
    assert connection(of, n=1)


def test_documents_weigh_what_is_prepared_for_their_fields() -> None:
    short = Documents().get("{ me { ...F } } fragment F on ApiKey { id }")
    wide = Documents().get("{ " + " ".join("me { ...F }" for _ in range(9)) + " } fragment F on ApiKey { id }")
    assert wide.weight - short.weight > 9 * 16


# -- arguments: read from what was prepared, and by graphql-core alone ---------------------------------------------

VARIABLES = """$t: String, $u: String!, $ts: [String!], $s: CustomerStatus, $ss: [CustomerStatus!], $f: CustomerFilter,
$g: CustomerFilter!, $fs: [CustomerFilter!], $o: CustomerOrder!, $os: [CustomerOrder!], $d: Direction, $del: Deleted,
$n: Int, $m: JSON, $i: DateTime, $y: Boolean"""

texts = st.sampled_from(["$t", "$u", '"x"', "null"])
text_operators = st.builds("{{{}: {}}}".format, st.sampled_from(["eq", "contains"]), texts) | st.sampled_from(
    ["{in: $ts}", '{in: ["a", $u]}', "{isNull: $y}", "{}", "null", "{eq: $t, contains: $t}"]
)
members = st.one_of(
    st.builds("name: {}".format, text_operators),
    st.sampled_from(["status: {eq: $s}", "status: {in: $ss}", "status: {eq: LEAD}", "createdAt: {gte: $i}"]),
    st.sampled_from(["metadata: $m", 'metadata: {plan: {eq: "x"}}', "metadata: {plan: {eq: $t}}", "not: $f"]),
    st.sampled_from(["and: $fs", "or: [$g]", "and: [{name: {eq: $u}}]", "or: {status: {eq: $s}}"]),
)
filters = st.sampled_from(["$f", "null", "{}"]) | st.lists(
    members, min_size=1, max_size=4, unique_by=lambda member: member.partition(":")[0]
).map(lambda found: "{" + ", ".join(found) + "}")
orders = st.sampled_from(
    ["$os", "[$o]", "[{field: NAME, direction: $d}]", "{field: NAME, direction: $d}", "[{field: NAME}]", "[]"]
)
arguments = st.fixed_dictionaries(
    {},
    optional={
        "filter": filters,
        "orderBy": orders,
        "first": st.sampled_from(["$n", "3", "null"]),
        "search": texts,
        "deleted": st.sampled_from(["$del", "ONLY"]),
    },
)
conditions = st.sampled_from([{}, {"name": {"eq": "x"}}, {"status": {"in": ["LEAD"]}}, None])
order = st.sampled_from([{"field": "NAME"}, {"field": "EMAIL", "direction": "DESC"}])
inputs = st.fixed_dictionaries(
    {"u": st.just("u"), "o": order, "g": st.just({"status": {"eq": "LEAD"}})},
    optional={
        "t": st.sampled_from([None, "t"]),
        "ts": st.sampled_from([None, [], ["a", "b"], "a"]),
        "s": st.sampled_from([None, "ACTIVE"]),
        "ss": st.sampled_from([None, ["ACTIVE", "LEAD"], "LEAD"]),
        "f": conditions,
        "fs": st.none() | st.lists(conditions.filter(lambda one: one is not None), max_size=2),
        "os": st.none() | st.lists(order, max_size=2),
        "d": st.sampled_from([None, "ASC", "DESC"]),
        "del": st.sampled_from([None, "ONLY", "INCLUDE"]),
        "n": st.sampled_from([None, 1, 2.0]),
        "m": st.sampled_from([None, 1, "x", {"plan": {"eq": "y"}}, [1]]),
        "i": st.sampled_from([None, "2026-01-01T00:00:00Z"]),
        "y": st.sampled_from([None, True]),
    },
)


def ordered(value: Any) -> Any:
    """Equal when the members have the same order too."""
    if isinstance(value, dict):
        return [(name, ordered(item)) for name, item in value.items()]
    return [ordered(item) for item in value] if isinstance(value, list) else (type(value), value)


def told(read: Callable[..., dict[str, Any]], *given: Any) -> Any:
    try:
        return {name: ordered(value) for name, value in read(*given).items()}
    except GraphQLError as error:
        return error.message


@given(arguments, st.lists(inputs, min_size=1, max_size=3))
def test_arguments_are_what_the_book_says(written: dict[str, str], requests: list[dict[str, Any]]) -> None:
    listed = ", ".join(f"{name}: {value}" for name, value in written.items())
    call = f"customers({listed})" if listed else "customers"
    document = Documents().get(f"query({VARIABLES}) {{ {call} {{ totalCount }} }}")
    assert all("is never used" in error.message for error in document.errors), document.errors
    of = Prepared(WHOLE, document.tree, operation(document, None))
    for request in requests:
        found, variables = form(of, **request)
        (field,) = found.fields
        customers = Operation(WHOLE, of.definition, {}, variables).root_type.fields["customers"]
        expected = told(by_the_book, customers, field.details, variables)
        assert told(field.arguments.read, variables) == expected


def test_variables_are_what_the_book_says() -> None:
    of = prepared(
        "query($n: Int = 3, $s: CustomerStatus!, $x: String) { customers(first: $n, search: $x, filter: "
        "{status: {eq: $s}}) { totalCount } }"
    )
    wrong = of.variables({}, 20)
    assert isinstance(wrong, list)
    assert [error.message for error in wrong] == [
        "Variable '$s' has invalid value: Expected a value of non-null type 'CustomerStatus!' to be provided."
    ]
    found = of.variables({"s": "LEAD"}, 20)
    assert isinstance(found, VariableValues)
    assert found.coerced["n"] == 3
    assert "x" not in found.coerced
    found = of.variables({"s": "LEAD", "n": None, "x": None}, 20)
    assert isinstance(found, VariableValues)
    assert (found.coerced["n"], found.coerced["x"]) == (None, None)


def test_reads_of_every_kind_are_built() -> None:
    of = prepared('{ node(id: "x") { id } nodes(ids: []) { id } me { id } customerStats(by: ["status"]) { count } }')
    found, variables = form(of)
    assert all(isinstance(read_of(field, variables, "key_x"), Read) for field in found.fields)
    shaped = connection(prepared("{ customers { nodes { id } } }"))
    assert isinstance(shaped.shape[0], Nodes)
