"""Strict JSON: the quick way and the strict way read the same, whatever the text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schema.json_text import MAX_DEPTH, _strictly, strict_json
from schema.values.fault import Fault


def told(way: Any, raw: bytes) -> str:
    """A value with its types and the order of its members, or the words of its fault."""
    try:
        return repr(way(raw))
    except Fault as fault:
        return f"fault: {fault.text}"


texts = st.text(alphabet=st.sampled_from('a:"\\{}[],é\U0001f600\n\ud800\x00 ')) | st.text(max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values, st.booleans(), st.sampled_from([(",", ":"), (", ", " : ")]))
def test_what_python_writes_is_read_the_same_both_ways(value: Any, ascii_only: bool, marks: tuple[str, str]) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only, separators=marks).encode("utf-8", "surrogatepass")
    assert told(strict_json, raw) == told(_strictly, raw)


pieces = st.sampled_from(
    [
        *(b"{", b"}", b"[", b"]", b",", b":", b'"a":', b'"a" :', b'"b:":', b'"a"', b'":"', b'"\\u003a"', b'"\\u003A":'),
        *(b"1", b"-0", b"-0.0", b"1e400", b"-1e400", b"1E5", b"NaN", b"Infinity", b"null", b"true", b" ", b"\n", b"01"),
        *(b"18446744073709551615", b"18446744073709551616", b"-9223372036854775809", b"1" * 30),
        *(b"\xef\xbb\xbf", b'"\\ud800"', b"\xff"),
    ]
)


@given(st.lists(pieces, max_size=12).map(b"".join))
@example(b'{"a":"\\u003a","a":1}')
@example(b'{"a":1,"a":"\\u003A"}')
@example(b'{"a" :1,"a":2}')
@example(b'{"a:":1,"a":":","a":2}')
@example(b'[{"a":1,"a":1},{"b":":"}]')
@example(b'{"a":{"a":1},"a":{"b":1,"c":2}}')
@example(b'{"\\u0061":1,"a":2}')
@example(b"1e400")
@example(b" -1E400")
def test_any_text_is_read_the_same_both_ways(raw: bytes) -> None:
    assert told(strict_json, raw) == told(_strictly, raw)


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["1", '":"', '"a:b"', "{}", '{"a":1,"a":2}'])), max_size=4
    )
)
def test_a_repeated_member_is_refused(members: list[tuple[str, str]]) -> None:
    raw = ("{" + ",".join(f'"{name}":{value}' for name, value in members) + "}").encode()
    names = [name for name, _ in members]
    repeated = len(set(names)) < len(names) or any(',"a"' in value for _, value in members)
    assert told(strict_json, raw).startswith("fault: the member") is repeated


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_the_depth_is_bounded_to_the_same_level(opening: str) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    for depth, fine in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False), (5_000, False)):
        raw = (opening * depth + "1" + closing * depth).encode()
        assert told(strict_json, raw) == told(_strictly, raw)
        assert told(strict_json, raw).startswith("fault") is not fine
