"""The served portal, for the tests of its pages and files; a reader of the key page, and a script, on each database."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copy, which

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from app.main import create_app
from app.services.database import Database
from app.services.passwords import set_password
from app.services.write import write
from app.settings import Settings
from schema.change import Create
from schema.resources import CUSTOMER
from tests.app.keys import CLI, user
from tests.app.portal.browsing import EMAIL, Reader, reader_at
from tests.app.portal.in_browser import Watched
from tests.app.portal.scripting import Script, ask
from tests.app.portal.serving import serving
from tests.canaries import PASSWORD
from tests.required import require, used


@pytest.fixture(scope="module")
def portal() -> Iterator[httpx.Client]:
    with serving() as address, httpx.Client(base_url=address) as portal:
        yield portal


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Debian's Chromium, to which `cube.lan` is this machine: a name that is neither https nor a loopback address."""
    found = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        require("chromium", "no Chromium is installed")
    # Without the sandbox, which refuses to start for root.
    args = ["--no-sandbox", "--host-resolver-rules=MAP cube.lan 127.0.0.1"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=args)
        used.add("chromium")
        yield browser
        browser.close()


@pytest.fixture
async def reader(quick_hashes: None, db: Database, migrated_url: str) -> AsyncIterator[Reader]:
    """Jane, an editor, before she signs in; there is an admin, too."""
    await user(db, "admin")
    await user(db, "jane", "EDITOR")
    await set_password(db, EMAIL, PASSWORD)
    reader = reader_at(db, migrated_url)
    async with reader.http:
        yield reader


@pytest.fixture
async def script(reader: Reader) -> Script:
    await reader.sign_in()
    answer = await ask(reader)
    assert answer.status_code == 201, answer.text
    return Script(reader, answer.json())


@pytest.fixture
async def elsewhere(migrated_url: str) -> AsyncIterator[Database]:
    """The database as another process has it."""
    opened = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    yield opened
    await opened.close()


@pytest.fixture
def address(quick_hashes: None, migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    """Where the whole app is served on a fresh database, with a user who has a password."""
    url = f"sqlite://{copy(migrated_sqlite, tmp_path / 'cube.db')}"
    settings = Settings.load({"CUBE_DATABASE_URL": url, "CUBE_LOG_LEVEL": "warning"}, dotenv=None)

    async def fill() -> None:
        db = await Database.open(settings)
        await user(db, "jane", "EDITOR")
        await set_password(db, EMAIL, PASSWORD)
        await db.close()

    asyncio.run(fill())
    with serving(create_app(settings)) as served:
        yield served


@pytest.fixture
def file(address: str, tmp_path: Path) -> Path:
    """The database that is served, with somebody in it for the examples to find."""
    path = tmp_path / "cube.db"

    async def fill() -> None:
        db = await Database.open(Settings.load({"CUBE_DATABASE_URL": f"sqlite://{path}"}, dotenv=None))
        await write(db, Create(CUSTOMER, {"name": "Raí Araújo", "email": "rai@araujo.example"}), CLI)
        await db.close()

    asyncio.run(fill())
    return path


@pytest.fixture
def opened(file: Path, browser: Browser) -> Iterator[Watched]:
    """A page; in the end it has complained of nothing, and no token went where it has no place."""
    page = browser.new_context(
        viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]
    ).new_page()
    watched = Watched(page)
    yield watched
    assert watched.complaints == []
    seen = [*(one.url for one in watched.asked), watched.stored, page.content()]
    assert not any(re.search(r"cubet_\w", one) for one in seen)
