"""Tests for the cells of a row: text as it stands, nothing guessed, each fault at its column."""

from app.services.imports.columns import map_columns
from app.services.imports.draft import CellFault, draft_of, faults_of
from schema.resources import CLIENT, CUSTOMER, USER


def drafted(resource, header, row, null=None):
    columns = map_columns(resource, tuple(header.split(",")), {})
    return draft_of(resource, columns, row.split(","), null)


def test_cells_go_to_their_paths():
    draft = drafted(
        CUSTOMER,
        "email,address.city,address.postalCode,metadata.score,externalIds.erp,ownerId,status,company",
        "a@x.example,Oslo,0171,007,000123,,Inactive,Acme",
    )
    assert draft.data == {
        "email": "a@x.example",
        "address": {"city": "Oslo", "postalCode": "0171"},
        "metadata": {"score": "007"},
        "externalIds": {"erp": "000123"},
        "status": "INACTIVE",
    }
    assert draft.related == {"client": {"name": "Acme"}}


def test_fc_061_blank_is_absent_and_the_null_word_is_null():
    assert drafted(CUSTOMER, "email,name,title", ",NULL,  ").data == {"name": "NULL"}
    draft = drafted(
        CUSTOMER, "email,title,status,address.city,tags,metadata.a", "NULL,NULL,NULL,NULL,NULL,NULL", "NULL"
    )
    assert draft.data == {"email": None, "title": None, "address": {"city": None}, "tags": [], "metadata": {"a": None}}


def test_lists_part_at_comma_semicolon_pipe_and_line_break():
    columns = map_columns(CUSTOMER, ("tags", "email", "E-mail 2", "other email"), {})
    draft = draft_of(CUSTOMER, columns, ["a; b|c,d\ne,,", "x@x.example", "y@x.example", "z@x.example"], None)
    assert draft.data["tags"] == ["a", "b", "c", "d", "e"]
    assert draft.data["additionalEmails"] == ["y@x.example", "z@x.example"]


def test_numbers_are_read_where_the_field_is_one():
    assert drafted(CLIENT, "name,employees", "Acme, 12 ").data == {"name": "Acme", "employees": 12}
    assert drafted(CLIENT, "name,employees", "Acme,1-10").faults == [
        CellFault("employees", "1-10", "is not a whole number")
    ]


def test_a_users_name_is_put_together():
    assert drafted(USER, "LastName,FirstName,Email", "Adams,Andrew,a@x.example").data == {
        "name": "Andrew Adams",
        "email": "a@x.example",
    }


def test_faults_stand_at_the_columns_that_they_come_from():
    columns = map_columns(CUSTOMER, ("E-mail", "Country", "Tags", "Company"), {})
    cells = ["nope", "Mars", "a", "Acme"]
    errors = {
        "email": ("is not a valid address",),
        "address.country": ("is not a country",),
        "tags[0]": ("is long",),
        "client.name": ("two",),
        "phone": ("x",),
    }
    assert [(fault.column, fault.value) for fault in faults_of(errors, columns, cells)] == [
        ("E-mail", "nope"), ("Country", "Mars"), ("Tags", "a"), ("Company", "Acme"), ("", ""),
    ]  # fmt: skip
