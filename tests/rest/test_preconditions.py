"""Entity tags: the version, and what the conditional headers make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rest.preconditions import conditions, create_only, if_match, not_modified
from schema.change import Precondition, etag
from schema.problem import Problem

versions = st.integers(1, 10**17)
tags = st.one_of(
    versions.map(lambda v: f'"{v}"'),
    versions.map(lambda v: f'W/"{v}"'),
    st.sampled_from(['"abc"', '""', 'W/"x"', '"03"', '"a,b"', '"1.5"']),
)


@given(st.lists(tags, min_size=1, max_size=5), versions)
def test_if_match_is_strong_and_if_none_match_weak(found: list[str], version: int) -> None:
    header = " ,\t".join(found)
    precondition = if_match(header)
    assert precondition is not None
    assert precondition.versions is not None
    assert (version in precondition.versions) == (f'"{version}"' in found)
    assert not_modified(header, version) == (f'"{version}"' in found or f'W/"{version}"' in found)


def test_the_star() -> None:
    assert if_match(" * ") == Precondition(None)
    assert not_modified("*", 7)
    assert create_only("*")


def test_no_header() -> None:
    assert if_match(None) is None
    assert not not_modified(None, 7)
    assert not create_only(None)


@pytest.mark.parametrize("bad", ["3", "abc", '"3', "'3'", '"3" "4"', '*, "3"', "W/3", "", 'w/"3"'])
def test_what_is_no_tag_is_said(bad: str) -> None:
    for read in (if_match, lambda header: not_modified(header, 3)):
        with pytest.raises(Problem) as found:
            read(bad)
        assert found.value.code == "validation_failed"


def test_create_only_takes_nothing_but_the_star() -> None:
    with pytest.raises(Problem):
        create_only('"3"')


def test_a_failed_precondition_tells_the_current_tag() -> None:
    assert fits('"3", "4"', None, 4)
    assert fits("*", None, 4)
    weak = if_match('W/"4"')
    assert weak is not None
    with pytest.raises(Problem) as found:
        weak.hold(4)
    assert found.value.status == 412
    assert found.value.headers["Etag"] == etag(4)


def fits(match: str | None, none_match: str | None, version: int) -> bool:
    """Whether a record in this version may be changed under these headers."""
    asked = conditions(match, none_match)
    try:
        if asked is not None:
            asked.hold(version)
    except Problem:
        return False
    return True


@given(st.none() | st.lists(tags, min_size=1).map(", ".join), st.none() | st.lists(tags, min_size=1).map(", ".join))
def test_a_write_asks_both_headers(match: str | None, none_match: str | None) -> None:
    """If-Match compares strongly, If-None-Match weakly; both must allow it (RFC 9110, 13.2.2)."""
    for version in (1, 3, 10**16):
        strong = match is None or f'"{version}"' in match.split(", ")
        weak = none_match is not None and bool({f'"{version}"', f'W/"{version}"'} & set(none_match.split(", ")))
        assert fits(match, none_match, version) == (strong and not weak)
    assert not fits(match, "*", 1)
    assert fits("*", None, 1)
