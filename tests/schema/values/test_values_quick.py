"""Quick ways for plain values: each gives what the thorough way gives."""

import json
import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from schema.values.email import email, exact
from schema.values.fault import Fault
from schema.values.maps import canonical, number
from schema.values.phone import digits
from schema.values.text import blank, clean, plain

ASCII = st.text(st.characters(max_codepoint=0x7F), max_size=20)
MIXED = st.text(st.one_of(st.characters(max_codepoint=0x17F, exclude_categories=["Cs"]), st.characters()), max_size=20)
LOCAL = st.text(alphabet='aZ09_+-.!@ "\n', max_size=70)
ITEMS = st.one_of(
    MIXED, st.booleans(), st.integers(-(2**53), 2**53), st.floats(-1e9, 1e9), st.sampled_from([1e-7, 1.0, -0.0, 2.5e10])
)


@given(LOCAL)
def test_local_parts(local):
    try:
        validate_email(f"{local}@a.io", check_deliverability=False, allow_smtputf8=True, allow_quoted_local=False)
        valid = True
    except EmailNotValidError:
        valid = False
    try:
        assert email(f"{local}@x.io") == f"{local.strip()}@x.io"
    except Fault:
        assert not valid
    else:
        assert valid or local != local.strip()


@given(st.one_of(ASCII, MIXED))
def test_addresses_are_compared_by_their_full_case_folding(text):
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
    assert exact(text) == unicodedata.normalize("NFC", folded.casefold())


@given(st.one_of(st.dictionaries(MIXED, ITEMS, max_size=6), st.lists(MIXED, max_size=6)))
def test_canonical_text_is_that_of_the_standard_library(value):
    def numbers(one):
        return number(one) if isinstance(one, int | float) and not isinstance(one, bool) else one

    plainly = {k: numbers(v) for k, v in value.items()} if isinstance(value, dict) else value
    written = json.dumps(plainly, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(value) == written


def test_canonical_text_refuses_what_is_too_large():
    with pytest.raises(Fault):
        canonical({"a": 2**53 + 1})


@given(MIXED)
def test_digits_of_every_script(text):
    assert digits(text) == "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())


@given(st.one_of(ASCII, MIXED))
def test_text_in_its_one_form(text):
    try:
        assert plain(text) == unicodedata.normalize("NFC", text)
        assert clean(text, max_length=50) is None or not blank(text)
    except Fault:
        assert not (text.isascii() and text.isprintable())


@given(st.text(alphabet=" \t\n\u200d\u3000\ufe0fa", max_size=6))
def test_blank_is_nothing_to_be_seen(text):
    assert blank(text) == ("a" not in text)
