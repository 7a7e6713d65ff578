"""One reader's whole way in a real browser, from the first page to a key that is no more."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.app.portal.browsing import EMAIL
from tests.app.portal.in_browser import Watched
from tests.canaries import PASSWORD

pytestmark = pytest.mark.slow


def test_from_the_overview_to_a_revoked_key(address: str, file: Path, opened: Watched) -> None:
    page = opened.page
    page.goto(address)
    expect(page).to_have_title("Overview - Cube API")
    secret = _make_a_key(page)
    _run_an_example(page)
    _open_it_in_graphiql(page, secret)
    _ask_in_the_explorer(page)
    _revoke(page)
    _see_it_refused(page)
    assert all(one.url.startswith((f"{address}/", "data:")) and secret not in one.url for one in opened.asked)


def _make_a_key(page: Page) -> str:
    """By the overview's own link; the secret, as the button copies it."""
    page.get_by_role("main").get_by_role("link", name="signed in").click()
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Name").fill("For the walk")
    page.get_by_label("Read the directory", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied.").wait_for()
    return str(page.evaluate("navigator.clipboard.readText()"))


def _run_an_example(page: Page) -> None:
    page.get_by_role("navigation", name="Guides").get_by_role("link", name="Overview").first.click()
    part = page.locator("#authentication")
    expect(part.get_by_text("your key cube_").first).to_be_visible()
    part.get_by_role("button", name="Try it (Shell)").click()
    expect(part.get_by_role("status").filter(has_text=" ms")).to_contain_text("200 OK")
    expect(part.get_by_label("Body of the answer")).to_contain_text("Raí Araújo")


def _open_it_in_graphiql(page: Page, secret: str) -> None:
    """With the new key, which is pasted as anybody would."""
    page.locator("label").get_by_text("GraphQL", exact=True).click()
    page.locator("#authentication").get_by_role("link", name="Open in GraphiQL").click()
    expect(page.locator(".graphiql-query-editor")).to_contain_text("customers")
    page.get_by_label("API key").click()
    page.keyboard.press("Control+v")
    expect(page.get_by_label("API key")).to_have_value(secret)
    page.get_by_role("button", name="Use key").click()
    page.get_by_text("Kept in this tab only").wait_for()
    page.locator(".graphiql-response .monaco-editor").wait_for()  # before which GraphiQL takes no click
    page.get_by_role("button", name="Execute query").click()
    page.get_by_text("Raí Araújo").wait_for()


def _ask_in_the_explorer(page: Page) -> None:
    """As the same key, which the tab remembers."""
    came = _sent(page)
    expect(came).to_contain_text("200 OK")
    expect(came).to_contain_text("Raí Araújo")


def _revoke(page: Page) -> None:
    page.get_by_role("link", name="Cube API").click()
    page.locator("nav.contents a[href='/docs/authentication']").click()
    page.get_by_text("Revoke For the walk").click()
    page.get_by_role("button", name="Revoke for ever").click()
    page.get_by_role("row", name="For the walk").get_by_text("revoked 20").wait_for()


def _see_it_refused(page: Page) -> None:
    came = _sent(page)
    expect(came).to_contain_text("401")
    expect(came).to_contain_text("invalid")


def _sent(page: Page) -> Locator:
    """The explorer's first list is asked for; where its answer comes."""
    page.goto(urljoin(page.url, "/docs/explorer#op=listCustomers"))
    page.get_by_role("button", name="Send", exact=True).click()
    return page.locator(".came")
