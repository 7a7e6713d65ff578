"""W3C trace context, Level 2: which parents are continued, and what is kept of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.middleware.trace import RANDOM, SAMPLED, continued, new_trace, new_trace_text, parse_parent, parse_state

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]")

hex_ = st.integers(0, 15).map("{:x}".format)


def digits(size: int) -> st.SearchStrategy[str]:
    return st.lists(hex_, min_size=size, max_size=size).map("".join).filter(lambda text: text.strip("0"))


@given(digits(32), digits(16), st.integers(0, 255))
def test_a_valid_parent_is_continued(trace_id: str, span_id: str, flags: int) -> None:
    trace = continued([f"00-{trace_id}-{span_id}-{flags:02x}"])
    assert trace.trace_id == trace_id
    assert trace.span_id != span_id
    assert trace.flags == flags & (SAMPLED | RANDOM)
    assert FORM.fullmatch(str(trace))


@given(st.text(max_size=80))
def test_whatever_comes_a_trace_is_well_formed(text: str) -> None:
    assert FORM.fullmatch(str(continued([text], [text])))


@given(st.integers(1, 254), st.text("-0123456789abcdef xyz", max_size=20))
def test_a_later_version_may_go_on_after_a_dash(version: int, rest: str) -> None:
    text = f"{version:02x}-{TRACE}-{SPAN}-01{rest}"
    accepted = not rest.strip(" ") or rest.startswith("-")
    assert (parse_parent([text]) is not None) == accepted


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        [PARENT, PARENT],
        [PARENT.upper()],
        [f"{PARENT}-"],
        [f"{PARENT}0"],
        [PARENT[:-1]],
        [PARENT.replace("-", "_")],
        [f"ff-{TRACE}-{SPAN}-01"],
        [f"00-{'0' * 32}-{SPAN}-01"],
        [f"00-{TRACE}-{'0' * 16}-01"],
        [f"00-{TRACE}-{SPAN}-0g"],
        [f"0-{TRACE}-{SPAN}-01"],
        [f"{PARENT},{PARENT}"],
        [f"\x0b{PARENT}"],
    ],
)
def test_an_invalid_parent_begins_a_new_trace_without_state(lines: list[str]) -> None:
    trace = continued(lines, ["a=1"])
    assert trace.trace_id != TRACE
    assert trace.flags == SAMPLED
    assert trace.state == ()


def test_spaces_and_tabs_around_a_parent_are_trimmed() -> None:
    assert parse_parent([f" \t{PARENT}\t "]) == (TRACE, SAMPLED)


def test_new_traces_differ() -> None:
    assert len({new_trace().trace_id for _ in range(100)}) == 100
    texts = {new_trace_text() for _ in range(100)}
    assert len(texts) == 100
    assert all(FORM.fullmatch(text) and int(text[-2:], 16) == SAMPLED for text in texts)


def test_the_state_is_one_list_and_the_first_of_equal_keys_wins() -> None:
    assert parse_state(["a=1, b=2", "", "a=3,c@d/e=x y"]) == (("a", "1"), ("b", "2"), ("c@d/e", "x y"))


@pytest.mark.parametrize("bad", ["a", "=1", "A=1", "a=", "a=b=c", "a=é", f"{'k' * 257}=1", f"a={'v' * 257}", "a =1"])
def test_a_bad_member_discards_the_state_and_nothing_else(bad: str) -> None:
    trace = continued([PARENT], [f"ok=1,{bad}"])
    assert trace.state == ()
    assert trace.trace_id == TRACE


@given(st.integers(1, 40))
def test_at_most_32_members(count: int) -> None:
    found = parse_state([",".join(f"k{i}=v" for i in range(count))])
    assert len(found) == (count if count <= 32 else 0)
