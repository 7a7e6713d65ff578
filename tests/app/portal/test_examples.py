"""Examples: which blocks make one group, what a reader of each language sees of it, and the request that it is."""

import pytest

from app.portal.curl import Request, request_of
from app.portal.examples import LANGUAGES, Block, Example, grouped
from app.portal.guides import TITLES, guide
from app.portal.markdown import code_html, parsed, sections


def blocks(*languages: str) -> list[Block]:
    return [Block(language, f"{i} {language}\n", i) for i, language in enumerate(languages)]


def shown(example: Example, language: str) -> list[int]:
    """The lines of the blocks that are there under a tab."""
    return [one.block.line for one in example.shown if language in one.languages]


def test_a_language_that_comes_again_begins_another_group():
    found = grouped(blocks("shell", "python", "json", "graphql", "json", "shell", "json"))
    assert [len(one.blocks) for one in found] == [5, 2]


def test_an_answer_stands_with_the_languages_before_it():
    (example,) = grouped(blocks("shell", "python", "javascript", "json", "graphql", "json"))
    assert {language: shown(example, language) for language in LANGUAGES} == {
        "shell": [0, 3],
        "python": [1, 3],
        "javascript": [2, 3],
        "graphql": [4, 5],
    }
    assert [one.is_answer for one in example.shown] == [False, False, False, True, False, True]
    assert not any(one.instead_of for one in example.shown)


def test_an_answer_to_graphql_is_no_answer_to_rest():
    (example,) = grouped(blocks("shell", "graphql", "json"))
    assert (shown(example, "shell"), shown(example, "graphql")) == ([0], [1, 2])


def test_where_a_language_is_missing_shell_stands_and_says_so():
    (example,) = grouped(blocks("shell", "python", "json"))
    assert shown(example, "graphql") == shown(example, "javascript") == [0, 2]
    assert example.shown[0].instead_of == ("javascript", "graphql")


def test_what_there_is_stands_where_shell_is_missing_too():
    (example,) = grouped(blocks("graphql"))
    assert all(shown(example, language) == [0] for language in LANGUAGES)


def test_a_sample_without_a_request_is_always_there():
    (example,) = grouped(blocks("json"))
    assert all(shown(example, language) == [0] for language in LANGUAGES)
    assert (example.request, example.document, example.answers) == (None, None, {})


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        (
            "curl 'http://x.example:8000/customers?q=a' \\\n  --header \"Authorization: Bearer $CUBE_KEY\"",
            Request("GET", "/customers?q=a"),
        ),
        (
            "# Answers 400\ncurl --get 'http://x.example/customers' --data-urlencode 'tags[has]=a b'",
            Request("GET", "/customers?tags[has]=a%20b", has_key=False),
        ),
        (
            "curl 'http://x.example/me' --json '{\n  \"a\": 1\n}'",
            Request("POST", "/me", '{\n  "a": 1\n}', has_key=False),
        ),
        (
            "curl --request PATCH 'http://x.example/me' --header 'If-Match: \"4\"' --json '{}'",
            Request("PATCH", "/me", "{}", (("If-Match", '"4"'),), has_key=False),
        ),
        ("curl --globoff 'http://x.example/customers?a[b]=c'", Request("GET", "/customers?a[b]=c", has_key=False)),
        ("cube keys list", None),
        ("curl 'http://x.example/a'\ncurl 'http://x.example/b'", None),
    ],
)
def test_the_request_of_a_curl_command(text: str, request_: Request | None):
    assert request_of(text) == request_


def test_prose_stands_beside_the_examples_that_follow_it():
    (first, second) = sections(
        parsed("# A\n\none\n\n## B\n\n```shell\nb\n```\n\ntwo\n\n```json\n1\n```\n\nthree\n\n### C\n\nfour\n")
    )
    assert (first.anchor, [len(part.examples) for part in first.parts]) == ("a", [0])
    # What follows a bare heading's example stands beside it.
    assert [(part.anchor, len(part.examples)) for part in second.parts] == [("b", 2), ("", 0), ("c", 0)]
    assert "two" in second.parts[0].prose
    assert "three" in second.parts[1].prose


def test_what_an_answer_leaves_out_is_three_dots():
    html = code_html(Block("json", '{"a": 1, "…": "…", "b": [1, "…"], "c": "…"}'))
    assert html.count("…") == 3
    assert '"…"' in html


@pytest.mark.parametrize("name", TITLES)
def test_each_request_of_a_guide_is_known_to_its_page(name: str):
    """What lets a page run its examples: method, path and body, or the document."""
    examples = guide(name, "http://cube.example").examples
    found = [one for one in examples if "python" in one.asked and "cube-api " not in one.asked["shell"].text]
    assert all(one.request and one.request.path.startswith("/") for one in found)
    assert all(one.document for one in found if "graphql" in one.asked)
