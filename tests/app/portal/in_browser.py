"""What a person does on the key page in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.app.portal.browsing import EMAIL, PATH
from tests.canaries import PASSWORD


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}{PATH}")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def make_key(page: Page, address: str) -> str:
    """Signs in, makes a key, and returns the secret that the page shows."""
    sign_in(page, address)
    page.get_by_text("You are signed in as jane").wait_for()
    page.get_by_label("Name").fill("From a browser")
    page.get_by_label("Read the directory", exact=True).check()
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("The secret of")
    assert page.get_by_role("row", name="From a browser").is_visible()
    return secret.input_value()
