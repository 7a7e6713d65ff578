"""Phone numbers: E.164 where it can be, as sent otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.fault import Fault
from schema.values.phone import digits, phone


@pytest.mark.parametrize(
    ("value", "country", "number"),
    [
        ("+49 711 2842222", None, "+497112842222"),
        ("+49 0711 2842222", None, "+497112842222"),
        ("+49 (0)711 / 284-22.22", "US", "+497112842222"),
        ("＋49 711 2842222", None, "+497112842222"),
        ("tel:+44-20-8366-1177", None, "+442083661177"),
        ("+39 02 1234567", None, "+39021234567"),
        ("+1 (555) 123-4567", None, "+15551234567"),
        ("0049 711 2842222", None, "+497112842222"),
        ("0049 711 2842222", "US", "+497112842222"),
        ("011 49 711 2842222", "US", "+497112842222"),
        ("0711 2842222", "DE", "+497112842222"),
        ("٠٧١١٢٨٤٢٢٢٢", "DE", "+497112842222"),
        ("0444 12 34 56", "CH", "+41444123456"),
        ("(415) 555-2671", "US", "+14155552671"),
    ],
)
def test_international_form(value, country, number):
    assert phone(value, country) == number
    assert phone(number, country) == number


@pytest.mark.parametrize(
    ("value", "country"),
    [
        ("0711 2842222", None),
        ("0444 12 34 56", None),
        ("+1 555 0100", None),
        ("555-0199", "US"),
        ("4711", "DE"),
        ("0711 2842222", "ZZ"),
        ("+44 20 8366 1177 ext 4", "GB"),
        ("+1 650 253 0000 x22", "US"),
        ("1-800-FLOWERS", "US"),
        ("030 1234567, 030 765432", "DE"),
        ("+12345678901234567890", None),
        ("++49 711", None),
        ("0000", None),
    ],
)
def test_kept_as_sent(value, country):
    assert phone(value, country) == value


def test_trimmed_when_kept():
    assert phone(" 0711 2842222 ") == "0711 2842222"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (497112842222, "must be text"),
        ("", "must not be blank"),
        ("none", "is not a phone number"),
        ("+", "is not a phone number"),
        ("1" * 51, "is longer than 50 characters"),
        ("0711\n2842222", "contains a line break"),
    ],
)
def test_refused(value, text):
    with pytest.raises(Fault) as caught:
        phone(value, None)
    assert caught.value.text == text


@given(st.text(alphabet="+0123456789 ()-/x٣", max_size=25), st.sampled_from([None, "DE", "US", "IT", "ZZ"]))
def test_a_stored_number_is_stored_again_as_it_is(value, country):
    try:
        number = phone(value, country)
    except Fault:
        return
    assert phone(number, country) == number


def test_digits():
    assert digits("+49 (711) ٣-４x") == "4971134"
    assert digits("none ²") == ""


def test_a_number_in_e164_form_is_kept_digit_for_digit() -> None:
    assert phone("+20010806242") == "+20010806242"
    assert phone("tel:+82021883022", "KR") == "+82021883022"
