"""Input: what each form takes, how values are normalised, and that every fault is told at once by its path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.inputs import for_create, for_update
from schema.inputs.forms import form
from schema.problem import Problem
from schema.reference import Reference
from schema.resources import API_KEY, CLIENT, CUSTOMER, DIRECTORY, RESOURCES, USER

FUTURE = "2999-01-01T00:00:00Z"
SET_BY_CUBE = "is set by Cube"
NO_REFERENCE = "must be an id (cli_…) or a reference (domain:value or system:value)"


def faults(read, resource, data) -> dict[str, str]:
    with pytest.raises(Problem) as caught:
        read(resource, data)
    assert caught.value.code == "validation_failed"
    return {path: "; ".join(texts) for path, texts in caught.value.errors.items()}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.name)
def test_the_forms_hold_exactly_what_may_be_written(resource):
    assert set(form(resource, "create").readers) == {f.name for f in resource.writable}
    assert set(form(resource, "update").readers) == {f.name for f in resource.writable if f.access == "write"}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.name)
def test_the_examples_are_good_input(resource):
    given_ = for_create(resource, resource.example or {})
    assert set(given_) == set(resource.example or {})


def test_absent_stays_absent_and_null_stays_null():
    assert for_update(CUSTOMER, {}) == {}
    given_ = for_update(CUSTOMER, {"title": None, "tags": None, "metadata": None, "address": None, "clientId": None})
    assert given_ == {"title": None, "tags": [], "metadata": None, "address": None, "clientId": None}


def test_blank_text_is_null():
    data = {"title": " ", "email": "", "ownerId": "\t", "address": {"city": "\u200d"}}
    assert for_update(CUSTOMER, data) == {"title": None, "email": None, "address": {"city": None}, "ownerId": None}


def test_values_are_normalised():
    data = {
        "name": " Cafe\u0301 ",
        "domain": "https://www.ACME.io/x",
        "website": "acme.io",
        "email": " Hello@ACME.io ",
        "employees": 5.0,
        "address": {"line1": "a\r\nb", "country": "uk"},
        "ownerId": "email:Jane@X.io",
        "parentId": "domain:www.Acme.io",
        "createdAt": "2020-01-01T01:00:00+01:00",
        "metadata": {" plan ": "pro", "gone": None},
    }
    assert for_create(CLIENT, data) == {
        "name": "Café",
        "domain": "acme.io",
        "website": "https://acme.io",
        "email": "Hello@acme.io",
        "employees": 5,
        "address": {"line1": "a\nb", "country": "GB"},
        "ownerId": Reference("user", "email", "jane@x.io"),
        "parentId": Reference("client", "domain", "acme.io"),
        "createdAt": "2020-01-01T00:00:00.000Z",
        "metadata": {"plan": "pro", "gone": None},
    }
    assert type(for_create(CLIENT, data)["employees"]) is int


def test_lists_drop_what_is_the_same():
    data = {"additionalEmails": ["A@b.io", "a@B.io"], "additionalPhones": ["+49 30 901820", "+4930901820"]}
    assert for_update(CUSTOMER, data) == {"additionalEmails": ["A@b.io"], "additionalPhones": ["+4930901820"]}


def test_all_faults_at_once():
    data = {
        "status": "lead",
        "email": "no",
        "adress": {},
        "client": {},
        "id": "x",
        "address": {"country": "Nowhere", "citty": "x"},
        "tags": ["a", "b", "c", "d\0"],
        "metadata": {"plan": [], "a.b": 1},
        "externalIds": {"erp": "", "X": "1"},
        "ownerId": 5,
    }
    assert faults(for_create, CUSTOMER, data) == {
        "status": "must be one of LEAD, ACTIVE, INACTIVE, CHURNED",
        "email": "is not a valid address",
        "adress": "is not a field of customer; did you mean address?",
        "client": "is a relation; give clientId",
        "id": "is set by Cube",
        "address.country": "is not a country: give its ISO 3166-1 alpha-2 code, such as DE",
        "address.citty": "is not a field of address; did you mean city?",
        "tags[3]": "contains a control character (U+0000)",
        "metadata.plan": "must be text, a number or a boolean",
        'metadata["a.b"]': "must not contain . [ or ]",
        "externalIds.erp": "must not be blank",
        "externalIds.X": "is not a system: begin with a-z, then up to 39 of a-z 0-9 _ -",
        "ownerId": "must be text: an id or a reference",
    }


@pytest.mark.parametrize(
    ("read", "resource", "data", "expected"),
    [
        (for_create, USER, {}, {"name": "is needed", "email": "is needed"}),
        (for_create, USER, {"name": None, "email": " "}, {"name": "must not be null", "email": "must not be blank"}),
        (for_update, USER, {"role": None}, {"role": "must not be null"}),
        (for_update, USER, {"version": 1, "updatedAt": None}, {"version": SET_BY_CUBE, "updatedAt": SET_BY_CUBE}),
        (for_update, USER, {"createdAt": None}, {"createdAt": "can be given only when the record is made"}),
        (for_create, CLIENT, {"name": "A", "createdAt": None}, {"createdAt": "must not be null"}),
        (for_create, CLIENT, {"name": "A", "createdAt": FUTURE}, {"createdAt": "must not be in the future"}),
        (for_update, CLIENT, {"address": []}, {"address": "must be an object"}),
        (for_update, CLIENT, {"address": {"line1": {}}}, {"address.line1": "must be text"}),
        (for_update, CLIENT, {"employees": True}, {"employees": "must be a whole number from 0 to 100000000"}),
        (for_update, CLIENT, {"employees": 5.5}, {"employees": "must be a whole number from 0 to 100000000"}),
        (for_update, CLIENT, {"employees": -1}, {"employees": "must be a whole number from 0 to 100000000"}),
        (for_update, CLIENT, {"employees": "5"}, {"employees": "must be a whole number from 0 to 100000000"}),
        (for_update, CLIENT, {"employees": 1e300}, {"employees": "must be a whole number from 0 to 100000000"}),
        (for_update, CLIENT, {"name": "\ud800"}, {"name": "contains a lone surrogate (U+D800)"}),
        (for_update, CLIENT, {"\ud800": 1}, {'["\\\\ud800"]': "is not a field of client"}),
        (for_update, CLIENT, {"a b": 1}, {'["a b"]': "is not a field of client"}),
        (for_update, CLIENT, {"parentId": "x"}, {"parentId": NO_REFERENCE}),
        (for_update, CUSTOMER, {"additionalEmails": ["a@b.io", 5]}, {"additionalEmails[1]": "must be text"}),
        (for_update, CUSTOMER, {"additionalEmails": "a@b.io"}, {"additionalEmails": "must be a list of text"}),
        (for_update, API_KEY, {"ownerId": "x"}, {"ownerId": "can be given only when the record is made"}),
    ],
)  # fmt: skip
def test_faults(read, resource, data, expected):
    assert faults(read, resource, data) == expected


def test_names_of_thousands_of_unknown_members_are_not_all_told():
    assert len(faults(for_update, CLIENT, {f"x{i}": 1 for i in range(5000)})) == 100


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(DIRECTORY), st.data())
def test_any_json_is_read_or_refused(resource, data):
    names = st.sampled_from([*(f.name for f in resource.fields), "other"])
    body = data.draw(st.dictionaries(names, _JSON, max_size=5))
    try:
        read = for_update(resource, body)
    except Problem as caught:
        refusal = caught
    else:
        assert set(read) == set(body)
        return
    assert refusal.code == "validation_failed"
    assert refusal.errors
    assert refusal.detail
    refusal.detail.encode()
