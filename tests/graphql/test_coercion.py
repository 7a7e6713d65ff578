"""Coercion: the same values, and the same refusals, as graphql-core finds for every input type of the schema."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import (
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    is_enum_type,
    is_input_object_type,
    is_input_type,
    is_list_type,
    is_non_null_type,
)
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st

from app.graphql.documents import Documents, operation
from schema.graphql.coercion import Coercion, plain
from schema.graphql.narrowed import WHOLE, view

SCHEMA = WHOLE.schema
TYPES: dict[str, Any] = {
    name: type_ for name, type_ in SCHEMA.type_map.items() if is_input_type(type_) and not name.startswith("__")
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PLAUSIBLE: st.SearchStrategy[Any] = st.sampled_from(
    ["ACTIVE", "ASC", "2026-01-31T09:30:00Z", "", "x", 5, 5.0, True, None, 2**31, {}, [], [None]]
)


@st.composite
def values(draw: st.DrawFn, type_: GraphQLInputType, depth: int = 3) -> Any:
    """Mostly right values of a type, with one thing or another wrong in them."""
    if depth == 0 or draw(st.integers(0, 11)) == 0:
        return draw(JSON | PLAUSIBLE)
    if is_non_null_type(type_):
        return draw(values(type_.of_type, depth))
    if is_list_type(type_):
        many = st.lists(values(type_.of_type, depth - 1), max_size=3)
        return draw(many | values(type_.of_type, depth - 1))
    if is_input_object_type(type_):
        names = draw(st.sets(st.sampled_from(list(type_.fields)), max_size=5))
        made = {name: draw(values(type_.fields[name].type, depth - 1)) for name in type_.fields if name in names}
        return {**made, **draw(st.just({}) | st.dictionaries(st.text(max_size=3), JSON, max_size=1))}
    if is_enum_type(type_):
        return draw(st.sampled_from(list(type_.values)) | PLAUSIBLE)
    return draw(PLAUSIBLE | st.text(max_size=5) | JSON)


def same(found: Any, book: Any) -> bool:
    """Equal in value, type and order; a number that is none is itself."""
    if isinstance(found, dict) and isinstance(book, dict):
        return list(found) == list(book) and all(same(found[name], book[name]) for name in found)
    if isinstance(found, list) and isinstance(book, list):
        return len(found) == len(book) and all(map(same, found, book))
    return type(found) is type(book) and (found == book or (found != found and book != book))


@pytest.mark.parametrize("name", sorted(TYPES))
@settings(max_examples=40)
@given(data=st.data())
def test_a_value_is_read_as_by_graphql_core(name: str, data: st.DataObject) -> None:
    coercion = Coercion()
    for type_ in (TYPES[name], GraphQLNonNull(TYPES[name]), GraphQLList(GraphQLNonNull(TYPES[name]))):
        value = data.draw(values(type_))
        found, book = coercion.of(type_)(value), plain(coerce_input_value(value, type_))
        assert same(found, book), (value, found, book)


def test_documents_leave_nothing_behind() -> None:
    documents = Documents(entries=5)

    def ask(i: int) -> None:
        text = f"query($a{i}: [ID!]!, $b{i}: [CustomerFilter!]) {{ n{i}: nodes(ids: $a{i}) {{ id }} "
        text += f"customers(filter: {{and: $b{i}}}) {{ nodes {{ id }} }} }}"
        document = documents.get(text)
        assert not document.errors, document.errors
        document.prepared(operation(document, None)).variables({f"a{i}": ["x"], f"b{i}": [{}]}, 20)

    ask(0)
    kept = len(WHOLE.coercion._made)
    for i in range(1, 50):
        ask(i)
    assert len(WHOLE.coercion._made) == kept


def test_a_function_is_made_once_for_a_type_and_anew_for_another_view() -> None:
    other = view(frozenset({"customer.phone"}))
    type_: Any = SCHEMA.type_map["CustomerCreate"]
    narrowed: Any = other.schema.type_map["CustomerCreate"]
    assert WHOLE.coercion.of(type_) is WHOLE.coercion.of(type_)
    assert WHOLE.coercion is not other.coercion
    given = {"name": "Ada", "phone": "1"}
    assert WHOLE.coercion.of(type_)(given) == given
    assert other.coercion.of(narrowed)(given) is Undefined
