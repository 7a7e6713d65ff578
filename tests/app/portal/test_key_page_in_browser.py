"""The key page in a real browser: its own forms are taken, its policy allows what it does, and the secret is copied."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Error

from tests.app.portal.browsing import EMAIL, PATH
from tests.app.portal.in_browser import make_key, sign_in
from tests.canaries import PASSWORD

pytestmark = pytest.mark.slow

TOKEN = """async (address) => {
  const { user, csrf } = await (await fetch(`${address}/docs/session`)).json();
  const body = new URLSearchParams({ csrf: csrf ?? '' });
  const asked = await fetch(`${address}/docs/token`, { method: 'POST', body });
  const { token } = await asked.json();
  const answer = await fetch(`${address}/customers`, { headers: { Authorization: `Bearer ${token}` } });
  return [user?.email ?? null, asked.status, answer.status];
}"""


def test_the_secret_is_copied_by_a_button(address: str, browser: Browser):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    secret = make_key(page, address)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Copied.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    assert page.evaluate("document.cookie") == ""
    assert httpx.get(f"{address}/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert all(url.startswith(f"{address}/") and secret not in url for url in asked)
    # Going back and forth shows it to nobody.
    page.goto(f"{address}{PATH}")
    assert secret not in page.content()
    page.get_by_text("Revoke From a browser").click()
    page.get_by_role("button", name="Revoke for ever").click()
    page.get_by_text("revoked 20").wait_for()
    assert httpx.get(f"{address}/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert complaints == []


def test_where_pages_have_no_clipboard_the_secret_is_ready_to_be_copied(address: str, browser: Browser):
    port = urlsplit(address).port
    page = browser.new_page()
    secret = make_key(page, f"http://cube.lan:{port}")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_text("Press Ctrl+C or Cmd+C").wait_for()
    assert (
        page.evaluate("getSelection().toString() || secret.value.slice(secret.selectionStart, secret.selectionEnd)")
        == secret
    )


def test_without_scripts_all_but_the_button_works(address: str, browser: Browser):
    page = browser.new_context(java_script_enabled=False).new_page()
    assert make_key(page, address).startswith("cube_")
    assert page.get_by_role("button", name="Copy").count() == 0


def test_a_form_of_another_site_is_refused(address: str, browser: Browser):
    page = browser.new_page()
    fields = f'<input name="email" value="{EMAIL}"><input name="password" value="{PASSWORD}">'
    form = (
        f'<form method="post" action="{address}{PATH}">{fields}<button name="action" value="sign-in">Go</button></form>'
    )
    page.route("http://cube.lan/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto("http://cube.lan/")
    page.get_by_role("button", name="Go").click()
    page.get_by_text("not sent by a page of this site").wait_for()
    assert page.context.cookies() == []


def test_behind_a_proxy_with_https_the_cookie_is_for_https_alone(address: str):
    form = {"action": "sign-in", "email": EMAIL, "password": PASSWORD}
    host = urlsplit(address).netloc
    for origin, status in ((f"https://{host}", 303), (f"http://{host}", 403)):
        headers = {"X-Forwarded-Proto": "https", "Origin": origin}
        answer = httpx.post(f"{address}{PATH}", data=form, headers=headers)
        assert answer.status_code == status
        assert ("; Secure" in answer.headers.get("set-cookie", "")) is (status == 303)


def test_a_script_of_graphiql_calls_the_api_in_the_name_of_who_is_signed_in(address: str, browser: Browser):
    page = browser.new_page()
    page.goto(f"{address}/graphql")
    assert page.evaluate(TOKEN, address) == [None, 401, 401]
    sign_in(page, address)
    page.get_by_text("You are signed in as jane").wait_for()
    page.goto(f"{address}/graphql")
    assert page.evaluate(TOKEN, address) == [EMAIL, 201, 200]
    # The page has a button for it.
    page.goto(f"{address}/graphql#query={quote('{ customers(first: 1) { totalCount } }')}")
    page.get_by_text("totalCount").first.wait_for()
    assert page.evaluate("location.hash") == ""
    page.get_by_role("button", name="Use my sign-in").click()
    page.get_by_text("Signed in as jane.").wait_for()
    page.get_by_role("button", name="Execute query").click()
    page.get_by_text("cost 1 of at most 10000 rows").wait_for()
    assert "cubet_" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie")
    # A page from elsewhere has nothing of it.
    page.route("http://cube.lan/", lambda route: route.fulfill(body="<title>x</title>", content_type="text/html"))
    page.goto("http://cube.lan/")
    with pytest.raises(Error, match="Failed to fetch"):
        page.evaluate(TOKEN, address)
