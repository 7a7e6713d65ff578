"""Tests for the mapping of columns: paths, usual spellings, what was said, and what nobody can tell."""

import pytest

from app.services.imports.columns import Column, map_columns
from app.services.imports.file import Unreadable
from schema.resources import CLIENT, CUSTOMER, USER


def mapped(resource, header, given=None, rest=False):
    columns = map_columns(resource, tuple(header.split(",")), given or {}, rest)
    return {column.name: column.target.path for column in columns if column.target}


def unmapped(columns: tuple[Column, ...]) -> list[str]:
    return [column.shown for column in columns if column.target is None]


def test_field_paths_map_themselves():
    header = "externalIds.bench,email,address.city,metadata.source,clientId,createdAt,title,client.name"
    paths = mapped(CUSTOMER, header.removesuffix(",client.name"))
    assert all(name == path for name, path in paths.items())
    assert len(paths) == 7
    assert mapped(CUSTOMER, "email,client.name,client.domain")["client.domain"] == "client.domain"


@pytest.mark.parametrize(
    ("header", "path"),
    [
        ("FirstName", "givenName"),
        ("first_name", "givenName"),
        (" First Name ", "givenName"),
        ("Surname", "familyName"),
        ("E-mail", "email"),
        ("EMAIL ADDRESS", "email"),
        ("Zip", "address.postalCode"),
        ("PostalCode", "address.postalCode"),
        ("State", "address.region"),
        ("Province", "address.region"),
        ("Country", "address.country"),
        ("City", "address.city"),
        ("Address", "address.line1"),
        ("Street", "address.line1"),
        ("Phone", "phone"),
        ("Mobile No.", "phone"),
        ("Job Title", "title"),
        ("contactTitle", "title"),
        ("contactName", "name"),
        ("companyName", "client.name"),
        ("Company", "client.name"),
        ("Created At", "createdAt"),
    ],
)
def test_usual_spellings_of_a_customer(header, path):
    assert mapped(CUSTOMER, header) == {header: path}


def test_usual_spellings_of_clients_and_users():
    assert mapped(CLIENT, "Company,Url,Address,VAT,Employees") == {
        "Company": "name", "Url": "website", "Address": "address.line1", "VAT": "taxId", "Employees": "employees",
    }  # fmt: skip
    assert mapped(USER, "FirstName,LastName,Title,Address,City,Email") == {
        "FirstName": "givenName", "LastName": "familyName", "Title": "title", "Email": "email",
    }  # fmt: skip


def test_what_was_said_comes_first():
    given = {"CustomerId": "externalIds.chinook", "SupportRepId": "ownerId:chinook", "Company": "client.name"}
    paths = mapped(CUSTOMER, "CustomerId,FirstName,Company,SupportRepId,Fax", given)
    assert paths == given | {"FirstName": "givenName"}
    assert mapped(CUSTOMER, "email,login", {"login": "email"}) == {"login": "email", "email": "additionalEmails"}
    assert mapped(CUSTOMER, "name,label", {"label": "name"}) == {"label": "name"}
    assert mapped(CUSTOMER, "email,Status", {"Status": "-"}) == {"email": "email"}
    assert mapped(CUSTOMER, "E-Mail,x", {"email": "metadata.mail"}) == {"E-Mail": "metadata.mail"}


def test_a_second_address_or_number_is_additional():
    assert mapped(CUSTOMER, "Email,Email") == {"Email": "additionalEmails"}
    paths = mapped(CUSTOMER, "Mobile,Phone,E-mail,Email Address")
    assert paths == {
        "Mobile": "additionalPhones", "Phone": "phone", "E-mail": "email", "Email Address": "additionalEmails",
    }  # fmt: skip
    assert mapped(USER, "Mobile,Phone,Email") == {"Phone": "phone", "Email": "email"}


def test_two_columns_for_one_field_are_refused():
    with pytest.raises(Unreadable, match=r"two columns mean name: Name \(column 1\) and Full Name \(column 2\)"):
        mapped(CUSTOMER, "Name,Full Name")
    with pytest.raises(Unreadable, match=r"Name \(column 1\) and Name \(column 3\)"):
        mapped(CUSTOMER, "Name,Email,Name")
    with pytest.raises(Unreadable, match="two columns are mapped to title: a and b"):
        mapped(CUSTOMER, "a,b,email", {"a": "title", "b": "title"})
    with pytest.raises(Unreadable, match="2 columns called 'Note'"):
        mapped(CUSTOMER, "Note,Note,email", {"Note": "metadata.note"})


def test_one_value_in_two_ways():
    assert mapped(CUSTOMER, "email,clientId,Company") == {"email": "email", "clientId": "clientId"}
    assert mapped(CUSTOMER, "email,clientId,Firma", {"Firma": "client.name"}) == {
        "email": "email",
        "Firma": "client.name",
    }
    assert mapped(USER, "Name,FirstName,LastName") == {"Name": "name"}
    with pytest.raises(Unreadable, match="in two ways"):
        mapped(CUSTOMER, "a,b", {"a": "clientId:erp", "b": "client.name"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nmae", "did you mean name"),
        ("id", "cannot be written"),
        ("address", "address has line1"),
        ("address.zip", "address has line1"),
        ("metadata", "needs a key"),
        ("externalIds.Bad!", "is not a system"),
        ("name:erp", "only a reference takes a system"),
        ("ownerId:Bad!", "is not a system"),
        ("client.owner.name", "one relation"),
        ("name.first", "has no members"),
    ],
)
def test_a_target_that_is_none_is_refused(path, text):
    with pytest.raises(Unreadable, match=text):
        mapped(CUSTOMER, "x,email", {"x": path})


def test_a_column_that_is_not_there():
    with pytest.raises(Unreadable, match="has no column 'Emial'; did you mean Email"):
        mapped(CUSTOMER, "Email,Name", {"Emial": "email"})
    with pytest.raises(Unreadable, match="no column of the header is known: a, b"):
        mapped(CUSTOMER, "a,b")


def test_what_is_left_is_named_or_kept_in_metadata():
    columns = map_columns(CUSTOMER, ("Email", "Fax", ""), {})
    assert unmapped(columns) == ["Fax", "column 3, which has no name"]
    assert mapped(CUSTOMER, "Email,Fax,a.b[c]", rest=True)["a.b[c]"] == "metadata.a_b_c_"
    with pytest.raises(Unreadable, match=r"two columns would go to metadata\.Fax"):
        mapped(CUSTOMER, "Email,Fax,Fax", rest=True)
