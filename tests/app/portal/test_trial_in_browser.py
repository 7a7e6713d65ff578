"""Examples run in the page by whoever is signed in, in a real browser: what is sent, what is shown, what is kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from app.portal.guides import TITLES
from tests.app.portal.in_browser import Watched, make_key, rows, signed_in

pytestmark = pytest.mark.slow

# Runs every example that is seen with a language, one after another, and tells their statuses.
RUN_ALL = """async (language) => {
  document.getElementById(`tab-${language}`)?.click();
  const found = [];
  for (const button of document.querySelectorAll('button.try')) {
    if (!button.checkVisibility()) continue;
    button.click();
    const panel = document.querySelector('.trial');
    const status = panel.querySelector('.status');
    const told = () => panel.querySelector('form') ? status.textContent.includes(' ms') : true;
    while (!told()) await new Promise((done) => setTimeout(done, 5));
    found.push(panel.querySelector('form') ? status.textContent.slice(0, 3) : 'not offered');
    button.click();
  }
  return found;
}"""
FIRST_RECORD = "/docs/quickstart#your-first-record"


def tried(page: Page, anchor: str, language: str = "Shell") -> Locator:
    """The panel of the first example of a part, run in a language, with its answer."""
    page.locator("label").get_by_text(language, exact=True).click()
    part = page.locator(f"#{anchor}")
    part.get_by_role("button", name=f"Try it ({language})").first.click()
    panel = part.get_by_role("group", name="Try it", exact=True).filter(visible=True)
    expect(panel.get_by_role("status")).to_contain_text(" ms")
    return panel


def body(panel: Locator) -> Any:
    return json.loads(panel.get_by_label("Body of the answer").inner_text())


def test_a_read_is_answered_in_the_page_as_it_is_elsewhere(address: str, opened: Watched) -> None:
    page = opened.page
    secret = make_key(page, address)
    page.goto(f"{address}/docs/overview")
    bearer = {"Authorization": f"Bearer {secret}"}
    panel = tried(page, "authentication")
    expect(panel.get_by_role("status")).to_contain_text("200 OK in ")
    path = panel.get_by_label("GET, path").input_value()
    assert body(panel) == httpx.get(f"{address}{path}", headers=bearer).json()
    assert body(panel)["data"] == [{"name": "Raí Araújo"}]
    expect(panel).to_contain_text("Trace")
    expect(panel.get_by_text("total")).to_contain_text(" ms")
    panel.get_by_text("Headers").click()
    expect(panel.get_by_text('"requests";r=').first).to_be_visible()
    panel = tried(page, "authentication", "GraphQL")
    query = {"query": panel.get_by_label("Document").input_value()}
    assert body(panel)["data"] == httpx.post(f"{address}/graphql", json=query, headers=bearer).json()["data"]
    expect(panel).to_contain_text("1 of at most 10000 rows")
    panel.get_by_role("button", name="Copy of the answer").click()
    assert json.loads(page.evaluate("navigator.clipboard.readText()")) == body(panel)


def test_a_write_is_a_dry_run_whatever_the_reader_makes_of_it(address: str, file: Path, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    before = rows(file)
    page.goto(f"{address}{FIRST_RECORD}")
    for language, field in (("Shell", "POST, path"), ("GraphQL", "Document")):
        panel = tried(page, "your-first-record", language)
        # The client of the example is not there, which is said as it would be of the write itself.
        assert "clientId" in json.dumps(body(panel))
        expect(panel).to_contain_text("goes as a dry run")
        said = panel.get_by_label("Body", exact=True) if language == "Shell" else panel.get_by_label(field)
        text = said.input_value().replace("domain:cafe-conceicao.example", "").replace('clientId: ""', "")
        said.fill(text.replace(',\n  "clientId": ""', ""))
        asked = panel.get_by_label(field)
        assert "dryRun" in asked.input_value()
        asked.fill(asked.input_value().replace("?dryRun=true", "").replace("dryRun: true", "dryRun: false"))
        panel.get_by_role("button", name="Send again").click()
        expect(panel.get_by_role("status")).to_contain_text("a dry run: nothing was stored")
        expect(panel.get_by_label("Body of the answer")).to_contain_text("Ana")
        expect(asked).to_have_value(asked.input_value().replace("false", "true"))
    assert rows(file) == before


def test_no_example_changes_anything(address: str, file: Path, opened: Watched) -> None:
    """Each example of each guide, in Shell and in GraphQL: it is answered, and nothing is stored."""
    page = opened.page
    signed_in(page, address)
    before, answered = rows(file), []
    for name in TITLES:
        page.goto(f"{address}/docs/{name}")
        page.wait_for_load_state("networkidle")
        answered += [page.evaluate(RUN_ALL, language) for language in ("shell", "graphql")]
    statuses = Counter(status for one in answered for status in one)
    assert statuses["200"] > 30
    assert statuses["201"] > 5
    assert statuses["not offered"] == 2, "the one that makes a token, seen with both"
    assert not [status for status in statuses if status.startswith("5") or status == ""]
    assert rows(file) == before


def test_what_lasts_is_not_offered_and_why(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.goto(f"{address}/docs/authentication")
    part = page.locator("#tokens-for-browsers")
    part.get_by_role("button", name="Try it").first.click()
    panel = part.get_by_role("group", name="Try it", exact=True)
    expect(panel).to_contain_text("This can’t be a dry run")
    assert panel.get_by_role("button").all_inner_texts() == ["Close"]
    assert not any(one.url.endswith("/tokens") for one in opened.asked)


def test_refusals_are_answers_too(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.goto(f"{address}/docs/overview")
    panel = tried(page, "authentication")
    path = panel.get_by_label("GET, path")
    status = panel.get_by_role("status")
    for asked, said in (
        ("/customers?limit=0", "400 Bad Request"),
        ("/customers/cus_01kg9e3q4tf2rs8v0w5x7y6zab", "404 Not Found"),
        ("/users", "200 OK"),
        ("//cube.lan/users", "requests go to this server alone"),
        ("https://cube.lan/users", "requests go to this server alone"),
    ):
        path.fill(asked)
        path.press("Control+Enter")
        expect(status).to_contain_text(said)
    assert all(one.url.startswith(f"{address}/") for one in opened.asked)


def test_whoever_is_not_signed_in_is_led_there_and_back(address: str, opened: Watched) -> None:
    page = opened.page
    page.goto(f"{address}/docs/quickstart")
    part = page.locator("#look-around")
    expect(part.get_by_role("link", name="Sign in to try it").filter(visible=True)).to_have_count(1)
    assert page.get_by_role("button", name="Try it").count() == 0
    part.get_by_role("link", name="Sign in to try it").first.click()
    page.wait_for_url("**/docs/authentication#your-keys")
    signed_in(page, address)
    page.get_by_role("link", name="Back to where you were").click()
    page.wait_for_url("**/docs/quickstart#look-around")
    expect(tried(page, "look-around").get_by_role("status")).to_contain_text("200 OK")
    page.goto(f"{address}/docs/authentication")
    page.get_by_role("button", name="Try it").first.wait_for()
    assert page.get_by_role("link", name="Back to where you were").count() == 0


def test_what_needs_no_key_is_tried_by_anybody(address: str, opened: Watched) -> None:
    page = opened.page
    page.goto(f"{address}/docs/errors")
    page.wait_for_load_state("networkidle")
    page.goto(f"{address}/docs/operations")
    page.get_by_role("button", name="Try it").first.click()
    expect(page.get_by_role("group", name="Try it", exact=True).get_by_role("status")).to_contain_text("200 OK")
    (sent,) = [one for one in opened.asked if one.url.endswith("/health/ready")]
    assert "authorization" not in sent.headers


def test_the_readers_own_key_stands_beside_the_examples(address: str, opened: Watched) -> None:
    page = opened.page
    secret = make_key(page, address)
    page.goto(f"{address}/docs/quickstart")
    block = page.locator("#look-around figure").filter(visible=True).first
    expect(block).to_contain_text(f"your key {secret[:12]}…")
    block.get_by_role("button", name="Copy").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Bearer $CUBE_KEY" in copied
    assert secret[:12] not in copied
    # It makes a key itself.
    assert "your key" not in page.locator("#get-a-key").inner_text()


def test_the_panel_is_opened_and_closed_by_the_keyboard(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.goto(f"{address}/docs/overview")
    button = page.locator("#authentication").get_by_role("button", name="Try it (Shell)")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    panel = page.get_by_role("group", name="Try it", exact=True)
    expect(panel.get_by_text("Try it", exact=True)).to_be_focused()
    expect(panel.get_by_role("status")).to_contain_text("200 OK")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_when_the_sign_in_is_over_it_says_so(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.goto(f"{address}/docs/overview")
    panel = tried(page, "authentication")
    other = page.context.new_page()
    other.goto(f"{address}/docs/authentication")
    other.get_by_role("button", name="Sign out").click()
    other.get_by_label("Password").wait_for()
    status = panel.get_by_role("status")
    panel.get_by_role("button", name="Send again").click()
    expect(status).to_contain_text("401 Unauthorized")
    panel.get_by_role("button", name="Send again").click()
    expect(status).to_contain_text("Nobody is signed in")
    expect(panel.get_by_role("link", name="Sign in")).to_be_visible()
    # Whoever signs in meanwhile goes on as they are.
    signed_in(other, address)
    panel.get_by_role("button", name="Send again").click()
    expect(status).to_contain_text("200 OK")
    other.close()


def test_one_token_serves_until_shortly_before_its_end(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.clock.install()
    page.goto(f"{address}/docs/overview")
    panel = tried(page, "authentication")

    def send() -> int:
        with page.expect_response("**/customers?*"):
            panel.get_by_role("button", name="Send again").click()
        return sum(one.url.endswith("/docs/token") for one in opened.asked)

    assert [send(), send()] == [1, 1]
    page.clock.fast_forward("13:50")
    assert send() == 1
    page.clock.fast_forward("00:30")
    assert send() == 2
