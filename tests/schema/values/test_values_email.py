"""E-mail addresses: accepted, normalised, refused and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.email import email, exact
from schema.values.fault import Fault


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("admin@cube.example", "admin@cube.example"),
        ("  Jane.Doe@ACME.io\n", "Jane.Doe@acme.io"),
        ("INFO@acme.io", "INFO@acme.io"),
        ("jane+tag@acme.test", "jane+tag@acme.test"),
        ("a@host.local", "a@host.local"),
        ("a@x.invalid", "a@x.invalid"),
        ("test@bücher.example", "test@xn--bcher-kva.example"),
        ("test@xn--bcher-kva.example", "test@xn--bcher-kva.example"),
        ("test@BÜCHER。example", "test@xn--bcher-kva.example"),
        ("jose\u0301@x.io", "josé@x.io"),
        ("用户@例子.example", "用户@xn--fsqu00a.example"),
        ("o'neil@x.io", "o'neil@x.io"),
        ("a" * 249 + "@x.io", "a" * 249 + "@x.io"),
    ],
)
def test_accepted(value, address):
    assert email(value) == address
    assert email(address) == address


@pytest.mark.parametrize(
    "value",
    [
        "jane",
        "jane@",
        "@x.io",
        "jane@x",
        "jane@localhost",
        "jane@x.io.",
        "jane@.io",
        "jane@x..io",
        "jane@@x.io",
        "a@b@x.io",
        "jane@127.0.0.1",
        "jane@[127.0.0.1]",
        "jane@-x.io",
        "jane@x_y.io",
        "jane doe@x.io",
        ".jane@x.io",
        "jane.@x.io",
        "ja..ne@x.io",
        '"jane doe"@x.io',
        '"jane"@x.io',
        "Jane <jane@x.io>",
        "mailto:jane@x.io\u00a0x",
        "jane＠x.io",
        "jane@x.io,joe@x.io",
        "jane@x.io;",
        "jane\u200d@x.io",
        "jane@x\u200d.io",
        "jane@xn--zzzzzzzzz.io",
        "a@1.xn--4dbc.com",
    ],
)
def test_refused(value):
    with pytest.raises(Fault, match=r"^is not a valid address$"):
        email(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "must be text"),
        (None, "must be text"),
        ("  ", "must not be blank"),
        ("a" * 250 + "@x.io", "is longer than 254 characters"),
        ("é" * 125 + "@x.io", "is longer than 254 characters"),
        ("jane\u200b@x.io", "contains an invisible character (U+200B)"),
        ("jane\u200f@x.io", "contains an invisible character (U+200F)"),
        ("jane\n@x.io", "contains a line break"),
        ("jane\0@x.io", "contains a control character (U+0000)"),
    ],
)
def test_refused_with_a_reason(value, text):
    with pytest.raises(Fault) as caught:
        email(value)
    assert caught.value.text == text


def test_addresses_are_compared_without_case():
    assert exact("JANE@x.io") == exact("jane@x.io")
    assert exact(email("JOSE\u0301@x.io")) == exact(email("josé@X.IO"))


@given(st.text())
def test_the_comparison_form_is_stable(text):
    assert exact(exact(text)) == exact(text)


@given(st.from_regex(r"[A-Za-z0-9+_.é-]{0,12}@[A-Za-zäß0-9.-]{1,20}", fullmatch=True) | st.text())
def test_an_accepted_address_is_accepted_again(text):
    try:
        address = email(text)
    except Fault:
        return
    assert email(address) == address
    assert address.rpartition("@")[2].isascii()
