"""Two processes, many callers at once: one key makes one record, one reference has one, one version is saved once."""

from __future__ import annotations

import httpx
import pytest

from tests.cases.conftest import Place
from tests.safe_writes import rounds
from tests.safe_writes.conftest import ROUNDS

TWO = {"CUBE_WORKERS": "2", "CUBE_RATE_LIMIT": "off"}


def callers(place: Place) -> httpx.AsyncClient:
    """As many connections as callers: the workers share them."""
    # A connection that has lain idle for as long as the server keeps it might be closed as it is used again.
    limits = httpx.Limits(max_connections=rounds.CALLERS, keepalive_expiry=2)
    return httpx.AsyncClient(base_url=place.running.address, headers=place.authorization, timeout=60, limits=limits)


@pytest.mark.parametrize("place", [TWO], indirect=True)
async def test_fc_080_one_idempotency_key_makes_one_record_by_every_door(place: Place) -> None:
    async with callers(place) as http:
        for number in range(ROUNDS):
            for door in rounds.DOORS:
                await rounds.keyed(http, door, number)


@pytest.mark.parametrize("place", [TWO], indirect=True)
async def test_fc_005_one_reference_has_one_record_and_each_answer_was_true(place: Place) -> None:
    async with callers(place) as http:
        for number in range(ROUNDS):
            await rounds.upserts(http, number)


@pytest.mark.parametrize("place", [TWO], indirect=True)
async def test_fc_082_one_version_is_saved_once(place: Place) -> None:
    async with callers(place) as http:
        for number in range(ROUNDS):
            await rounds.versions(http, number)
