"""Ids: they sort by time of creation, and say what they were made of."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.services.ids import decode, encode, new_id, new_id_after
from schema.reference import is_id
from schema.resources import CUSTOMER, RESOURCES

_NUMBERS = st.integers(0, 2**128 - 1)


@given(_NUMBERS)
def test_round_trip(number):
    text = encode(number)
    assert re.fullmatch("[0-7][0-9a-hjkmnp-tv-z]{25}", text)
    assert decode(text) == number


@given(_NUMBERS, _NUMBERS)
def test_texts_sort_as_numbers(one, other):
    assert (encode(one) < encode(other)) == (one < other)


def test_the_example_of_the_typeid_specification():
    assert encode(0x01890A5DAC96774BBCCEB302099A8057) == "01h455vb4pex5vsknk084sn02q"


def test_new_ids_only_grow():
    for resource in RESOURCES:
        ids = [new_id(resource.prefix) for _ in range(5000)]
        assert ids == sorted(set(ids))
        assert all(is_id(one, resource) for one in ids[:10])
        assert decode(ids[0].partition("_")[2]) >> 76 & 0xF == 7


@given(st.integers(0, 2**127))
def test_a_new_id_after_another_is_greater(last):
    before = f"cus_{encode(last)}"
    made = new_id_after(before, "cus")
    assert made > before
    assert is_id(made, CUSTOMER)
