"""A desk for the tests of services: a fresh database of each kind, and short ways to write to it and look into it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from app.services import rows
from app.services.database import Database
from app.services.read import read
from app.services.write import write
from app.settings import Settings
from schema.actor import SYSTEM, Actor
from schema.change import Call, Change, Create, Delete, Precondition, Restore, Source, Update, Upsert, Written
from schema.problem import Problem
from schema.query_string import history_selection
from schema.reference import reference
from schema.resource import Resource
from schema.resources import BY_PREFIX

TRACE = "00-a405f077df056a498323ffbcec05923f-aa63e6f4dbbc734a-01"


@dataclass
class Desk:
    db: Database
    actor: Actor = field(default=SYSTEM)

    def call(self, actor: Actor | None = None) -> Call:
        return Call(actor or self.actor, Source.CLI, TRACE)

    async def do(self, change: Change, actor: Actor | None = None) -> Written:
        return await write(self.db, change, self.call(actor))

    async def create(self, resource: Resource, data: dict[str, Any], actor: Actor | None = None) -> str:
        return (await self.do(Create(resource, data), actor)).id

    async def update(
        self, resource: Resource, ref: str, data: dict[str, Any], version: int | None = None, actor: Actor | None = None
    ) -> Written:
        precondition = None if version is None else Precondition((version,))
        return await self.do(Update(resource, reference(ref, resource), data, precondition), actor)

    async def upsert(self, resource: Resource, ref: str, data: dict[str, Any], **more: Any) -> Written:
        return await self.do(Upsert(resource, reference(ref, resource), data, **more))

    async def delete(self, resource: Resource, ref: str, precondition: Precondition | None = None) -> Written:
        return await self.do(Delete(resource, reference(ref, resource), precondition))

    async def restore(self, resource: Resource, ref: str) -> Written:
        return await self.do(Restore(resource, reference(ref, resource)))

    async def values(self, id_: str) -> dict[str, Any]:
        """The record as it is stored, live or not."""
        resource = BY_PREFIX[id_.partition("_")[0]]
        where = f"id = {self.db.dialect.placeholder(1, 'text')}"
        row = await self.db.fetch_row(rows.select(resource, self.db.dialect, where, lock=False), (id_,))
        assert row is not None
        return dict(rows.of_row(resource, row).values)

    async def changes(self, id_: str, **params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.history(id_, None, **params))["data"]
        return found

    async def history(self, ref: str, resource: Resource | None = None, **params: str) -> dict[str, Any]:
        """A page of the record's changes; KeyError if there is no such record."""
        resource = resource or BY_PREFIX[ref.partition("_")[0]]
        body = (await read(self.db, history_selection(resource, reference(ref, resource), params), self.actor)).body
        if body is None:
            raise KeyError(ref)
        page: dict[str, Any] = json.loads(body)["changes"]
        return page

    async def words(self, id_: str) -> set[str]:
        """The search words of a record."""
        resource = BY_PREFIX[id_.partition("_")[0]]
        if self.db.dialect.name == "sqlite":
            table = f"{resource.table}_words"
            text = f"SELECT words FROM {table} WHERE rowid = (SELECT seq FROM {resource.table} WHERE id = ?1)"
            row = await self.db.fetch_row(text, (id_,))
            assert row is not None
            return set(row[0].split())
        text = f"SELECT tsvector_to_array(words) FROM {resource.table} WHERE id = $1::text"
        row = await self.db.fetch_row(text, (id_,))
        assert row is not None
        return set(row[0])

    async def sides(self, id_: str) -> dict[str, str]:
        """The side rows of a record's external ids."""
        where = f"record = {self.db.dialect.placeholder(1, 'text')}"
        return dict(await self.db.fetch(f"SELECT system, value FROM external_ids WHERE {where}", (id_,)))


async def refused(work: Awaitable[Any], code: str, detail: str | None = None) -> Problem:
    """The problem, of this code, that the work raises."""
    with pytest.raises(Problem) as caught:
        await work
    assert caught.value.code == code, caught.value
    assert detail is None or caught.value.detail == detail
    return caught.value


@pytest_asyncio.fixture
async def desk(migrated_url: str) -> AsyncIterator[Desk]:
    db = await Database.open(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None))
    try:
        yield Desk(db)
    finally:
        await db.close()
