"""What a person does on the key page in a real browser, and what is noted of a page meanwhile."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request

from tests.app.portal.browsing import EMAIL, PATH
from tests.canaries import PASSWORD

KEPT = ("users", "clients", "customers", "api_keys", "changes", "idempotency_keys")


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


def signed_in(page: Page, address: str) -> None:
    sign_in(page, address)
    page.get_by_text("You are signed in as jane").wait_for()


@dataclass
class Watched:
    """A page of a browser, what it complained of, and what it asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", lambda request: self.asked.append(request))

    def _heard(self, message: ConsoleMessage) -> None:
        # Chromium itself notes each answer of 400 or more.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    @property
    def stored(self) -> str:
        """Everything that the page has kept in the browser and that scripts can read."""
        return str(self.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie"))


def rows(file: Path) -> dict[str, list[Any]]:
    """Everything that is stored, but when a key was last used."""
    with sqlite3.connect(file) as db:
        return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in KEPT}
