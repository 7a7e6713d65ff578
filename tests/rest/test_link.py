"""The Link header: the request's own path and parameters, another cursor, and nothing of Host."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.rest.answers import link

ONE = r"<(/[^<>\" ]*)>; rel=\"(next|prev|first)\""


def test_neighbours_and_the_first() -> None:
    found = link(b"/customers", b"limit=2&after=a1&sort=-name", "b2", "c3")
    assert found == (
        '</customers?limit=2&sort=-name&after=b2>; rel="next", '
        '</customers?limit=2&sort=-name&before=c3>; rel="prev", '
        '</customers?limit=2&sort=-name>; rel="first"'
    )


def test_alone() -> None:
    assert link(b"/users/erp:a%2Fb/clients", b"", None, None) == '</users/erp:a%2Fb/clients>; rel="first"'


def test_what_could_end_the_link_is_encoded() -> None:
    assert (
        link(b"/customers", b'status[in]=a>"<b', None, None) == '</customers?status%5Bin%5D=a%3E%22%3Cb>; rel="first"'
    )


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_whatever_was_sent_the_header_is_good(path: bytes, query: bytes) -> None:
    assert re.fullmatch(f"{ONE}, {ONE}", link(b"/" + path, query, "aa", None))
