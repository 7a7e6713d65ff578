"""The form that makes a key: what it asks for, and what it shows of keys that see less."""

import pytest

from app.portal.account import Account, errors_of, said
from app.portal.guides import guide
from app.portal.key_form import KeyForm, offered
from app.portal.page import page
from app.services.sessions import Session
from schema.problem import Problem, invalid
from schema.values.instant import later, now
from tests.app.portal.test_pages import Page

AT = "2026-01-31T09:30:00.000Z"
KEY = {
    "id": "key_1",
    "version": 1,
    "name": "<Partner>",
    "prefix": "cube_4f9Kq2x",
    "scopes": ["customers:read"],
    "createdAt": AT,
    "expiresAt": None,
    "lastUsedAt": AT,
    "revokedAt": None,
    "state": "works",
    "filters": {"customers": {"status": {"eq": "<ACTIVE>"}}},
    "hiddenFields": ["customer.phone"],
}


def form(role: str = "EDITOR", **filled: str) -> KeyForm:
    return KeyForm(offered(role), name="x", ticked=("customers:read",), lives="never", **filled)


def test_what_a_role_may_give():
    assert offered("VIEWER") == ("users:read", "clients:read", "customers:read", "keys:read")
    assert "admin" not in offered("EDITOR")
    assert {"admin", "*"} <= set(offered("ADMIN"))


def test_rows_and_fields():
    data = form(filters=' {"customers": {}} ', hidden_fields=" customer.phone, customer.email\nclient.taxId ").data(AT)
    assert data["filters"] == {"customers": {}}
    assert data["hiddenFields"] == ["customer.phone", "customer.email", "client.taxId"]
    assert {"filters", "hiddenFields"}.isdisjoint(form(filters=" ", hidden_fields="\n").data(AT))


@pytest.mark.parametrize("filters", ["{", '{"a": 1, "a": 2}', "NaN"])
def test_rows_that_are_no_json(filters: str):
    with pytest.raises(Problem) as caught:
        form(filters=filters).data(AT)
    assert list(caught.value.errors) == ["filters"]


def test_what_has_no_field_of_its_own_is_said_above():
    beside = invalid({"scopes[1]": "is not a scope", "filters.customers.x": "is no field", "name": "is needed"})
    assert errors_of(beside) == {
        "scopes": "is not a scope",
        "filters": "customers.x: is no field",
        "name": "is needed",
    }
    assert "see below" in said(beside, errors_of(beside))
    elsewhere = invalid({"ownerId": "is needed", "name": "is needed"})
    assert "ownerId: is needed" in said(elsewhere, errors_of(elsewhere))


def test_a_key_that_sees_less_says_so():
    session = Session("h", "token", "usr_1", "Jane", "jane@cube.test", "EDITOR", later(now(), 60))
    filled = form(filters='{"customers": "</textarea>"}', hidden_fields="")
    account = Account(session, (KEY,), form=filled, errors={"filters": "is <wrong>"})
    text = page(guide("authentication", "http://cube.test"), account)
    assert Page(text).open == []
    assert "some rows only: <code>" in text
    assert "without <code>customer.phone</code>" in text
    assert "&lt;Partner&gt;" in text
    assert "<ACTIVE>" not in text
    assert "is &lt;wrong&gt;" in text
    assert "&lt;/textarea&gt;" in text
    assert 'aria-describedby="filters-wrong"' in text
