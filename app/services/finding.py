"""Which record a reference means, within a unit of work: live ones, any by its id, or the last deleted holder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from app.services import rows
from app.services.rows import Stored
from app.services.sql.condition import existing, referenced, seen
from app.services.sql.dialect import DIALECTS, Dialect
from app.services.sql.params import Builder, fixed
from app.services.sql.words import fact, facts_query
from app.services.unit_of_work import UnitOfWork
from app.services.visible import sight_of
from schema.actor import Actor
from schema.reference import Reference
from schema.resource import Resource
from schema.selection import Deleted
from schema.values.email import exact

_MOST_DELETED = 100


# Asks the database, within a transaction or without one.
Fetch = Callable[[str, Sequence[Any]], Awaitable[list[tuple[Any, ...]]]]


class Rows(Protocol):
    """Where rows can be read: a transaction, or the database's connections for reading."""

    async def fetch_row(self, text: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None: ...


async def live(work: UnitOfWork, resource: Resource, by: Reference) -> Stored | None:
    """The live record that the actor may see, to be changed. A revoked key is found too."""
    found = await work.read(resource, *_existing(work.dialect, work.call.actor, resource, by))
    if not found:
        return None
    record = rows.of_row(resource, found[0])
    # While this one waited for the row, another may have moved the reference's value elsewhere.
    return record if by.by_id or _holds(record, by) else None


async def any_by_id(work: UnitOfWork, resource: Resource, id_: str) -> Stored | None:
    """The record with this id, live or deleted, that the actor may see."""
    by = Reference(resource.name, "id", id_)
    found = await work.read(resource, *_existing(work.dialect, work.call.actor, resource, by, Deleted.INCLUDE))
    return rows.of_row(resource, found[0]) if found else None


async def last_deleted(work: UnitOfWork, resource: Resource, by: Reference) -> Stored | None:
    """Of the deleted records that held this reference's value, the one that was deleted last."""
    b = Builder(work.dialect, sight=sight_of(work.call.actor, (resource,)))
    if by.external:
        # Deleted records have no side rows, but they keep their words, the facts of their external ids among them.
        facts = facts_query([fact("externalIds", by.key, by.value)], work.dialect.name)
        held = work.dialect.words(resource.table, resource.table, b.text(fixed(facts)))
    else:
        held = f"{'email_exact' if by.key == 'email' else by.key} = {b.text(fixed(by.value))}"
    where = " AND ".join([held, *existing(b, resource.table, resource, Deleted.ONLY)])
    ending = f" ORDER BY deleted_at DESC, seq DESC LIMIT {_MOST_DELETED}"
    deleted = (rows.of_row(resource, found) for found in await work.read(resource, where + ending, b.params()))
    return next((record for record in deleted if _holds(record, by)), None)


async def once_held(work: UnitOfWork, resource: Resource, references: Sequence[Reference]) -> set[Reference]:
    """Those of the references by which a deleted record could be found, whoever may see it."""
    dialect, found = work.dialect, set[Reference]()
    for key in dict.fromkeys("" if by.external else by.key for by in references):
        meant = [by for by in references if ("" if by.external else by.key) == key]
        values = {
            facts_query([fact("externalIds", by.key, by.value)], dialect.name) if by.external else by.value: by
            for by in meant
        }
        held = await work.tx.peek(_held_text(dialect.name, resource, key), (dialect.texts(list(values)),))
        found |= {values[value] for (value,) in held}
    return found


@lru_cache(maxsize=64)
def _held_text(dialect_name: str, resource: Resource, key: str) -> str:
    """Which of many values deleted records have: of an own field, or as facts of external ids (no key)."""
    dialect = DIALECTS[dialect_name]
    column = "email_exact" if key == "email" else key
    test = f"r.{column} = w.value" if key else dialect.words("r", resource.table, "w.value")
    held = f"SELECT 1 FROM {resource.table} r WHERE {test} AND r.deleted_at IS NOT NULL"
    return f"SELECT w.value FROM {dialect.each_text(1)} WHERE EXISTS ({held})"


async def id_of(
    tx: Rows, dialect: Dialect, actor: Actor, resource: Resource, by: Reference, deleted: Deleted = Deleted.EXCLUDE
) -> str | None:
    """The id of the record that a reference means, if the actor may see it; the row stays free for others to change."""
    where, params = _existing(dialect, actor, resource, by, deleted)
    found = await tx.fetch_row(f"SELECT id FROM {resource.table} WHERE {where}", params)
    return None if found is None else str(found[0])


async def seen_among(fetch: Fetch, dialect: Dialect, actor: Actor, resource: Resource, ids: set[str]) -> set[str]:
    """Which of these records the actor may see, deleted ones among them."""
    sight = sight_of(actor, (resource,))
    if not ids or resource.name not in sight.conditions:
        return ids
    b = Builder(dialect, sight=sight)
    meant = dialect.one_of(f"{resource.table}.id", b.values(fixed(sorted(ids))))
    where = " AND ".join([meant, *seen(b, resource, resource.table)])
    found = await fetch(f"SELECT id FROM {resource.table} WHERE {where}", b.params())
    return {str(id_) for (id_,) in found}


def _existing(
    dialect: Dialect, actor: Actor, resource: Resource, by: Reference, deleted: Deleted = Deleted.EXCLUDE
) -> tuple[str, list[Any]]:
    """The same conditions as those of a read: what a reference means, and what exists for the actor."""
    b = Builder(dialect, sight=sight_of(actor, (resource,)))
    meant = f"{resource.table}.id = {referenced(b, fixed(by))}"
    return " AND ".join([meant, *existing(b, resource.table, resource, deleted)]), b.params()


def _holds(record: Stored, by: Reference) -> bool:
    """Whether the record has the value by which it was referred to."""
    if by.external:
        return bool(record.values["externalIds"].get(by.key) == by.value)
    value = record.values[by.key]
    return value is not None and (exact(value) if by.key == "email" else value) == by.value
