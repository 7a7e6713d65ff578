"""The served portal, for the tests of its pages and files."""

from collections.abc import Iterator

import httpx
import pytest

from tests.app.portal.serving import serving


@pytest.fixture(scope="module")
def portal() -> Iterator[httpx.Client]:
    with serving() as address, httpx.Client(base_url=address) as portal:
        yield portal
