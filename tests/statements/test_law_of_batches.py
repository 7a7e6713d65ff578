"""The law of batches: on PostgreSQL, new records take no more trips to the server the more there are of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.services.batch import check_batch, perform_batch
from app.services.database import Database
from app.services.unit_of_work import in_unit_of_work
from app.settings import Settings
from schema.actor import SYSTEM
from schema.batch import read_batch
from schema.change import Call, Source
from tests.conftest import migrated

TRACE = "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01"


@pytest.fixture
def postgresql_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with migrated(request, "postgresql", tmp_path) as url:
        yield url


@pytest.fixture
async def on_postgresql(postgresql_url: str) -> AsyncIterator[Database]:
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": postgresql_url}, dotenv=None))
    yield db
    await db.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each way to ask the server was used."""
    found: Counter[str] = Counter()

    def counted(name: str, ask: Any) -> Any:
        async def counting(*args: Any, **options: Any) -> Any:
            found[name] += 1
            return await ask(*args, **options)

        return counting

    for name in ("fetch", "execute", "executemany"):
        ask = getattr(asyncpg.connection.Connection, name)
        monkeypatch.setattr(asyncpg.connection.Connection, name, counted(name, ask))
    return found


async def asked(db: Database, op: str, many: int, mark: str) -> None:
    """Makes a client and so many customers of it."""
    creates: list[dict[str, Any]] = [
        {"op": "create", "resource": "clients", "ref": "c", "data": {"name": "C", "domain": f"{mark}.io"}}
    ]
    creates += [
        {
            "op": op,
            "resource": "customers",
            **({"id": f"email:{mark}{i}@x.io" if i % 2 else f"erp:{mark}{i}"} if op == "upsert" else {}),
            "data": {"email": f"{mark}{i}@x.io", "externalIds": {"erp": f"{mark}{i}"}, "clientId": "$c"},
        }
        for i in range(many)
    ]

    checked = await check_batch(read_batch({"operations": creates}), SYSTEM)
    results = await in_unit_of_work(db, Call(SYSTEM, Source.BATCH, TRACE), lambda work: perform_batch(work, checked))
    assert len(results) == many + 1


@pytest.mark.parametrize("op", ["create", "upsert"])
async def test_many_make_no_more_trips_than_some(on_postgresql: Database, trips: Counter[str], op: str) -> None:
    await asked(on_postgresql, op, 20, "first")
    trips.clear()
    await asked(on_postgresql, op, 20, "some")
    some = Counter(trips)
    trips.clear()
    await asked(on_postgresql, op, 600, "many")
    assert trips == some
    assert sum(some.values()) <= 12
