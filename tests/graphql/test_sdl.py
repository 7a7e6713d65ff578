"""The printed schema: it is what is committed, and it promises only what works."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, is_non_null_type

import schema.graphql
from schema.graphql import SCHEMA, print_schema
from schema.graphql.narrowed import WHOLE
from schema.resources import API_KEY, DIRECTORY, RESOURCES
from schema.resources.api_key import BESIDE


def test_the_committed_schema_is_the_printed_one() -> None:
    committed = Path(schema.graphql.__file__).with_name("schema.graphql")
    assert committed.read_text(encoding="utf-8") == print_schema(), "run scripts/print and commit what it writes"


@pytest.mark.parametrize(
    "name",
    ["Subscription", "subscription", "mergeCustomer", "eraseCustomer", "webhook"],
)
def test_what_does_not_work_yet_is_not_promised(name: str) -> None:
    assert name not in print_schema()


def test_every_type_field_and_argument_is_described() -> None:
    bare = []
    for name, type_ in SCHEMA.type_map.items():
        if name.startswith("__"):
            continue
        bare += [] if type_.description else [name]
        for field_name, field in getattr(type_, "fields", {}).items():
            bare += [] if field.description else [f"{name}.{field_name}"]
            bare += [
                f"{name}.{field_name}({a})" for a, arg in getattr(field, "args", {}).items() if not arg.description
            ]
    assert bare == []
    assert not [line for line in print_schema().splitlines() if "Field(" in line or "=<" in line]  # words, no code


@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
def test_inputs_hold_what_may_be_written(resource) -> None:
    create = SCHEMA.type_map[f"{resource.type}Create"]
    update = SCHEMA.type_map[f"{resource.type}Update"]
    assert isinstance(create, GraphQLInputObjectType)
    assert isinstance(update, GraphQLInputObjectType)
    assert list(create.fields) == [f.name for f in resource.writable]
    assert [n for n, f in create.fields.items() if is_non_null_type(f.type)] == [
        f.name for f in resource.writable if f.required
    ]
    assert list(update.fields) == [f.name for f in resource.writable if f.access == "write"]
    assert not any(is_non_null_type(f.type) for f in update.fields.values())


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.name)
def test_a_record_has_the_declared_members_in_their_order(resource) -> None:
    beside = [field.name for field in BESIDE] if resource is API_KEY else []
    assert list(WHOLE.object_type(resource.type).fields) == [*resource.names, "changes", *beside]


def test_orders_spell_paths_as_constants() -> None:
    fields = SCHEMA.type_map["CustomerOrderField"]
    assert isinstance(fields, GraphQLEnumType)
    assert {"CREATED_AT", "FAMILY_NAME", "CLIENT_NAME", "CLIENT_OWNER_NAME", "ADDRESS_CITY"} <= set(fields.values)
