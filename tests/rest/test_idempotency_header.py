"""The header Idempotency-Key: how a key is spelt, and what is none."""

from __future__ import annotations

import pytest

from tests.rest.conftest import Api
from tests.rest.replays import ANA, assert_replay, count, keyed


@pytest.mark.parametrize("key", ["a", "!" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", "it's:a{key}", 'a"b'])
async def test_a_key_is_bare_or_quoted(sqlite: Api, key: str) -> None:
    first = await sqlite.http.post("/customers", json=ANA, headers=keyed(key))
    assert first.status_code == 201
    quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert_replay(first, await sqlite.http.post("/customers", json=ANA, headers=keyed(f" {quoted} ")))


@pytest.mark.parametrize("key", ["", '""', "a b", "é", "!" * 256, '"a', 'a"', '"a\\b"', '"a b"', '"a";b=1'])
async def test_what_is_no_key(sqlite: Api, key: str) -> None:
    refused = await sqlite.http.post("/customers", json=ANA, headers={b"Idempotency-Key": key.encode()})
    assert refused.status_code == 400
    assert refused.json()["detail"].startswith("Idempotency-Key: must be one key of 1 to 255 visible ASCII characters")
    assert await count(sqlite) == 0


async def test_one_key_stands_in_one_header(sqlite: Api) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    refused = await sqlite.http.post("/customers", json=ANA, headers=headers)
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "Idempotency-Key")
