"""The explorer in a real browser: it renders under its policy, asks nobody but Cube, and handles the key as it says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.app.portal.serving import KEY, serving

pytestmark = pytest.mark.slow


@dataclass
class Explorer:
    """The opened page and what it did: the addresses it asked for, what it posted, and what it complained of."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def enter_key(self, key: str) -> None:
        self.page.get_by_label("API key", exact=True).fill(key)
        self.page.get_by_role("button", name="Use key").click()

    def saw(self, request: Request) -> None:
        self.asked.append(request.url)
        if request.method == "POST":
            self.keys.append(request.headers.get("authorization"))

    def heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture
def explorer(browser: Browser) -> Iterator[Explorer]:
    with serving() as address:
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        opened = Explorer(page, address)
        page.on("request", opened.saw)
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", opened.heard)
        page.goto(f"{address}/graphql")
        page.wait_for_selector(".monaco-editor .view-line")
        yield opened
        page.close()


def test_without_a_key_it_says_where_to_get_one_and_asks_nothing(explorer: Explorer):
    link = explorer.page.get_by_role("link", name="Where to get one")
    assert link.evaluate("a => a.pathname") == "/docs/authentication"
    explorer.page.get_by_role("button", name="Execute query").click()
    explorer.page.get_by_text("Enter an API key above first").wait_for()
    assert explorer.keys == []
    assert explorer.complaints == []


def test_with_a_key_it_fetches_the_schema_and_runs_the_first_query(explorer: Explorer):
    explorer.enter_key(KEY)
    explorer.page.get_by_role("button", name="GraphiQL Explorer").click()
    explorer.page.get_by_text("totalCount").first.wait_for()
    explorer.page.get_by_role("button", name="Execute query").click()
    explorer.page.get_by_text("cost 10 of at most 10000 rows").wait_for()
    explorer.page.get_by_text("Ødegård").wait_for()
    assert explorer.keys == [f"Bearer {KEY}"] * 2
    assert all(url.startswith((f"{explorer.address}/", "data:font/")) for url in explorer.asked)
    assert explorer.complaints == []


def test_a_refused_key_is_said_and_the_next_one_fetches_the_schema(explorer: Explorer):
    explorer.enter_key("cube_wrong")
    explorer.page.get_by_text("The API key is not valid.").first.wait_for()
    explorer.enter_key(KEY)
    explorer.page.get_by_text("Kept in this tab only").wait_for()
    explorer.page.get_by_role("button", name="GraphiQL Explorer").click()
    explorer.page.get_by_text("totalCount").first.wait_for()
    assert explorer.keys == ["Bearer cube_wrong", f"Bearer {KEY}"]


def test_the_key_stays_in_the_tab(explorer: Explorer):
    explorer.enter_key(KEY)
    explorer.page.reload()
    explorer.page.get_by_text("Kept in this tab only").wait_for()
    assert KEY not in explorer.page.evaluate("JSON.stringify(localStorage) + document.cookie + location.href")
    other = explorer.page.context.new_page()
    other.goto(f"{explorer.address}/graphql")
    other.get_by_text("Every request needs a key").wait_for()
