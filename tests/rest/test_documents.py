"""The documents that describe the API: the same bytes compressed or not, and no bytes for whoever has them."""

from __future__ import annotations

import pytest

from tests.rest.conftest import Api

PATHS = ["/openapi.json", "/schema.graphql"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_document_is_compressed_for_whoever_takes_it(sqlite: Api, path: str) -> None:
    plain = await sqlite.http.get(path, headers={"Accept-Encoding": "identity"})
    packed = await sqlite.http.get(path, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content  # unpacked by the one who asked
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert packed.headers["vary"] == plain.headers["vary"] == "Authorization, Accept-Encoding"
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_whoever_has_it_is_told_so(sqlite: Api, path: str, coding: str) -> None:
    headers = {"Accept-Encoding": coding}
    etag = (await sqlite.http.get(path, headers=headers)).headers["etag"]
    for held in (etag, f'"other", W/{etag}', "*"):
        again = await sqlite.http.get(path, headers=headers | {"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
    assert (await sqlite.http.get(path, headers=headers | {"If-None-Match": '"other"'})).status_code == 200
    lines = [("Accept-Encoding", coding), ("If-None-Match", '"other"'), ("If-None-Match", etag)]
    assert (await sqlite.http.get(path, headers=lines)).status_code == 304


async def test_who_sees_less_has_another_document(sqlite: Api) -> None:
    narrowed = await sqlite.http.post(
        "/api-keys", json={"name": "narrow", "scopes": ["customers:read"], "hiddenFields": ["customer.phone"]}
    )
    other = {"Authorization": f"Bearer {narrowed.json()['secret']}"}
    for path in PATHS:
        whole, less = await sqlite.http.get(path), await sqlite.http.get(path, headers=other)
        assert less.headers["etag"] != whole.headers["etag"]
        assert len(less.content) < len(whole.content)
