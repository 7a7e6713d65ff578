"""Statements go along indexes: every sort, and every filter by an equal value, on the table that a list is of."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from app.services.database import Database
from app.services.prepared import prepare
from schema.actor import SYSTEM
from schema.cursor import Cursor, encode
from schema.operators import Operator, operators_of
from schema.paging import mark
from schema.paths import sortable
from schema.query_string import history_selection, list_selection, parameters
from schema.reference import Reference
from schema.resource import Field, Kind, Resource
from schema.resources import CUSTOMER, DIRECTORY
from schema.selection import Many, Selection
from tests.world import fill

VALUES = {Kind.INTEGER: "7", Kind.INSTANT: "2024-01-01T00:00:00Z", Kind.METADATA: "pro", Kind.EXTERNAL_IDS: "7"}
KEYS = {Kind.METADATA: ".plan", Kind.EXTERNAL_IDS: ".erp"}


async def plan(db: Database, resource: Resource, query: str) -> str:
    """How SQLite goes about a list, a step a line."""
    steps = await db.fetch(*_explained(db, list_selection(resource, parameters(query))))
    return "\n".join(str(step[-1]) for step in steps)


def _explained(db: Database, selection: Selection) -> tuple[str, list[Any]]:
    prepared = prepare(selection, SYSTEM, db.dialect)
    return f"EXPLAIN QUERY PLAN {prepared.text}", prepared.params(selection, None)


def scans(steps: str) -> list[str]:
    """Walks over a whole table, of which no index is told."""
    return [step for step in steps.splitlines() if re.fullmatch(r"SCAN t\d+", step)]


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
async def test_every_sort_of_its_own_is_a_walk_along_an_index(db: Database, resource: Resource) -> None:
    await fill(db, random.Random(1))
    for path, (hops, _) in sortable(resource).items():
        if hops:
            continue
        for sign in ("", "-"):
            steps = await plan(db, resource, f"sort={sign}{path}&limit=5")
            if path == "id":  # the order of the table itself
                assert scans(steps), steps
                assert "TEMP B-TREE" not in steps, steps
                continue
            first = next(step for step in steps.splitlines() if re.match(r"(SCAN|SEARCH) t\d+", step))
            assert "USING" in first, (path, steps)
            assert not scans(steps), (path, steps)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
async def test_every_filter_by_an_equal_value_is_a_search(db: Database, resource: Resource) -> None:
    await fill(db, random.Random(1))
    for path, owner in resource.scalars:
        if path == "version":
            continue  # nobody looks for a version: it has an index for its sort alone
        operator = Operator.EQ if Operator.EQ in operators_of(owner) else Operator.HAS
        steps = await plan(db, resource, f"{path}{KEYS.get(owner.kind, '')}[{operator}]={_value(owner)}")
        first = next(step for step in steps.splitlines() if re.match(r"(SCAN|SEARCH) t\d+", step))
        assert first.startswith("SEARCH"), (path, steps)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
async def test_of_two_equal_values_the_rarer_one_is_searched(db: Database, resource: Resource) -> None:
    """In whichever order they are given, and although many records with the other stand in the order of the list."""
    rare = [path for path, owner in resource.scalars if path in ("email", "phone", "domain", "name")]
    rare += ["externalIds.erp", "clientId"] if resource.field("clientId") else ["externalIds.erp"]
    common = [
        (path, owner) for path, owner in resource.scalars if owner.choices or path in ("ownerId", "address.country")
    ]
    for one in rare:
        for other, owner in common:
            value = "erp:7" if one == "clientId" else "+14155550100" if one == "phone" else "x.io"
            parts = [f"{one}={value.replace('+', '%2B')}", f"{other}={_value(owner)}"]
            for query in ("&".join(parts), "&".join(parts[::-1]), "&".join([*parts, "sort=-createdAt"])):
                steps = await plan(db, resource, query)
                first = next(step for step in steps.splitlines() if re.match(r"(SCAN|SEARCH) t1", step))
                assert not re.search(rf"{resource.table}_(status|role|email_consent|owner_id|address)", first), (
                    query,
                    steps,
                )


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_a_cursor_leads_to_the_very_row_among_equal_ones(db: Database) -> None:
    """All active customers are equal in a list by status: none before the cursor is walked over."""
    for query, range_ in (
        ("sort=status", "customers_status ((status,rowid)>(?,?))"),
        ("sort=-status", "customers_status ((status,rowid)<(?,?))"),
        ("status=active", "customers_status_created_at (status=? AND (created_at,rowid)<(?,?))"),
    ):
        bare = list_selection(CUSTOMER, parameters(query))
        value = "ACTIVE" if "sort" in query else "2024-01-01T00:00:00.000Z"
        cursor = encode(Cursor((value, "cus_01h455vb4pex5vsknk084sn02q")), mark(bare))
        assert f"SEARCH t1 USING INDEX {range_}" in await plan(db, CUSTOMER, f"{query}&after={cursor}"), query


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_an_order_that_names_the_id_is_the_one_of_the_index(db: Database) -> None:
    of_one_value = ("status=active&sort=-id", "ownerId=erp:1&sort=id")
    for query in ("sort=status,id", "sort=-version,-id", "sort=id,name", *of_one_value):
        steps = await plan(db, CUSTOMER, query)
        assert "TEMP B-TREE" not in steps, (query, steps)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_records_of_a_parent_in_another_order_are_read_as_they_lie(db: Database) -> None:
    """In the order of their numbers, that is: so they stand together, and the first ones are found soon."""
    for query, index in (("sort=name", "customers_client_id"), ("sort=-createdAt", "customers_client_id_created_at")):
        steps = await plan(db, CUSTOMER, f"clientId=cli_01h455vb4pex5vsknk084sn02q&{query}")
        assert f"SEARCH t1 USING INDEX {index} (client_id=?)" in steps, steps


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_a_history_is_found_by_its_record(db: Database) -> None:
    await fill(db, random.Random(1))
    for query in ("", "count=true&field=email", "action=updated&after="):
        params = parameters(query.removesuffix("after="))
        if query.endswith("after="):
            params["after"] = _cursor(params)
        by = Reference("customer", "id", "cus_01h455vb4pex5vsknk084sn02q")
        steps = [step[-1] for step in await db.fetch(*_explained(db, history_selection(CUSTOMER, by, params)))]
        assert not scans("\n".join(steps)), steps
        assert any("USING INDEX changes_record" in step for step in steps), steps


def _cursor(params: dict[str, str]) -> str:
    """A cursor of the history with this filter."""
    (page,) = history_selection(CUSTOMER, Reference("customer", "id", "x"), params).record.members
    assert isinstance(page, Many)
    return encode(Cursor((3, "cus_01h455vb4pex5vsknk084sn02q")), mark(page.connection))


def _value(owner: Field) -> str:
    if owner.kind is Kind.ID:
        return "email:a@x.io" if owner.target == "user" else "erp:7"
    return VALUES.get(owner.kind, owner.choices[0] if owner.choices else "x")
