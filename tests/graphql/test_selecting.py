"""From documents to Selections: however a selection is spelt, it is one value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError
from graphql.execution.values import VariableValues
from hypothesis import given
from hypothesis import strategies as st

from app.graphql.documents import Documents, operation
from app.graphql.run import asked_of
from schema.condition import Compare
from schema.graphql.changing import Write
from schema.graphql.reading import Read
from schema.operators import Operator
from schema.problem import Problem
from schema.resource import Kind, Resource
from schema.resources import BY_NAME, CUSTOMER
from schema.selection import Connection, Deleted, Leaf, Many, Nodes, One, Part, Several, Single, Total, Typename


def asked(text: str, **variables: Any) -> dict[str, Any]:
    """What each root field of a valid document asks for."""
    document = Documents().get(text)
    assert not document.errors, document.errors
    prepared = document.prepared(operation(document, None))
    values = prepared.variables(variables, 20)
    assert isinstance(values, VariableValues), values
    return dict(asked_of(prepared.form(variables, values), values, "key_x"))


def connection(text: str, **variables: Any) -> Connection:
    (found,) = asked(text, **variables).values()
    assert isinstance(found, Read), found
    assert isinstance(found.selection, Connection)
    return found.selection


def problem(text: str, **variables: Any) -> Problem:
    (found,) = asked(text, **variables).values()
    if isinstance(found, GraphQLError):
        found = found.original_error
    assert isinstance(found, Problem)
    return found


# -- trees of members, spelt in several ways -----------------------------------------------------------------------

Tree = tuple[tuple[str, Any], ...]  # response name and spelling, members


@st.composite
def trees(draw: st.DrawFn, resource: Resource = CUSTOMER, depth: int = 2) -> Tree:
    plain = [f.name for f in resource.fields if f.kind is not Kind.ADDRESS] + ["__typename"]
    names = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=5, unique=True))
    members: list[tuple[str, Any]] = [(name, None) for name in names]
    if draw(st.booleans()):
        members.append((f"other: {draw(st.sampled_from(plain))}", None))
    if resource.field("address") and draw(st.booleans()):
        members.append(("address", (("city", None), ("country", None))))
    if depth:
        for relation in (
            draw(st.lists(st.sampled_from(resource.to_one), max_size=2, unique=True)) if resource.to_one else []
        ):
            members.append((relation.name, draw(trees(BY_NAME[relation.target], depth - 1))))
    return tuple(draw(st.permutations(members)))


def spelt(tree: Tree) -> str:
    return " ".join(f"{name} {{ {spelt(inner)} }}" if inner else name for name, inner in tree)


class Fragments:
    """Spells a tree with parts of it in fragments, inline or named, some of them said twice."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self.draw = draw
        self.named: list[str] = []
        self.gone = 0

    def spelt(self, tree: Tree, type_: str) -> str:
        return " ".join(self.member(name, inner, type_) for name, inner in tree)

    def member(self, name: str, inner: Any, type_: str) -> str:
        text = f"{name} {{ {self.spelt(inner, self.type_of(name, type_))} }}" if inner else name
        case = self.draw(st.integers(0, 6))
        self.gone += case == 4
        match case if self.gone < 8 else 5:  # a document has at most 20 directives
            case 0:
                return f"... on {type_} {{ {text} }}"
            case 1:
                return f"... {{ {text} }}"
            case 2:
                self.named.append(f"fragment F{len(self.named)} on {type_} {{ {text} }}")
                return f"...F{len(self.named) - 1}"
            case 3:
                return text if "@" in text or "...F" in text else f"{text} {text}"
            case 4:
                return f"{text} gone: __typename @skip(if: true) ... @include(if: $no) {{ no: __typename }}"
            case _:
                return text

    @staticmethod
    def type_of(name: str, type_: str) -> str:
        if name == "address":
            return "Address"
        return {"client": "Client", "parent": "Client", "owner": "User"}[name.partition(":")[0]]


@given(st.data(), trees())
def test_fragments_repeats_skips_and_includes_are_one_selection(data: st.DataObject, tree: Tree) -> None:
    fragments = Fragments(data.draw)
    text = fragments.spelt(tree, "Customer")
    document = f"query($no: Boolean = false) {{ customers {{ nodes {{ {text} }} a: __typename @include(if: $no) }} }}"
    plain = f"{{ customers {{ nodes {{ {spelt(tree)} }} }} }}"
    assert connection(" ".join([document, *fragments.named])) == connection(plain)


def test_members_keep_their_order_names_and_kinds() -> None:
    found = connection(
        "{ c: customers { t: totalCount n: nodes { x: id client { name } address { city } __typename } } }"
    )
    total, nodes = found.shape
    assert total == Total("t")
    assert isinstance(nodes, Nodes)
    assert [type(member) for member in nodes.record.members] == [Leaf, One, Part, Typename]
    assert [member.response for member in nodes.record.members] == ["x", "client", "address", "__typename"]


def test_a_relation_has_ten_records_where_the_root_has_fifty() -> None:
    found = connection("{ clients { nodes { customers { nodes { id } } } } }")
    (nodes,) = found.shape
    assert isinstance(nodes, Nodes)
    (many,) = nodes.record.members
    assert isinstance(many, Many)
    assert (found.page.size, many.connection.page.size) == (50, 10)


def test_null_arguments_are_absent() -> None:
    nulls = (
        "(filter: null, orderBy: null, search: null, deleted: null, first: null, after: null, last: null, before: null)"
    )
    assert connection(f"{{ customers{nulls} {{ nodes {{ id }} }} }}") == connection("{ customers { nodes { id } } }")
    by_variable = (
        "query($first: Int, $deleted: Deleted) { customers(first: $first, deleted: $deleted) { nodes { id } } }"
    )
    assert connection(by_variable, first=None, deleted=None) == connection("{ customers { nodes { id } } }")
    assert connection("{ customers(filter: {}) { nodes { id } } }").where is None


def test_enum_values_become_their_text() -> None:
    found = connection("{ customers(filter: {status: {in: [LEAD, ACTIVE]}}, deleted: ONLY) { nodes { id } } }")
    assert isinstance(found.where, Compare)
    assert found.where.value == ("LEAD", "ACTIVE")
    assert [type(value) for value in found.where.value] == [str, str]
    assert found.deleted is Deleted.ONLY


def test_orders_default_to_ascending_and_a_null_direction_too() -> None:
    text = (
        "{ customers(orderBy: [{field: CLIENT_NAME}, {field: CREATED_AT, direction: DESC}, "
        "{field: ID, direction: null}]) { nodes { id } } }"
    )
    assert [(o.path, o.descending) for o in connection(text).order] == [
        ("client.name", False),
        ("createdAt", True),
        ("id", False),
    ]


def test_fc_031_null_under_an_operator_is_refused_in_all_its_forms_and_a_missing_variable_is_omitted() -> None:
    text = 'query($x: String) { customers(filter: {name: {eq: $x, startsWith: "a"}}) { nodes { id } } }'
    told = "filter.name.eq: must not be null; use isNull to test for null"
    assert problem(text.replace("$x", "null").replace("query(null: String)", "query")).detail == told
    assert problem(text, x=None).detail == told
    where = connection(text).where
    assert isinstance(where, Compare)
    assert where.operator is Operator.STARTS_WITH


def test_fc_037_pages_out_of_range_are_refused_and_null_is_the_default() -> None:
    for wrong in ("first: -1", "first: 0", "last: -5", "first: 1001", "first: 2, last: 2"):
        assert problem(f"{{ customers({wrong}) {{ nodes {{ id }} }} }}").code == "validation_failed", wrong
    assert connection("{ customers(first: null) { nodes { id } } }").page.size == 50


def test_a_fault_in_a_relation_tells_where_it_stands() -> None:
    (error,) = asked("{ clients { nodes { customers(first: 0) { nodes { id } } } } }").values()
    assert isinstance(error, GraphQLError)
    assert error.locations is not None
    assert (error.locations[0].line, error.locations[0].column) == (1, 21)


def test_a_node_is_read_as_its_own_type() -> None:
    text = '{ node(id: "cus_01h455vb4pex5vsknk084sn02q") { id ... on Customer { name } ... on Client { domain } } }'
    (found,) = asked(text).values()
    assert isinstance(found.selection, Single)
    assert [member.response for member in found.selection.record.members] == ["id", "name"]


def test_nodes_are_at_most_a_hundred_and_null_for_what_is_no_id() -> None:
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert problem(text, ids=["cus_01h455vb4pex5vsknk084sn02q"] * 101).detail == "ids: takes at most 100 ids"
    (found,) = asked(text, ids=["cus_01h455vb4pex5vsknk084sn02q", "email:jane@x.io"]).values()
    assert isinstance(found, Read)
    assert isinstance(found.selection, Several)
    assert [single is None for single in found.selection.singles] == [False, True]


def test_a_write_keeps_what_is_null_apart_from_what_is_absent() -> None:
    text = (
        'mutation($email: String, $title: String) { updateCustomer(id: "email:a@b.io", '
        "ifVersion: 3, input: {email: $email, title: $title, metadata: {a: null, b: 1.5}}) { id } }"
    )
    (found,) = asked(text, title=None).values()
    assert isinstance(found, Write)
    assert dict(found.change.data) == {"title": None, "metadata": {"a": None, "b": 1.5}}  # type: ignore[union-attr]
    assert found.change.precondition.versions == (3,)  # type: ignore[union-attr]
