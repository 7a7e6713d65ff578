"""The served portal, for the tests of its pages and files; and a reader of the key page, on each database."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from app.services.database import Database
from app.services.passwords import set_password
from tests.app.keys import user
from tests.app.portal.browsing import EMAIL, PASSWORD, Reader, reader_at
from tests.app.portal.serving import serving


@pytest.fixture(scope="module")
def portal() -> Iterator[httpx.Client]:
    with serving() as address, httpx.Client(base_url=address) as portal:
        yield portal


@pytest.fixture
async def reader(quick_hashes: None, db: Database, migrated_url: str) -> AsyncIterator[Reader]:
    """Jane, an editor, before she signs in; there is an admin, too."""
    await user(db, "admin")
    await user(db, "jane", "EDITOR")
    await set_password(db, EMAIL, PASSWORD)
    reader = reader_at(db, migrated_url)
    async with reader.http:
        yield reader
