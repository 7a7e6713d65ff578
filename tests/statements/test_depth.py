"""SQLite reads a statement of whatever depth may be asked for: older versions refuse what lies too deep in itself."""

from __future__ import annotations

import sqlite3

import pytest

from app.graphql.documents import Worlds, operation
from app.graphql.run import ready
from app.services.database import Database
from app.services.database.errors import from_sqlite
from app.services.prepared import prepare
from schema.actor import Actor, actor_of
from schema.graphql.reading import Read
from schema.narrowing import settled
from schema.problem import Problem
from schema.query_string import history_selection, parameters
from schema.reference import Reference
from schema.resources import DIRECTORY
from schema.selection import Selection

DEEP = (
    '{"users": {"clients": {"customers": {"owner": {"clients": {"name": {"contains": "a"}}}}}},'
    ' "clients": {"not": {"owner": {"customers": {"not": {"client": {"name": {"eq": "a"}}}}}}},'
    ' "customers": {"or": [{"client": {"name": {"eq": "x"}}}, {"tags": {"has": "a"}}]}}'
)
KEYS = ["{}", '{"users": {"title": {"eq": "a"}}, "clients": {"name": {"eq": "a"}}}', DEEP]
HISTORY = "{ totalCount edges { cursor node { id changes actor { keyId } } } pageInfo { hasNextPage endCursor } }"
DOWN, UP = "client { customers(first: 2) { nodes { id ", "} } } "
DOCUMENTS = [
    f"{{ customers(first: 2) {{ nodes {{ id {DOWN * 3} {UP * 3} }} }} }}",
    f"{{ customers(first: 2) {{ nodes {{ id {DOWN * 2} changes {{ nodes {{ id changes }} }} {UP * 2} }} }} }}",
    f'{{ clients {{ nodes {{ owner {{ changes(first: 2, filter: {{field: {{eq: "name"}}}}) {HISTORY} }} }} }} }}',
    f'{{ customer(id: "erp:1") {{ client {{ owner {{ customers {{ nodes {{ changes {HISTORY} }} }} }} }} }} }}',
]


def actor(filters: str) -> Actor:
    return actor_of("key_x", "usr_x", ["*"], "ADMIN", filters)


async def read(db: Database, selection: Selection, who: Actor) -> None:
    """Has the database read the statement, but not run it."""
    prepared = prepare(selection, who, db.dialect)
    assert await db.fetch(f"EXPLAIN {prepared.text}", prepared.params(selection, None))


@pytest.mark.parametrize("filters", KEYS)
@pytest.mark.parametrize("document", DOCUMENTS)
async def test_lists_within_each_other(db: Database, document: str, filters: str) -> None:
    who = actor(filters)
    kept = (await Worlds().made(settled(who.hidden))).get(document)
    assert not kept.errors
    found = ready(kept.prepared(operation(kept, None)), {}, None)
    assert not isinstance(found, list)
    (asked,) = found.asked.values()
    assert isinstance(asked, Read)
    assert asked.selection is not None
    await read(db, asked.selection, who)


@pytest.mark.parametrize("filters", KEYS)
async def test_a_history(db: Database, filters: str) -> None:
    query = parameters("count=true&field[in]=createdAt,name&userId[ne]=email:a@x.io&action=updated")
    for resource in DIRECTORY:
        by = Reference(resource.name, "erp", "1")
        await read(db, history_selection(resource, by, query), actor(filters))


def test_what_is_too_deep_all_the_same_is_said_so() -> None:
    found = from_sqlite(sqlite3.OperationalError("parser stack overflow"))
    assert isinstance(found, Problem)
    assert found.code == "validation_failed"
    assert "nested too deeply" in (found.detail or "")
