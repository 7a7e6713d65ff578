"""Metadata, external ids and tags: limits, merging, canonical text, and every fault at once."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema.values.fault import Fault
from schema.values.maps import canonical, external_ids, key_fault, merge, merge_metadata, metadata, number
from schema.values.tags import tags

NUMBERS = st.integers(-(2**53), 2**53) | st.floats(-(2**53), 2**53)
MAPS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])) | st.booleans() | NUMBERS,
)


def faults_of(normalise, value):
    with pytest.raises(Fault) as caught:
        normalise(value)
    return dict(caught.value.at)


def test_metadata_keeps_text_numbers_and_booleans():
    given_map = {"plan": "pro", "seats": 5, "rate": 0.5, "vip": True, "gone": None, "note": " a\r\nb\t", "none": ""}
    assert metadata(given_map) == {**given_map, "note": " a\nb\t"}


def test_metadata_brings_numbers_to_one_form():
    written = metadata({"a": 1.0, "b": -0.0, "c": 2**53, "d": 1e-7, "e": True})
    assert [(type(value), value) for value in written.values()] == [
        (int, 1),
        (int, 0),
        (int, 2**53),
        (float, 1e-7),
        (bool, True),
    ]
    assert str(written["b"]) == "0"


def test_metadata_reports_every_fault():
    bad = {
        "ok": 1,
        "a.b": 1,
        "c[0]": 1,
        "k" * 41: 1,
        " ": 1,
        "n\0": 1,
        "list": [],
        "map": {},
        "long": "x" * 501,
        "nul": "\0",
        "nan": math.nan,
        "inf": -math.inf,
        "big": 2**53 + 1,
        "huge": 1e300,
        "digits": 10**400,
    }
    assert faults_of(metadata, bad) == {
        '["a.b"]': "must not contain . [ or ]",
        '["c[0]"]': "must not contain . [ or ]",
        f'["{"k" * 40}"]': "is longer than 40 characters",
        '[" "]': "must not be blank",
        '["n\\u0000"]': "contains a control character (U+0000)",
        ".list": "must be text, a number or a boolean",
        ".map": "must be text, a number or a boolean",
        ".long": "is longer than 500 characters",
        ".nul": "contains a control character (U+0000)",
        ".nan": "is not a finite number",
        ".inf": "is not a finite number",
        ".big": "is too large",
        ".huge": "is too large",
        ".digits": "is too large",
    }


def test_metadata_has_fifty_keys_at_most():
    fifty = {f"k{index}": index for index in range(50)}
    assert metadata({**fifty, "gone": None}) == {**fifty, "gone": None}
    assert faults_of(metadata, {**fifty, "more": 1}) == {"": "has more than 50 keys"}
    assert faults_of(metadata, {f"k{index}": None for index in range(101)}) == {"": "has more than 50 keys"}


def test_keys_that_become_one_are_refused():
    assert faults_of(metadata, {"a": 1, " a": 2}) == {".a": "is there twice"}


@pytest.mark.parametrize("value", [None, [], "x", 1, True])
def test_maps_are_objects(value):
    assert faults_of(metadata, value) == {"": "must be an object"}
    assert faults_of(external_ids, value) == {"": "must be an object"}


def test_external_ids_are_text():
    assert external_ids({"erp": " 000123\u3000", "stripe": "1E5", "old": None}) == {
        "erp": "000123",
        "stripe": "1E5",
        "old": None,
    }


def test_external_ids_report_every_fault():
    bad = {"ok": "1", "Stripe": "1", "email": "1", "a.b": "1", "x" * 41: "1", "erp": 123, "b": "", "c": "x" * 256}
    system = "is not a system: begin with a-z, then up to 39 of a-z 0-9 _ -"
    assert faults_of(external_ids, bad) == {
        ".Stripe": system,
        ".email": "is a reserved word, not a system",
        '["a.b"]': system,
        f'["{"x" * 40}"]': system,
        ".erp": "must be text",
        ".b": "must not be blank",
        ".c": "is longer than 255 characters",
    }


def test_a_map_full_of_faults_reports_a_bounded_number():
    assert len(faults_of(external_ids, {f"X{index}": "1" for index in range(1000)})) == 100


def test_merge_sets_keeps_and_removes():
    assert merge({"a": 1, "b": 2}, {"b": None, "c": 3, "d": None}) == {"a": 1, "c": 3}
    assert merge({}, {"a": None}) == {}


def test_merged_metadata_has_fifty_keys_at_most():
    old = {f"k{index}": 1 for index in range(50)}
    assert len(merge_metadata(old, {"new": 1, "k0": None})) == 50
    with pytest.raises(Fault, match=r"^would have more than 50 keys$"):
        merge_metadata(old, {"new": 1})


@given(MAPS)
def test_merging_again_changes_nothing(new):
    merged = merge({"a": 1}, new)
    assert merge(merged, new) == merged


def test_canonical_text():
    assert canonical({"b": 1.0, "a": -0.0, "é": "ü\n", "Z": True, "😀": 0.5, "\uffff": 1}) == (
        '{"Z":true,"a":0,"b":1,"é":"ü\\n","\uffff":1,"😀":0.5}'
    )
    assert canonical(["b", "a"]) == '["b","a"]'
    assert canonical({}) == "{}"
    assert canonical([]) == "[]"


@given(MAPS)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    text = canonical(value)
    assert canonical(dict(reversed(value.items()))) == text
    assert canonical(json.loads(text)) == text
    assert json.loads(text) == orjson.loads(text) == value


@given(NUMBERS)
def test_numbers_are_equal_after_all(value):
    assert number(value) == value
    assert isinstance(number(value), int) == (value == int(value))


def test_key_fault():
    assert key_fault(True, "Any key") is None
    assert key_fault(True, "a.b") == "must not contain . [ or ]"
    assert key_fault(False, "erp") is None
    assert key_fault(False, "id") == "is a reserved word, not a system"


def test_tags_are_trimmed_unique_and_in_order():
    assert tags([" vip", "VIP", "vip ", "a b", "e\u0301"]) == ["vip", "VIP", "a b", "é"]
    assert tags([]) == []
    assert tags(["x"] * 500) == ["x"]


def test_tags_report_every_fault():
    assert faults_of(tags, ["ok", "", 5, "x" * 101, "a\nb", None]) == {
        "[1]": "must not be blank",
        "[2]": "must be text",
        "[3]": "is longer than 100 characters",
        "[4]": "contains a line break",
        "[5]": "must be text",
    }


def test_tags_are_a_list_of_a_hundred_at_most():
    assert faults_of(tags, "vip") == {"": "must be a list of text"}
    assert len(tags([str(index) for index in range(100)])) == 100
    assert faults_of(tags, [str(index) for index in range(101)]) == {"": "has more than 100 tags"}
