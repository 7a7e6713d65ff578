"""The unit of work: a record's row, its external ids, its words and its change record, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from zlib import crc32

from app.services import rows
from app.services.changes import change_row, change_statement
from app.services.database import Database, Transaction, UniqueViolation
from app.services.ids import new_id
from app.services.rows import Stored, Values
from app.services.sql.dialect import Dialect
from app.services.sql.words import tokens
from schema.change import Action, Call
from schema.problem import problem
from schema.resource import Kind, Resource
from schema.values.instant import now

T = TypeVar("T")
ATTEMPTS = 5


class LostRace(Exception):
    """Another write has meanwhile made what this one looked for in vain."""


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """An open transaction, and on whose behalf it writes."""

    tx: Transaction
    dialect: Dialect
    call: Call


async def in_unit_of_work(db: Database, call: Call, work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Runs `work` in one transaction: all of it is stored, or nothing.

    A lost race for a unique value is no error: the work begins anew, and then finds the winner's record.
    """
    for _ in range(ATTEMPTS):
        try:
            async with db.transaction() as tx:
                return await work(UnitOfWork(tx, db.dialect, call))
        except (UniqueViolation, LostRace):
            continue
    raise problem("conflict", "Other writes took the same unique value again and again; try once more.")


async def alone(work: UnitOfWork, what: str) -> None:
    """Waits until no other transaction does `what`, and keeps others waiting until this one ends."""
    if work.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await work.tx.fetch_row("SELECT pg_advisory_xact_lock($1::bigint)", (crc32(what.encode()),))


async def add(work: UnitOfWork, resource: Resource, values: Values, secrets: Mapping[str, Any] | None = None) -> Stored:
    """Stores a new record at version 1. `secrets` are columns that are no fields."""
    at = now()
    id_ = new_id(resource.prefix)
    after = {**values, "id": id_, "version": 1, "createdAt": values["createdAt"] or at, "updatedAt": at}
    secrets = secrets or {}
    row = {**rows.row(resource, after), **secrets}
    words = tokens(resource, after)
    extra = tuple(secrets)
    params = list(row.values())
    if searched(resource) and work.dialect.name == "postgresql":
        extra, params = (*extra, "words"), [*params, words]
    found = await work.tx.fetch_row(rows.insert(resource, work.dialect, extra), params)
    assert found is not None
    stored = Stored(int(found[0]), after)
    if searched(resource) and work.dialect.name == "sqlite":
        insert = f"INSERT INTO {resource.table}_words (rowid, words) VALUES (?1, ?2)"
        await work.tx.execute(insert, (stored.seq, " ".join(words)))
    await _external_ids(work, resource, stored.id, {}, after.get("externalIds", {}))
    await _change(work, resource, Action.CREATED, None, after)
    return stored


async def replace(
    work: UnitOfWork,
    resource: Resource,
    before: Stored,
    values: Values,
    action: Action,
    secrets: Mapping[str, Any] | None = None,
) -> Stored:
    """Stores what a record has become, as its next version."""
    # A clock that was set back must not make a record older than it was.
    at = max(now(), before.values["updatedAt"])
    if action is Action.DELETED:
        values = {**values, "deletedAt" if resource.deletable else "revokedAt": at}
    after = {**values, "version": before.version + 1, "updatedAt": at}
    secrets = secrets or {}
    row = {**rows.row(resource, after), **secrets}
    words = tokens(resource, after)
    new_words = searched(resource) and words != tokens(resource, before.values)
    extra = tuple(secrets)
    params = list(row.values())
    if new_words and work.dialect.name == "postgresql":
        extra, params = (*extra, "words"), [*params, words]
    await work.tx.execute(rows.update(resource, work.dialect, extra), [*params, before.seq])
    if new_words and work.dialect.name == "sqlite":
        update = f"UPDATE {resource.table}_words SET words = ?1 WHERE rowid = ?2"
        await work.tx.execute(update, (" ".join(words), before.seq))
    await _external_ids(work, resource, before.id, _claimed(before.values), _claimed(after))
    await _change(work, resource, action, before.values, after)
    return Stored(before.seq, after)


def searched(resource: Resource) -> bool:
    """Whether search words are kept for its records."""
    return any(f.searched for f in resource.fields)


def _claimed(values: Values) -> Mapping[str, str]:
    """The external ids that a record holds: a deleted one holds none."""
    claimed: Mapping[str, str] = {} if values.get("deletedAt") else values.get("externalIds", {})
    return claimed


async def _external_ids(
    work: UnitOfWork, resource: Resource, id_: str, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """Keeps the side rows, by which an external id finds its record, as the record has them."""
    if not any(f.kind is Kind.EXTERNAL_IDS for f in resource.fields):
        return
    p = work.dialect.placeholder
    match = f"resource = {p(1, 'text')} AND system = {p(2, 'text')} AND value = {p(3, 'text')}"
    for system, value in before.items() - after.items():
        await work.tx.execute(f"DELETE FROM external_ids WHERE {match}", (resource.name, system, value))
    values = f"VALUES ({p(1, 'text')}, {p(2, 'text')}, {p(3, 'text')}, {p(4, 'text')})"
    for system, value in sorted(after.items() - before.items()):
        insert = f"INSERT INTO external_ids (resource, system, value, record) {values}"
        await work.tx.execute(insert, (resource.name, system, value, id_))


async def _change(work: UnitOfWork, resource: Resource, action: Action, before: Values | None, after: Values) -> None:
    row = change_row(work.call, resource, action, before, after)
    await work.tx.execute(change_statement(work.dialect.name), row)
