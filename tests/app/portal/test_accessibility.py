"""The portal's pages by axe, in a real browser: nothing on them keeps anybody out, in any colours, on any screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from app.portal.guides import TITLES
from tests.app.portal.browsing import PATH
from tests.app.portal.in_browser import make_key, sign_in, signed_in

pytestmark = pytest.mark.slow

GRAVE = {"serious", "critical"}
RUN = "without => axe.run({include: ['html'], exclude: without}, {resultTypes: ['violations']})"


@pytest.fixture(scope="session")
def axe(audits: Path) -> str:
    """The script that looks at a page."""
    return (audits / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def opened(page: Page, address: str) -> None:
    page.goto(f"{address}{PATH}")
    page.get_by_label("Password").wait_for()


def refused(page: Page, address: str) -> None:
    sign_in(page, address, "wrong horse battery")
    page.get_by_text("E-mail or password is not right.").wait_for()


def entered(page: Page, address: str) -> None:
    sign_in(page, address)
    page.get_by_text("You have no keys yet.").wait_for()


def faulty(page: Page, address: str) -> None:
    """The form that makes a key, with something wrong in each of its fields."""
    entered(page, address)
    page.get_by_label("Name").fill("x" * 200)
    page.get_by_label("or until the end of this day").fill("2020-01-01")
    page.get_by_label("It sees only these rows").fill('{"customers": {"nothing": 1}}')
    page.get_by_label("It does not see these fields").fill("customer.nothing")
    page.get_by_role("button", name="Make the key").click()
    page.get_by_text("nothing is not a field").first.wait_for()


def made(page: Page, address: str) -> None:
    """The secret of a new key, and its row with both of its forms open."""
    make_key(page, address)
    for words in ("Rotate From a browser", "Revoke From a browser"):
        page.get_by_text(words).click()
    page.get_by_role("button", name="Revoke for ever").wait_for()


def tried(page: Page, address: str) -> None:
    """Panels below two examples, with the answer to a read and the refusal of a write, beside the key that was made."""
    signed_in(page, address)
    page.goto(f"{address}/docs/quickstart")
    for part, status in (("look-around", "200 OK"), ("your-first-record", "400 Bad Request")):
        page.locator(f"#{part}").get_by_role("button", name="Try it (Shell)").click()
        page.locator(f"#{part}").get_by_text(status).wait_for()
        page.locator(f"#{part}").get_by_text("Headers").click()


def explored(page: Page, address: str) -> None:
    """An operation of the explorer with its form and all that it unfolds, after a dry run."""
    signed_in(page, address)
    page.goto(f"{address}/docs/explorer#op=createCustomer")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("201 Created").wait_for()
    page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    page.get_by_text("application/problem+json").first.wait_for()


def listed(page: Page, address: str) -> None:
    """An operation with many parameters and none of its answers, to somebody whose key is refused."""
    page.goto(f"{address}/docs/explorer#op=getCustomer")
    page.get_by_label("API key", exact=True).fill("cube_wrong")
    page.get_by_role("button", name="Use key").click()
    page.get_by_text("What is below is what anybody may see.").wait_for()
    page.get_by_label("ref").fill("email:nobody@cube.example")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("401 Unauthorized").wait_for()


STATES: dict[str, Callable[[Page, str], None]] = {
    "signed out": opened,
    "refused": refused,
    "signed in": entered,
    "faulty": faulty,
    "key made": made,
    "examples run": tried,
    "explored": explored,
    "key refused": listed,
}


def faults(page: Page, axe: str, without: Sequence[str] = ()) -> list[str]:
    """What axe finds that is serious or worse: the rule, and where. It is not stopped by the page's policy."""
    page.evaluate(axe)
    found = page.evaluate(RUN, list(without))
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


# Colours and widths have nothing to do with each other: each once is enough.
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_nothing_serious_in_any_state(address: str, browser: Browser, axe: str, scheme: str, width: int) -> None:
    found = {}
    for state, reach in STATES.items():
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 740})  # type: ignore[arg-type]
        page = context.new_page()
        reach(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{state}: wider than the screen"
        found[state] = faults(page, axe)
        context.close()
    assert found == {state: [] for state in STATES}


def test_nothing_serious_on_any_guide(portal: httpx.Client, browser: Browser, axe: str) -> None:
    """Each once: the colours are those of the key page, which is a guide itself."""
    page = browser.new_page(viewport={"width": 360, "height": 740})
    found = {}
    for number, name in enumerate(TITLES):
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        page.goto(f"{portal.base_url}/docs/{name}")
        found[name] = faults(page, axe)
    assert found == {name: [] for name in TITLES}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_in_the_explorer(
    portal: httpx.Client, browser: Browser, axe: str, scheme: str, width: int
) -> None:
    """With each of our panels; but for the editor and the row of tabs, which are as GraphiQL makes them."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 740})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{portal.base_url}/graphql")
    page.wait_for_selector(".monaco-editor .view-line")
    found = {}
    for panel, words in (("Examples", "Quick start"), ("REST", "1. customers")):
        button = page.get_by_role("button", name=f"Show {panel}", exact=True)
        if button.count():
            button.click()
        page.get_by_role("region", name=panel, exact=True).get_by_text(words).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{panel}: wider than the screen"
        found[panel] = faults(page, axe, without=[".monaco-editor", ".graphiql-tabs"])
    assert found == {"Examples": [], "REST": []}


def test_axe_finds_what_is_there(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content('<html lang="en"><title>x</title><main><h1>x</h1><img src="x.png"><input></main>')
    assert {one.partition(":")[0] for one in faults(page, axe)} >= {"image-alt", "label"}
