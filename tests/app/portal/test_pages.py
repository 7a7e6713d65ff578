"""The pages: each guide is sound HTML whose links lead somewhere, and each answer carries its policy."""

import re
from html import unescape
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import urljoin

import httpx
import pytest

from app.portal.guides import DIRECTORY, TITLES, source
from app.portal.page import POLICY
from app.portal.pages import base_url
from schema.problem import PROBLEMS, PUBLIC_CODES

EMPTY = {"meta", "link", "img", "br", "hr", "input"}
ELSEWHERE = {"/graphql", "/docs/explorer", "/openapi.json", "https://httpwg.org/specs/rfc9110.html"}
RESOURCE_ATTRIBUTES = {("link", "href"), ("img", "src"), ("script", "src")}


class Page(HTMLParser):
    """What a test wants to know of a page: its ids, its links, what it loads, and whether its elements nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if (tag, name) == ("a", "href"):
                self.links.append(value or "")
            if (tag, name) in RESOURCE_ATTRIBUTES:
                self.loads.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def test_each_guide_is_in_the_navigation_and_each_title_has_its_guide():
    assert {path.stem for path in DIRECTORY.glob("*.md")} == set(TITLES)


@pytest.mark.parametrize("name", TITLES)
def test_guide_is_sound_html_that_needs_nothing_from_elsewhere(portal: httpx.Client, name: str):
    answer = portal.get(f"/docs/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.loads
    assert all(url.startswith("/docs/static/") for url in page.loads)
    assert not {name for name in page.attributes if name == "style" or name.startswith("on")}
    assert "{{" not in answer.text
    assert all(portal.get(url).status_code == 200 for url in page.loads)


@pytest.mark.parametrize("name", TITLES)
def test_links_of_guide_lead_to_a_page_and_a_heading(portal: httpx.Client, name: str):
    ids = {other: set(Page(portal.get(f"/docs/{other}").text).ids) for other in TITLES}
    for link in Page(portal.get(f"/docs/{name}").text).links:
        path, _, anchor = link.partition("#")
        if path in ELSEWHERE:
            continue
        page = path.removeprefix("/docs").removeprefix("/") or ("overview" if path else name)
        assert page in ids, link
        assert not anchor or anchor in ids[page], link


def test_first_page_is_light(portal: httpx.Client):
    """All that a browser loads for it, before compression; the index of the search comes with the first search."""
    page = portal.get("/docs", headers={"Accept-Encoding": "identity"})
    loads = Page(page.text).loads
    assert all("immutable" in portal.head(url).headers["cache-control"] for url in loads)
    loaded: dict[str, httpx.Response] = {}
    while loads:
        url = loads.pop()
        loaded[url] = portal.get(url, headers={"Accept-Encoding": "identity"})
        imported = [urljoin(url, name) for name in re.findall(r"from '(\..+?)';", loaded[url].text)]
        loads += [other for other in imported if other not in loaded]
    assert "/docs/static/element.js" in loaded
    assert sum(len(one.content) for one in [page, *loaded.values()]) < 300_000


@pytest.mark.parametrize("name", TITLES)
def test_every_heading_of_a_guide_can_be_linked_to(portal: httpx.Client, name: str):
    page = Page(portal.get(f"/docs/{name}").text)
    for line in re.findall(r"^##+ (?!.*\{\{)(.+)$", re.sub(r"(?s)```.*?```", "", source(name)), re.MULTILINE):
        assert re.sub(r"[^a-z0-9_]+", "-", line.replace("`", "").lower()).strip("-") in page.ids


def test_each_code_has_its_place_where_the_type_of_a_problem_leads(portal: httpx.Client):
    ids = Page(portal.get("/docs/errors").text).ids
    assert {PUBLIC_CODES.get(code, code) for code in PROBLEMS} <= set(ids)


def test_docs_opens_with_the_overview(portal: httpx.Client):
    assert portal.get("/docs").text == portal.get("/docs/overview").text


@pytest.mark.parametrize(
    "path", ["/docs/nothing", "/docs/search.txt", "/docs/overview.md", "/docs/..%2Fpages", "/docs/_template"]
)
def test_unknown_page_is_404(portal: httpx.Client, path: str):
    assert portal.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/docs/errors", "/docs/static/docs.css", "/graphql", "/"])
def test_answers_carry_the_safety_headers(portal: httpx.Client, path: str):
    answer = portal.get(path, headers={"Accept": "text/html"})
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_policies(portal: httpx.Client):
    guide = portal.get("/docs").headers["content-security-policy"]
    explorer = portal.get("/graphql", headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert "default-src 'none'" in guide
    assert "unsafe" not in guide
    assert "script-src 'self';" in guide
    assert "script-src 'self';" in explorer
    assert "connect-src 'self';" in explorer
    assert "http" not in guide + explorer
    assert "frame-ancestors 'none'" in guide
    assert "frame-ancestors 'none'" in explorer


def test_unchanged_page_is_304(portal: httpx.Client):
    etag = portal.get("/docs").headers["etag"]
    answer = portal.get("/docs", headers={"If-None-Match": f'"other", {etag}'})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


def test_examples_show_the_address_of_the_settings(portal: httpx.Client):
    assert "https://cube.example/customers" in portal.get("/docs").text


@pytest.mark.parametrize(
    ("given", "host", "shown"),
    [
        ("https://api.example.org/", "::", "https://api.example.org"),
        (None, "0.0.0.0", "http://127.0.0.1:8000"),
        (None, "::1", "http://[::1]:8000"),
        (None, "cube.lan", "http://cube.lan:8000"),
    ],
)
def test_base_url(given: str | None, host: str, shown: str):
    assert base_url(SimpleNamespace(base_url=given, host=host, port=8000)) == shown  # type: ignore[arg-type]


def test_front_door_sends_browsers_to_the_guides(portal: httpx.Client):
    answer = portal.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/docs")


def test_front_door_tells_programs_where_everything_is(portal: httpx.Client):
    body = portal.get("/").json()
    assert list(body) == ["name", "version", "links"]
    assert body["links"]["customers"] == "/customers"
    assert body["links"]["apiKeys"] == "/api-keys"
    assert portal.get("/").headers["vary"] == "Accept"


def test_explorer_of_rest_is_sound_html_and_says_without_scripts_where_the_document_is(portal: httpx.Client):
    answer = portal.get("/docs/explorer")
    assert (answer.status_code, answer.headers["content-security-policy"]) == (200, POLICY)
    page = Page(answer.text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert all(portal.get(url).status_code == 200 for url in page.loads)
    without = re.findall(r"(?s)<noscript>(.*)</noscript>", answer.text)
    assert 'This page needs JavaScript. <a href="/openapi.json">' in without[0]
    assert '<a href="/docs/explorer">REST explorer</a>' in portal.get("/docs/errors").text


def test_explorer_page_loads_only_files_that_are_served(portal: httpx.Client):
    answer = portal.get("/graphql", headers={"Accept": "text/html"})
    page = Page(answer.text)
    assert len(page.loads) >= 3
    assert all(portal.get(f"/{url}").status_code == 200 for url in page.loads)
    assert "Accept" in answer.headers["vary"]


def test_an_example_tells_the_page_what_it_asks(portal: httpx.Client):
    """What a script needs to run it: method, path, body and headers of REST, the document of GraphQL."""
    tags = re.findall(r'<div class="example"[^>]*>', portal.get("/docs/writing").text)
    (asked,) = [unescape(tag) for tag in tags if "Head of Purchasing" in tag]
    assert 'data-method="PATCH" data-path="/customers/email:ana@lima.example"' in asked
    assert 'data-body="{"title": "Head of Purchasing"}"' in asked
    assert 'data-headers="{"If-Match": "\\"4\\""}"' in asked
    assert 'data-document="mutation {' in asked
