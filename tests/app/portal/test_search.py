"""Search over the guides: what it finds and in which order, and the page and the index that it is served by."""

import httpx
import pytest

from app.portal.guides import TITLES, guide
from app.portal.search import MOST_FOUND, Entry, entries, found

INDEX = (
    Entry("/docs/a#a", "Keys", "Keys", "All about them."),
    Entry("/docs/a#b", "Keys", "Rotate", "A key gets a new secret. The key lives on."),
    Entry("/docs/c#c", "Café", "Conceição", "If-Match"),
)


@pytest.mark.parametrize(
    ("asked", "urls"),
    [
        ("key", ["/docs/a#a", "/docs/a#b"]),
        ("KEY secret", ["/docs/a#b"]),
        ("conceicao", ["/docs/c#c"]),
        ("cafe match", ["/docs/c#c"]),
        ("rotate nothing", []),
        ("", []),
        ("  ", []),
    ],
)
def test_all_words_are_there_and_titles_come_first(asked: str, urls: list[str]):
    assert [entry.url for entry in found(INDEX, asked)] == urls


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        ("get a key", "/docs/authentication#get-a-key"),
        ("already_exists", "/docs/errors#already_exists"),
        ("if-match", "/docs/writing#two-writers"),
        ("nextCursor", "/docs/filtering#pages"),
        ("upsertCustomer", "/docs/writing#create-or-change"),
        ("CUBE_REDIS_URL", "/docs/operations#settings"),
        ("rest explorer", "/docs/explorer"),
        ("graphiql", "/graphql"),
    ],
)
def test_what_people_look_for_is_among_the_first_five(asked: str, url: str):
    index = entries(guide(name, "http://cube.example") for name in TITLES)
    assert url in [entry.url for entry in found(index, asked)[:5]]


def test_page_of_what_is_found(portal: httpx.Client):
    answer = portal.get("/docs/search", params={"q": "rotate"})
    assert answer.status_code == 200
    assert 'href="/docs/authentication#rotate-and-revoke"' in answer.text
    assert answer.text.count('<li><a href="/docs/') > 1
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'aria-current="page"' not in answer.text


def test_page_of_nothing_found(portal: httpx.Client):
    assert "Nothing in the guides" in portal.get("/docs/search?q=xylophone").text
    assert "Write words" in portal.get("/docs/search").text


def test_what_is_asked_for_is_shown_as_text(portal: httpx.Client):
    text = portal.get("/docs/search", params={"q": "<script>alert(1)</script>" + "x" * 1000}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert "x" * 201 not in text


def test_index_is_served_once_and_kept(portal: httpx.Client):
    answer = portal.get("/docs/search.json")
    index = answer.json()
    guides = {f"/docs/{name}" for name in TITLES}
    assert {entry["url"].partition("#")[0] for entry in index} == guides | {"/docs/explorer", "/graphql"}
    assert list(index[0]) == ["url", "guide", "title", "text"]
    assert len(answer.content) < 300_000
    assert portal.get("/docs/search.json", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_no_more_is_shown_than_is_read(portal: httpx.Client):
    index = [Entry("/docs/a#a", "a", "a", "a")] * (MOST_FOUND + 1)
    assert len(found(index, "a")) == MOST_FOUND
