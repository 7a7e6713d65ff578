"""GraphiQL in a real browser: it renders under its policy, asks nobody but Cube, and handles the key as it says."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from app.portal.curl import request_of
from tests.app.portal.in_browser import make_key
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

    def panel(self, name: str) -> Locator:
        """One of the panels, opened if it is not."""
        button = self.page.get_by_role("button", name=f"Show {name}", exact=True)
        if button.count():
            button.click()
        return self.page.get_by_role("region", name=name, exact=True)

    def choose(self, guide: str, title: str) -> None:
        """An example of the menu, by the keyboard alone."""
        menu = self.panel("Examples")
        summary = menu.locator("summary", has_text=guide)
        summary.focus()
        if not summary.evaluate("summary => summary.parentElement.open"):
            summary.press("Enter")
        button = menu.get_by_role("button", name=title, exact=True)
        button.focus()
        button.press("Enter")
        menu.get_by_text(f"{title} is open").wait_for()

    @property
    def query(self) -> str:
        """What stands in the editor."""
        lines = self.page.locator(".graphiql-query-editor .view-line").all_inner_texts()
        return "\n".join(lines).replace("\xa0", " ")

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
        permissions = ["clipboard-read", "clipboard-write"]
        page = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=permissions).new_page()
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


def test_an_example_opens_without_a_key_and_runs_with_one(explorer: Explorer):
    explorer.choose("Overview", "Authentication: customers")
    expect(explorer.page.get_by_role("tab")).to_have_count(1)
    assert "customers(first: 1) { nodes { name } }" in explorer.query
    assert explorer.keys == []
    explorer.enter_key(KEY)
    explorer.page.get_by_role("button", name="Execute query").click()
    explorer.page.get_by_text("Ødegård").wait_for()
    assert explorer.complaints == []


def test_an_example_leaves_a_query_of_ones_own_where_it_is(explorer: Explorer):
    explorer.choose("Overview", "References: customer")
    explorer.choose("Filtering", "Counts: customerStats")
    expect(explorer.page.get_by_role("tab")).to_have_count(1)
    explorer.page.locator(".graphiql-query-editor .view-lines").click()
    explorer.page.keyboard.type("# mine ")
    explorer.choose("Overview", "References: customer")
    expect(explorer.page.get_by_role("tab")).to_have_count(2)
    explorer.page.get_by_text("in a new tab").wait_for()
    explorer.page.get_by_role("tab").first.click()
    expect(explorer.page.locator(".graphiql-query-editor")).to_contain_text("mine")


def test_a_closed_menu_stays_closed(explorer: Explorer):
    explorer.page.get_by_role("button", name="Hide Examples").click()
    explorer.page.reload()
    explorer.page.get_by_role("button", name="Show Examples").wait_for()


def test_the_query_has_its_twin_beside_it(explorer: Explorer):
    twin = explorer.panel("REST")
    first = twin.get_by_role("group", name="1. customers as curl")
    expect(first).to_contain_text(f"curl --get '{explorer.address}/customers'")
    explorer.choose("Clients", "Its customers: clients")
    twin = explorer.panel("REST")
    first = twin.get_by_role("group", name="1. clients as curl")
    expect(first).to_contain_text(f"'{explorer.address}/clients?sort=name&limit=20&fields=name,id'")
    second = twin.get_by_role("group", name="2. customers as curl")
    expect(second).to_contain_text(f'"{explorer.address}/clients/$CLIENT_ID/customers"')
    twin.get_by_role("button", name="Copy 2. customers").click()
    twin.get_by_text("Copied.").wait_for()
    assert explorer.page.evaluate("navigator.clipboard.readText()") == second.inner_text()
    assert explorer.complaints == []


def test_the_twin_follows_what_is_written(explorer: Explorer):
    twin = explorer.panel("REST")
    editor = explorer.page.locator(".graphiql-query-editor .view-lines")
    editor.click()
    explorer.page.keyboard.press("Control+a")
    explorer.page.keyboard.type("query ")
    twin.get_by_text("Syntax Error").wait_for()
    explorer.page.keyboard.type("{ me { name } }")
    expect(twin.get_by_role("group", name="1. me as curl")).to_contain_text(f"curl '{explorer.address}/me'")


def test_from_a_key_to_an_example_and_its_twin(address: str, browser: Browser):
    """Against the whole app: a guide's example, opened by its link, runs, and its twin gives the same."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    secret = make_key(page, address)
    page.goto(f"{address}/docs/quickstart")
    page.get_by_label("GraphQL", exact=True).first.check(force=True)
    page.get_by_role("link", name="Open in GraphiQL").first.click()
    page.wait_for_selector(".monaco-editor .view-line")
    page.get_by_label("API key", exact=True).fill(secret)
    page.get_by_role("button", name="Use key").click()
    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text("From a browser")
    page.get_by_role("button", name="Show REST", exact=True).click()
    command = page.get_by_role("group", name="1. me as curl").inner_text()
    request = request_of(command)
    assert request
    answer = httpx.request(request.method, address + request.path, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["name"] == "From a browser"
