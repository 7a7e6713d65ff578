"""What an Accept header allows, and which Content-Type is good."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.middleware.media import accepted, content_type, prefers_problem, takes_json, weight


@pytest.mark.parametrize(
    "accept",
    [
        None,
        "",
        "*/*",
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/*",
        "text/html, */*;q=0.1",
        "image/png, application/json;q=0.5",
        "application/problem+json",
        "application/json;q=1.0, */*;q=0",
    ],
)
def test_json_may_be_sent(accept: str | None) -> None:
    assert takes_json(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "image/png",
        "application/jsonx",
        "xapplication/json",
        "application/json;q=0",
        "*/*;q=0",
        "*/*, application/json;q=0",
        "text/*",
        "application/json;q=nonsense",
    ],
)
def test_json_may_not_be_sent(accept: str) -> None:
    assert not takes_json(accept)


@pytest.mark.parametrize(
    ("accept", "preferred"),
    [
        (None, False),
        ("*/*", False),
        ("application/*", False),
        ("application/problem+json", True),
        ("application/problem+json, */*", True),
        ("application/problem+json, application/json", False),
        ("application/problem+json, application/json;q=0.9", True),
        ("application/problem+json;q=0.5, application/json", False),
        ("application/problem+json;q=0", False),
    ],
)
def test_the_form_of_problems(accept: str | None, preferred: bool) -> None:
    assert prefers_problem(accept) is preferred


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("application/json", "application/json"),
        ("application/json; charset=UTF-8", "application/json"),
        ('Application/Json;charset="utf-8"', "application/json"),
        ("application/json;", "application/json"),
        ("application/json; charset=latin-1", None),
        ("application/json; charset=utf-16", None),
        ("application/json; profile=x", None),
        ("xapplication/jsonx", "xapplication/jsonx"),
        (None, None),
    ],
)
def test_content_types(value: str | None, type_: str | None) -> None:
    assert content_type(value) == type_


@given(st.text(max_size=60))
def test_no_header_breaks_it(text: str) -> None:
    assert 0 <= weight("application/json", accepted(text)) <= 1
    assert content_type(text) is None or isinstance(content_type(text), str)
