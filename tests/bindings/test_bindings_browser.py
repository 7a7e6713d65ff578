"""The JavaScript binding in a real browser, on a page of another origin, which no browser takes for a safe one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser

from tests.app.portal.conftest import browser
from tests.bindings.conftest import Place
from tests.bindings.scenario import BINDINGS

__all__ = ["browser"]

PROGRAM = """
async ({url, key}) => {
  const { Cube } = await import('/cube-api.js');
  const told = [];
  const server = new Cube({ url, key });
  const { token } = await server.token({ scopes: ['customers:write'] });
  const onAnswer = ({ traceId, replayed }) => told.push([typeof traceId, replayed]);
  const cube = new Cube({ url, key: () => token, onAnswer });
  const name = 'Ana “Browser” 😀';
  const made = await cube.customers.create({ name }, { idempotencyKey: 'page' });
  const again = await cube.customers.create({ name }, { idempotencyKey: 'page' });
  await cube.customers.update(made.id, { title: 'x' }, { ifVersion: 1 });
  const found = [];
  for await (const one of cube.customers.list({ name, limit: 1 })) found.push(one.title);
  const nobody = Array.from({ length: 200 }, (_, i) => `nobody of this name, who is number ${i}`);
  for await (const one of cube.customers.list({ name: [name, ...nobody] })) found.push(one.version);
  const error = await cube.customers.update(made.id, { title: 'y' }, { ifVersion: 1 }).catch((error) => error);
  const refused = await cube.customers.create({ email: 'no' }).catch((error) => error);
  await cube.customers.delete(made.id);
  const nowhere = new Cube({ url: 'http://127.0.0.1:9', key, retries: 0 });
  const away = await nowhere.me().catch((error) => error.name);
  return {
    same: made.id === again.id, told: told.slice(0, 2), found, version: error.currentVersion, name: error.name,
    fields: refused.fields, away,
  };
}
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said: object) -> None:
        """Nothing."""


@pytest.fixture
def page_of_another() -> Iterator[str]:
    """An address that serves the folder of the binding."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(BINDINGS / "javascript")))
    thread = Thread(target=web.serve_forever)
    thread.start()
    yield f"http://cube.lan:{web.server_port}/"
    web.shutdown()
    thread.join()
    web.server_close()


def test_it_reads_and_writes_from_a_page(browser: Browser, place: Place, page_of_another: str) -> None:
    page = browser.new_page()
    page.goto(page_of_another)
    found = page.evaluate(PROGRAM, {"url": place.url, "key": place.key})
    assert found == {
        "same": True,
        "told": [["string", False], ["string", True]],
        "found": ["x", 2],
        "version": 2,
        "name": "PreconditionFailedError",
        "fields": {"email": ["is not a valid address"]},
        "away": "NoAnswerError",
    }
