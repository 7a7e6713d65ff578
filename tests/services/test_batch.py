"""What a batch costs whoever asks for it, and that what is amiss with the database is nobody's operation's fault."""

from __future__ import annotations

from typing import Any

import pytest

from app.running import running
from app.services.batch.names import Names, in_filter
from app.services.database.errors import unavailable
from app.services.rates import WRITE_ROWS, Counted, Tab
from schema.batch import read_batch
from schema.operators import MAX_VALUES
from schema.problem import Problem
from schema.resources import CUSTOMER
from tests.services.conftest import Desk
from tests.services.test_batch_races import do, total

Json = dict[str, Any]


def create(name: str) -> Json:
    return {"op": "create", "resource": "customers", "data": {"name": name}}


async def spent(desk: Desk, *operations: Json) -> int:
    tab = Tab()
    token = running.set(Counted("", tab=tab))
    try:
        await do(desk.db, operations)
    finally:
        running.reset(token)
    return tab.rows


async def test_each_record_costs_as_a_write(desk: Desk) -> None:
    assert await spent(desk, create("a")) == WRITE_ROWS
    assert await spent(desk, create("b"), create("c"), create("d")) == 3 * WRITE_ROWS
    by_filter = {"op": "delete", "resource": "customers", "filter": {"name": {"eq": "b"}}, "atMost": 5}
    looked_at = 5 + 1
    assert await spent(desk, by_filter, create("e")) == 6 * WRITE_ROWS + looked_at


@pytest.mark.parametrize("atomic", [True, False])
async def test_a_database_that_fails_fails_the_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch, atomic: bool) -> None:
    """Not one operation by itself: of those before it nothing is stored either."""
    made = await desk.create(CUSTOMER, {"name": "a"})
    before = await total(desk, "changes")

    async def away(*_: object) -> None:
        raise unavailable()

    operations = [create("b"), {"op": "delete", "resource": "customers", "id": made}, create("c")]
    monkeypatch.setattr("app.services.finding.live", away)
    with pytest.raises(Problem) as caught:
        await do(desk.db, operations, atomic=atomic)
    assert caught.value.code == "unavailable"
    assert await total(desk, "changes") == before


def test_what_is_near_a_name_is_looked_for_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is compared with each that there is: thousands of wrong ones would keep everybody waiting for minutes."""
    compared: list[int] = []

    def counted(_: str, known: list[str]) -> str:
        compared.append(len(known))
        return "; did you mean a?"

    monkeypatch.setattr("app.services.batch.names.nearest", counted)
    named = [create("x") | {"ref": f"a{i}"} for i in range(999)]
    wrong = {"clientId": {"in": [f"$b{i}" for i in range(5 * MAX_VALUES)]}}
    operations = [*named, {"op": "delete", "resource": "customers", "filter": wrong}]
    faults: dict[str, str] = {}
    in_filter(Names(read_batch({"operations": operations})), CUSTOMER, wrong, 999, faults)
    assert (len(faults), sum(compared) <= 1000) == (MAX_VALUES, True)
    assert [text.endswith("; did you mean a?") for text in faults.values()].count(True) == len(compared) > 0
