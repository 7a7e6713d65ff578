"""The guides in a real browser: tabs, what is remembered, search, colours, the phone, and life without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.portal.guides import TITLES, guide
from app.portal.search import entries, found

pytestmark = pytest.mark.slow

DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass
class Visit:
    """A browser's pages on the portal, and what they complained of and asked for."""

    address: str
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def open(self, path: str = "/docs") -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(f"{self.address}{path}")
        return page


@pytest.fixture
def visit(portal: httpx.Client, browser: Browser) -> Iterator[Any]:
    """Begins visits; in the end none of them has complained, nor asked anybody else for anything."""
    visits: list[Visit] = []
    address = str(portal.base_url).rstrip("/")

    def begin(**options: Any) -> Visit:
        context = browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
        visits.append(Visit(address, context))
        return visits[-1]

    yield begin
    for one in visits:
        assert one.complaints == []
        assert all(url.startswith(f"{address}/") for url in one.asked)
        one.context.close()


def blocks(page: Page) -> list[str]:
    """The captions of the requests that are seen in the first example with several languages."""
    example = page.locator('.example:has([data-in="python"])').first
    captions = example.locator("figure.request:visible figcaption")
    return [text.partition("\n")[0].partition("Copy")[0].strip() for text in captions.all_inner_texts()]


def test_tabs_switch_every_example_and_are_remembered(visit: Any) -> None:
    seen = visit()
    page = seen.open()
    assert blocks(page) == ["Shell"]
    page.get_by_role("radio", name="Shell").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Python")).to_be_checked()
    assert blocks(page) == ["Python"]
    other = seen.open("/docs/writing")
    assert blocks(other) == ["Python"]
    # What is chosen on one page holds on those that are open.
    other.get_by_text("GraphQL", exact=True).and_(other.locator("label")).click()
    expect(page.get_by_role("radio", name="GraphQL")).to_be_checked()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.language") == "graphql"
    assert blocks(page) == ["GraphQL"]


def test_the_choice_stands_before_the_first_paint(visit: Any) -> None:
    page = visit().open()
    page.evaluate("localStorage.setItem('cube-language', 'javascript'); localStorage.setItem('cube-colours', 'dark')")
    # What comes later is kept away: what is there by then is what is painted first.
    for late in ("docs", "search"):
        page.route(f"**/{late}.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto(page.url, wait_until="commit")
    page.wait_for_selector(".example")
    told = page.evaluate("({...document.documentElement.dataset})")
    assert (told["language"], told["colours"]) == ("javascript", "dark")


def test_a_missing_language_is_told(visit: Any) -> None:
    page = visit().open("/docs/authentication")
    page.get_by_text("Python", exact=True).and_(page.locator("label")).click()
    told = page.locator("figcaption small:visible")
    assert set(told.all_inner_texts()) == {"not in Python"}
    assert told.first.locator("..").inner_text().startswith("Shell")
    page.get_by_text("Shell", exact=True).and_(page.locator("label")).click()
    assert told.count() == 0


def test_what_is_read_stays_where_it_is_when_the_language_changes(visit: Any) -> None:
    page = visit().open("/docs/filtering#search")
    heading = page.locator("#search h2")
    before = heading.bounding_box()
    page.get_by_text("GraphQL", exact=True).and_(page.locator("label")).click()
    after = heading.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 3


def test_examples_are_copied(visit: Any) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"]).open("/docs/quickstart")
    example = page.locator("#look-around figure:visible").first
    example.get_by_role("button", name="Copy").click()
    expect(example.get_by_role("button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == example.locator("code").inner_text()
    assert copied.startswith("curl --get 'https://cube.example/customers' \\\n")


@pytest.mark.parametrize(
    "asked", ["key", "rotate", "if-match", "conceição", "łódź ß İ", "filter json", "nothing of the kind"]
)
def test_both_searches_find_the_same(visit: Any, portal: httpx.Client, asked: str) -> None:
    page = visit().open("/docs/errors")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(asked)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.wait_for_function("document.querySelectorAll('#search-found li').length > 0")
    urls = page.locator("#search-found a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    index = entries(guide(name, "https://cube.example") for name in TITLES)
    assert urls == [entry.url for entry in found(index, asked)]


def test_search_is_walked_by_the_keyboard(visit: Any) -> None:
    page = visit().open()
    page.keyboard.press("/")
    page.keyboard.type("rotate")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    assert page.get_by_role("combobox").get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    target = options.first.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")
    page.keyboard.press("/")
    page.keyboard.type("key")
    expect(options.first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/search?q=key")


def test_colours_are_the_systems_until_the_reader_wants_the_others(visit: Any) -> None:
    seen = visit(color_scheme="light")
    page = seen.open()
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    switch = page.get_by_role("button", name="Dark")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(background) == light
    # That is the system's own again, and so follows it.
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) == dark


def test_three_columns_where_there_is_room(visit: Any) -> None:
    page = visit().open("/docs/customers")
    contents, prose, code = (page.locator(one).first.bounding_box() for one in (".contents", "#fields .prose", ".code"))
    assert contents
    assert prose
    assert code
    assert contents["x"] + contents["width"] <= prose["x"] < prose["x"] + prose["width"] <= code["x"]
    assert code["x"] + code["width"] <= DESKTOP["width"]
    assert abs(prose["y"] - code["y"]) < 60
    expect(page.locator(".folded")).to_be_hidden()


def test_the_section_in_sight_is_marked(visit: Any) -> None:
    page = visit().open("/docs/customers")
    current = page.locator('.contents [aria-current="location"]')
    page.locator(".contents").get_by_role("link", name="Routes").click()
    expect(current).to_have_text("Routes")
    page.evaluate("scrollTo(0, 0)")
    expect(current).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, TABLET], ids=["phone", "tablet"])
def test_no_page_is_wider_than_the_screen(visit: Any, viewport: dict[str, int]) -> None:
    seen = visit(viewport=viewport)
    page = seen.open()
    for name in TITLES:
        page.goto(f"{seen.address}/docs/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], name


def test_on_a_phone_code_follows_its_prose_and_the_contents_are_folded(visit: Any) -> None:
    page = visit(viewport=PHONE).open("/docs/quickstart")
    part = page.locator("#look-around")
    prose, code = part.locator(".prose").bounding_box(), part.locator(".code").bounding_box()
    assert prose
    assert code
    assert code["y"] >= prose["y"] + prose["height"]
    expect(page.locator(".contents")).to_be_hidden()
    link = page.locator(".folded").get_by_role("link", name="Writing")
    expect(link).to_be_hidden()
    page.get_by_text("All guides").click()
    link.click()
    page.wait_for_url("**/docs/writing")


def test_without_scripts_the_tabs_switch_and_search_works(visit: Any) -> None:
    page = visit(java_script_enabled=False).open()
    assert blocks(page) == ["Shell"]
    page.get_by_text("JavaScript", exact=True).and_(page.locator("label")).click()
    assert blocks(page) == ["JavaScript"]
    assert page.get_by_role("button", name="Copy").count() == 0
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
    page.get_by_label("Search the guides").fill("rotate")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Rotate and revoke").click()
    page.wait_for_url("**/docs/authentication#rotate-and-revoke")


def test_the_first_thing_that_the_keyboard_reaches_skips_to_the_text(visit: Any) -> None:
    page = visit().open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs#guide-text")


def test_on_paper_there_is_the_guide_and_nothing_to_press(visit: Any) -> None:
    page = visit().open("/docs/quickstart")
    page.emulate_media(media="print")
    for gone in (".top", ".contents", ".folded", ".languages"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator("#look-around pre:visible").first).to_be_visible()
    assert page.locator(".example button:visible").count() == 0
