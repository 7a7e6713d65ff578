"""What the guides derive: nothing that is declared is missing from them."""

import json

import pytest

from app.portal.guides import source
from app.portal.reference import (
    PLACEHOLDERS,
    fields,
    filters,
    operators,
    problems,
    record,
    relations,
    sample_id,
    scopes,
    settings,
)
from app.settings import VARIABLES
from schema.actor import SCOPES
from schema.operators import Operator
from schema.problem import PROBLEMS, PUBLIC_CODES
from schema.reference import is_id
from schema.resources import RESOURCES


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_reference_names_every_field_with_its_meaning(resource):
    lines = fields(resource.name).splitlines()
    told = [*resource.fields, *(part for field in resource.fields for part in field.members)]
    assert len(lines) == len(told)
    for field in told:
        (line,) = [line for line in lines if line.lstrip(" -").startswith(f"`{field.name}` *")]
        assert field.doc in line
        assert all(f"`{choice}`" in line for choice in field.choices)
    assert all(f"`{path}" in filters(resource.name) for path, _ in resource.scalars)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_each_resource_has_a_page_with_all_that_is_declared_of_it(resource):
    page = "authentication" if resource.name == "apiKey" else resource.plural
    text = source(page)
    assert f"{{{{ fields {resource.name} }}}}" in text
    if page != "authentication":
        wanted = ("record", "relations", "addresses", "filters")
        assert all(f"{{{{ {derive} {resource.name} }}}}" in text for derive in wanted)
    assert all(relation.doc in relations(resource.name) for relation in resource.relations)


def test_each_problem_has_a_cause_and_a_remedy():
    assert all(problem.message and problem.remedy for problem in PROBLEMS.values())


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_example_record_has_every_field_in_order(resource):
    assert list(json.loads(record(resource.name))) == [field.name for field in resource.fields]
    assert is_id(sample_id(resource.name), resource)


def test_tables_are_whole():
    assert all(f"`{operator}`" in operators("") for operator in Operator)
    assert all(problem.message in problems("") and problem.remedy in problems("") for problem in PROBLEMS.values())
    assert all(f"`{scope}`" in scopes("") for scope in SCOPES)
    assert all(f"`{variable.name}`" in settings("") for variable in VARIABLES)


def test_every_row_of_a_table_has_the_cells_of_its_head():
    for name, derive in PLACEHOLDERS.items():
        if name in ("fields", "problems", "record", "sample_id"):
            continue
        rows = derive("customer").splitlines()
        assert len({row.replace("\\|", "").count("|") for row in rows}) == 1


def test_each_code_has_a_place_that_the_type_of_a_problem_leads_to() -> None:
    text = problems("")
    assert all(f"### {PUBLIC_CODES.get(code, code)}\n" in text for code in PROBLEMS)
