"""The explorer of the REST API in a real browser: all that the document has is there, can be opened, and is sent."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.app.portal.in_browser import Watched, make_key, rows, signed_in
from tests.required import require

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 740}
# Opens every operation in turn with all that it unfolds, and tells of each what a reader finds.
OPEN_ALL = """async () => {
  const found = {};
  for (const link of document.querySelectorAll('#operation-list a')) {
    link.click();
    while (link.getAttribute('aria-current') !== 'page') await new Promise((done) => setTimeout(done));
    const view = document.querySelector('#operation section');
    for (const one of view.querySelectorAll('details')) one.open = true;
    await new Promise((done) => setTimeout(done));
    const texts = (selector) => [...view.querySelectorAll(selector)].map((one) => one.textContent);
    found[decodeURIComponent(link.hash.slice('#op='.length))] = {
      summary: texts('h2')[0],
      place: texts('.place')[0],
      fields: texts('.field:has(small) label > code'),
      body: view.querySelector('textarea')?.value ?? null,
      answers: texts('.prose > details > summary > code'),
      command: texts('.example pre code')[0],
    };
  }
  return found;
}"""


def explorer(page: Page, address: str, operation: str = "") -> None:
    page.goto(f"{address}/docs/explorer{operation and f'#op={operation}'}")
    expect(page.locator("#operation-count")).to_contain_text("operations")
    if operation:
        page.get_by_role("button", name="Send").wait_for()
        # The address of the page may have changed by its fragment alone.
        expect(page).to_have_title(f"{operation} - REST explorer - Cube API")


def use_key(page: Page, key: str) -> None:
    page.get_by_label("API key", exact=True).fill(key)
    page.get_by_role("button", name="Use key").click()


def answered(page: Page, status: str) -> Any:
    """Sends what the form says, and returns the body that is shown."""
    page.get_by_role("button", name="Send").click()
    came = page.locator(".came")
    expect(came.get_by_role("status")).to_contain_text(status)
    return json.loads(came.get_by_label("Body of the answer").inner_text())


def operations(address: str) -> dict[str, Any]:
    """What the document has: each operation with its method, its path and its parameters."""
    document = httpx.get(f"{address}/openapi.json").json()
    found = {}
    for path, item in document["paths"].items():
        shared = item.pop("parameters", [])
        for method, one in item.items():
            one["method"], one["path"] = method.removeprefix("x-").upper(), path
            one["parameters"] = [*shared, *one.get("parameters", [])]
            found[one["operationId"]] = one
    return found


def test_every_operation_is_there_and_can_be_opened(address: str, opened: Watched) -> None:
    explorer(opened.page, address)
    wanted, found = operations(address), opened.page.evaluate(OPEN_ALL)
    assert found.keys() == wanted.keys()
    assert len(found) > 40
    for name, one in wanted.items():
        shown = found[name]
        assert shown["summary"] == one["summary"].replace("`", "")
        assert shown["place"] == f"{one['method']} {one['path']}"
        assert sorted(shown["fields"]) == sorted(parameter["name"] for parameter in one["parameters"])
        assert shown["answers"] == list(one["responses"])
        assert (shown["body"] is not None) is ("requestBody" in one)
        assert isinstance(json.loads(shown["body"] or "{}"), dict)
        assert one["path"] in shown["command"]
        assert ("$CUBE_KEY" in shown["command"]) is (one.get("security") != [])
    assert all(one.url.startswith(f"{address}/") for one in opened.asked)


def test_reads_are_sent_as_the_form_says(address: str, file: Path, opened: Watched) -> None:
    page = opened.page
    secret = make_key(page, address)
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}) as http:
        explorer(page, address, "listCustomers")
        assert answered(page, "200 OK") == http.get("/customers").json()
        page.get_by_label("fields string").fill("name,email")
        page.get_by_label("status string").select_option("LEAD")
        page.get_by_label("count boolean").check()
        page.get_by_label("More parameters").fill("name[startsWith]=Ra%C3%AD")
        shown = answered(page, "200 OK")
        assert shown["data"] == [{"name": "Raí Araújo", "email": "rai@araujo.example"}]
        assert shown["totalCount"] == 1
        page.get_by_label("status string").select_option("CHURNED")
        assert answered(page, "200 OK")["data"] == []
        page.get_by_label("limit integer").fill("1001")
        page.get_by_role("button", name="Send").click()
        assert page.evaluate("document.activeElement.max") == "1000", "the form itself knows the bounds"
        explorer(page, address, "getCustomer")
        page.get_by_label("ref string, required").fill("email:rai@araujo.example")
        assert answered(page, "200 OK") == http.get("/customers/email:rai@araujo.example").json()
        page.get_by_label("ref string, required").fill("a/b:c d")
        answered(page, "404 Not Found")
        explorer(page, address, "queryCustomer")
        page.get_by_label("Body Query, required").fill('{"filter": {"status": {"eq": "LEAD"}}, "fields": "name"}')
        assert answered(page, "200 OK")["data"] == [{"name": "Raí Araújo"}]


def test_a_write_is_a_dry_run_until_it_is_not(address: str, file: Path, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    before = rows(file)
    explorer(page, address, "createCustomer")
    note = page.locator(".sending .note")
    expect(note).to_contain_text("This is a dry run")
    shown = answered(page, "201 Created")
    expect(page.locator(".came").get_by_role("status")).to_contain_text("a dry run: nothing was stored")
    assert shown["email"] == json.loads(page.get_by_label("Body CustomerCreate").input_value())["email"]
    assert rows(file) == before
    page.get_by_label("dryRun boolean").uncheck()
    expect(note).to_contain_text("This is really done")
    made = answered(page, "201 Created")
    expect(page.locator(".came").get_by_role("status")).not_to_contain_text("dry run")
    assert any(made["id"] in row for row in rows(file)["customers"])


def test_each_write_begins_as_a_dry_run_if_it_can(address: str, opened: Watched) -> None:
    explorer(opened.page, address)
    found = opened.page.evaluate(OPEN_ALL)
    for name, one in operations(address).items():
        takes = any(parameter["name"] == "dryRun" for parameter in one["parameters"])
        assert ("?dryRun=true" in found[name]["command"]) is takes, name


@pytest.mark.parametrize(
    "operation", ["listCustomers", "getCustomer", "statsCustomer", "createCustomer", "queryCustomer"]
)
def test_the_command_does_what_was_sent(address: str, file: Path, opened: Watched, operation: str) -> None:
    if shutil.which("curl") is None:
        require("curl", "curl is not installed")
    page = opened.page
    secret = make_key(page, address)
    explorer(page, address, operation)
    if page.get_by_label("ref string, required").count():
        page.get_by_label("ref string, required").fill("email:rai@araujo.example")
    for label, value in (("by string, required", "status"), ("q string", "raí"), ("sort string", "-name")):
        if page.get_by_label(label).count():
            page.get_by_label(label).fill(value)
    if page.get_by_label("More parameters").count():
        page.get_by_label("More parameters").fill("status[in]=lead,active")
    if operation == "createCustomer":
        use_key(page, "")
        page.get_by_label("Body CustomerCreate").fill("""{"name": "O'Brien \\u00e9"}""")
    shown = answered(page, "20")
    command = page.locator(".example pre code").first.inner_text()
    env = {"CUBE_KEY": secret, "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(["bash", "-c", f"{command} --silent"], env=env, capture_output=True, check=True)
    told = json.loads(ran.stdout)
    if operation == "createCustomer":
        # The key may only read, while the form is sent by whoever is signed in.
        assert (told["statusCode"], shown["name"]) == (403, "O'Brien é")
    else:
        assert told == shown


def test_what_is_hidden_from_a_key_is_not_there(address: str, opened: Watched) -> None:
    page = opened.page
    signed_in(page, address)
    page.get_by_label("Name").fill("Without phones")
    page.get_by_label("Read the directory", exact=True).check()
    page.get_by_label("It does not see these fields").fill("customer.phone")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("The secret of").input_value()
    explorer(page, address, "listCustomers")
    expect(page.get_by_label("phone string", exact=True)).to_have_count(1)
    use_key(page, secret)
    expect(page.get_by_text("This key calls.")).to_be_visible()
    expect(page.get_by_label("phone string", exact=True)).to_have_count(0)
    assert "phone" not in answered(page, "200 OK")["data"][0]
    page.get_by_role("button", name="Use my sign-in").click()
    expect(page.get_by_label("phone string", exact=True)).to_have_count(1)
    assert "phone" in answered(page, "200 OK")["data"][0]
    assert secret not in opened.stored
    assert not any(secret in one.url for one in opened.asked)


def test_the_key_stays_in_the_tab_and_once_revoked_is_refused(address: str, opened: Watched) -> None:
    page = opened.page
    secret = make_key(page, address)
    explorer(page, address, "listCustomers")
    use_key(page, secret)
    answered(page, "200 OK")
    page.reload()
    expect(page.get_by_text("This key calls.")).to_be_visible()
    assert secret not in page.evaluate("JSON.stringify(localStorage) + document.cookie + location.href")
    # The page at /graphql knows it too.
    page.goto(f"{address}/graphql")
    expect(page.get_by_label("API key", exact=True)).to_have_value(secret)
    page.goto(f"{address}/docs/authentication")
    page.get_by_text("Revoke From a browser").click()
    page.get_by_role("button", name="Revoke for ever").click()
    page.get_by_text("revoked 20").wait_for()
    explorer(page, address, "listCustomers")
    expect(page.get_by_text("The API key is not valid. What is below")).to_be_visible()
    assert answered(page, "401 Unauthorized")["message"] == "The API key is not valid."
    page.get_by_text("Headers", exact=True).last.click()
    expect(page.get_by_text('error="invalid_token"')).to_be_visible()


def test_whoever_is_nobody_is_told_where_to_sign_in_and_comes_back(address: str, opened: Watched) -> None:
    page = opened.page
    explorer(page, address, "listCustomers")
    assert answered(page, "401 Unauthorized")["message"] == "Authentication is required."
    page.get_by_role("link", name="sign in", exact=True).click()
    page.wait_for_url("**/docs/authentication#your-keys")
    signed_in(page, address)
    page.get_by_role("link", name="Back to where you were").click()
    page.wait_for_url("**/docs/explorer#op=listCustomers")
    answered(page, "200 OK")


def test_the_filter_the_keyboard_and_the_address(address: str, opened: Watched) -> None:
    page = opened.page
    explorer(page, address)
    page.get_by_label("Filter").fill("post RESTORE client")
    expect(page.locator("#operation-count")).to_have_text("1 operation")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="POST /clients/{ref}/restore")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/explorer#op=restoreClient")
    expect(page.get_by_role("heading", name="Restore a deleted record.")).to_be_focused()
    page.goto(f"{address}/docs/explorer#op=nothing")
    expect(page.get_by_text("There is no operation nothing here")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Restore a deleted record.")).to_be_visible()


def test_on_a_phone_the_list_folds_and_nothing_is_too_wide(address: str, opened: Watched) -> None:
    page = opened.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    explorer(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    link = page.get_by_role("link", name="GET /customers", exact=True)
    link.click()
    expect(link).to_be_hidden()
    expect(page.get_by_role("heading", name="A page of customers.")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("summary").get_by_text("Operations", exact=True).click()
    expect(link).to_be_visible()


def test_it_is_light(address: str, opened: Watched) -> None:
    """All that a browser loads for it but the document itself, before compression."""
    explorer(opened.page, address, "listCustomers")
    urls = {one.url.partition("#")[0] for one in opened.asked if not one.url.endswith("/openapi.json")}
    assert len(urls) > 15
    plain = {"Accept-Encoding": "identity"}
    assert sum(len(httpx.get(url, headers=plain).content) for url in urls) < 300_000
