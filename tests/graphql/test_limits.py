"""The limits of documents: each refuses before anything is validated or run, and says itself."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from app.graphql.documents import Documents, OperationError, operation
from schema.graphql.limits import LimitError


def refusal(text: str) -> str:
    with pytest.raises(LimitError) as caught:
        Documents().get(text)
    return caught.value.message


def valid(text: str) -> bool:
    return not Documents().get(text).errors


def deep(fields: int) -> str:
    """A document so many fields deep."""
    return '{ client(id: "a:b") ' + "{ parent " * (fields - 2) + "{ id }" + " }" * (fields - 2) + " }"


def test_a_document_is_at_most_64_kib() -> None:
    assert valid("{ me { id } } #" + "x" * (64 * 1024 - 15))
    assert refusal("{ me { id } } #" + "x" * (64 * 1024 - 14)) == "The document is larger than 64 KiB."
    assert refusal("{ me { id } } #" + "é" * 32761) == "The document is larger than 64 KiB."


def test_a_document_has_at_most_2000_tokens() -> None:
    assert refusal("{ me { " + "id " * 2000 + "} }") == "The document has more than 2,000 tokens."


def test_fc_035_aliases_root_fields_and_directives_are_bounded() -> None:
    aliases = " ".join(f"a{i}: id" for i in range(31))
    assert refusal(f"{{ me {{ {aliases} }} }}") == "The document has more than 30 aliases."
    assert valid(f"{{ me {{ {' '.join(f'a{i}: id' for i in range(30))} }} }}")
    assert refusal("{ " + "me { id } " * 21 + "}") == "The document has more than 20 root fields."
    assert valid("{ " + "me { id } " * 20 + "}")
    assert refusal("{ me { id " + "@include(if: true) " * 21 + "} }") == "The document has more than 20 directives."
    assert refusal("{ " + " ".join(f"a{i}: me {{ id }}" for i in range(400)) + "}").startswith(
        "The document has more than"
    )
    assert refusal("{ me { id " + "@x" * 900 + " } }") == "The document has more than 20 directives."


def test_fc_035_copies_of_one_field_are_bounded() -> None:
    assert valid("{ me { " + "id " * 250 + "} }")
    assert refusal("{ me { " + "id " * 500 + "} }") == "The document has more than 250 fields in one selection."


def test_aliases_count_each_time_that_their_fragment_is_spread() -> None:
    inner = " ".join(f"a{i}: id" for i in range(8))
    uses = " ".join(f"u{i}: parent {{ ...F }}" for i in range(4))
    assert refusal(f'{{ client(id: "a:b") {{ {uses} }} }} fragment F on Client {{ {inner} }}').endswith("aliases.")


def test_depth_is_twelve_fields_and_introspection_is_apart() -> None:
    assert valid(deep(12))
    assert refusal(deep(13)) == "The document is more than 12 fields deep."
    assert valid(get_introspection_query())
    assert valid(get_introspection_query(input_value_deprecation=True, specified_by_url=True, schema_description=True))


def test_depth_counts_through_fragments() -> None:
    chain = " ".join(f"fragment F{i} on Client {{ parent {{ ...F{i + 1} }} }}" for i in range(12))
    document = f'{{ client(id: "a:b") {{ ...F0 }} }} {chain} fragment F12 on Client {{ id }}'
    assert refusal(document) == "The document is more than 12 fields deep."


def test_fragments_cannot_make_much_of_little() -> None:
    doubled = " ".join(
        f"fragment F{i} on User {{ clients {{ nodes {{ owner {{ ...F{i + 1} ...G{i + 1} }} }} }} }} "
        f"fragment G{i} on User {{ customers {{ nodes {{ owner {{ ...F{i + 1} ...G{i + 1} }} }} }} }}"
        for i in range(3)
    )
    last = "fragment F3 on User { id } fragment G3 on User { name }"
    assert valid(f'{{ user(id: "a:b") {{ ...F0 }} }} {doubled} {last}'.replace("...G0", "")) is False  # G0 is unused
    wide = " ".join(f"fragment F{i} on Client {{ {f'...F{i + 1} ' * 10} }}" for i in range(6))
    told = refusal(f'{{ client(id: "a:b") {{ ...F0 }} }} {wide} fragment F6 on Client {{ id }}')
    assert told == "The document has more than 2,000 fields, with its fragments spread out."


def test_a_fragment_that_holds_itself_is_invalid_and_ends() -> None:
    assert not valid("{ me { ...F } } fragment F on ApiKey { owner { id } ...F }")
    assert not valid('{ client(id: "a:b") { ...F } } fragment F on Client { parent { ...F } }')


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{ customers(filter: " + "{not: " * 250 + "{}" + "}" * 250 + ") { nodes { id } } }", id="input"),
        pytest.param("{ customers(filter: {metadata: " + "[" * 900 + "]" * 900 + "}) { nodes { id } } }", id="list"),
        pytest.param("{ nodes(ids: " + "[" * 10_000 + "]" * 10_000 + ") { id } }", id="long list"),
        pytest.param("{ me " * 5_000 + "}" * 5_000, id="selections"),
        pytest.param(
            "{ me { ...F0 } } " + " ".join(f"fragment F{i} on ApiKey {{ ...F{i + 1} }}" for i in range(3000)),
            id="chain",
        ),
        pytest.param("query(" + "$a: " + "[" * 900 + "Int" + "]" * 900 + ") { me { id } }", id="type"),
    ],
)
def test_fc_034_what_is_nested_too_deeply_is_refused(text: str) -> None:
    assert refusal(text)


def test_a_chain_of_fragments_within_the_tokens_ends() -> None:
    chain = " ".join(f"fragment F{i} on ApiKey {{ ...F{i + 1} }}" for i in range(240))
    document = Documents().get(f"{{ me {{ ...F0 }} }} {chain} fragment F240 on ApiKey {{ id }}")
    assert all("Recursion" not in error.message for error in document.errors)


def test_the_operation_must_be_clear() -> None:
    two = Documents().get("query A { me { id } } query B { me { id } }")
    assert operation(two, "B").name.value == "B"  # type: ignore[union-attr]
    for document, name in ((two, None), (two, "C"), (two, ""), (Documents().get("fragment F on ApiKey { id }"), None)):
        with pytest.raises(OperationError):
            operation(document, name)
    with pytest.raises(OperationError):
        operation(Documents().get("subscription { changes { id } }"), None)


def test_documents_are_kept_within_bounds_and_only_valid_ones() -> None:
    documents = Documents(entries=3, size=200)
    first = documents.get("{ me { id } }")
    assert documents.get("{ me { id } }") is first
    documents.get("{ me { nothing } }")
    assert list(documents.kept) == ["{ me { id } }"]
    for i in range(5):
        documents.get(f"{{ a{i}: me {{ id }} }}")
    assert len(documents.kept) == 3
    documents.get("{ me { id } } #" + "x" * 100)
    assert documents.held == sum(document.weight for document in documents.kept.values()) <= 200
