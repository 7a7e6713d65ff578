"""Paths: split before they are decoded, and matched segment by segment."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.middleware.router import allow, split


@pytest.mark.parametrize(
    ("raw", "segments"),
    [
        (b"/customers/erp:a%2Fb", ("customers", "erp:a/b")),
        (b"/customers/email:jos%C3%A9@x.io", ("customers", "email:josé@x.io")),
        (b"/customers/", ("customers", "")),
        (b"//customers", ("", "customers")),
        (b"/", ("",)),
        (b"/a%252Fb", ("a%2Fb",)),
        (b"/a+b", ("a+b",)),
        (b"http://other.test/me", ("me",)),
        (b"HTTPS://other.test:1/me", ("me",)),
    ],
)
def test_segments(raw: bytes, segments: tuple[str, ...]) -> None:
    assert split(raw) == segments


@pytest.mark.parametrize(
    "raw", [b"/a%", b"/a%2", b"/a%zz", b"/%ff", b"/%00", b"/\xff", b"*", b"", b"ftp://x/y", b"/%c3%28"]
)
def test_what_can_t_be_decoded_is_no_path(raw: bytes) -> None:
    assert split(raw) is None


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_every_text_can_be_a_segment(texts: list[str]) -> None:
    raw = "".join(f"/{quote(text, safe='')}" for text in texts).encode()
    assert split(raw) == tuple(texts)


def test_allow_names_what_the_router_answers_itself() -> None:
    assert allow(("GET", "POST")) == "GET, HEAD, POST, OPTIONS"
    assert allow(("POST",)) == "POST, OPTIONS"
