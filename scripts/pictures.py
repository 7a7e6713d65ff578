"""Takes the README's pictures of the portal, from a server with the sample directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import which

from playwright.sync_api import Page, sync_playwright

from scripts.measures.server import ROOT, serving

PICTURES = ROOT / "app" / "portal" / "pictures"
SIZE = {"width": 1440, "height": 860}
_SHOWN = re.compile(r"Admin +(?P<email>\S+)\s+Password +(?P<password>\S+)\s+API key +(?P<key>\S+)")


def main() -> None:
    browser_path = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_path is None:
        sys.exit("There is no Chromium here.")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/cube.db"
        shown = _prepared(url)
        with serving(url, shown["key"]) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
            _take(page, f"http://127.0.0.1:{server.port}", shown)
            browser.close()


def _prepared(url: str) -> re.Match[str]:
    """Makes the database as a first start does, and returns what that prints: the admin, the password, the key."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CUBE_")}
    done = subprocess.run(
        [Path(sys.executable).with_name("cube"), "init"],
        env={**environ, "CUBE_DATABASE_URL": url},
        check=True,
        capture_output=True,
        text=True,
    )
    shown = _SHOWN.search(done.stdout)
    assert shown is not None, done.stdout
    return shown


def _take(page: Page, address: str, shown: re.Match[str]) -> None:
    page.goto(f"{address}/docs/authentication")
    page.get_by_label("E-mail").fill(shown["email"])
    page.get_by_label("Password").fill(shown["password"])
    page.get_by_role("button", name="Sign in").click()
    for name in ("Website", "Reports"):
        page.get_by_label("Name").fill(name)
        page.get_by_label("Read the directory", exact=True).check()
        page.get_by_role("button", name="Make the key").click()
        page.get_by_text(f"The secret of “{name}”").wait_for()
    page.goto(f"{address}/docs/authentication#your-keys")
    _picture(page, "authentication")
    page.goto(f"{address}/docs#authentication")
    part = page.locator("#authentication")
    part.get_by_role("button", name="Try it (Shell)").click()
    part.get_by_text("200 OK in ").wait_for()
    _picture(page, "overview")
    page.goto(f"{address}/graphql")
    page.get_by_label("API key").fill(shown["key"])
    page.get_by_role("button", name="Use key").click()
    page.get_by_text("Kept in this tab only").wait_for()
    page.locator(".graphiql-response .monaco-editor").wait_for()
    page.get_by_role("button", name="Execute query").click()
    page.get_by_text(" of at most 10000 rows").wait_for()
    _picture(page, "graphiql")


def _picture(page: Page, name: str) -> None:
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    main()
