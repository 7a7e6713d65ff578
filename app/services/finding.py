"""Which record a reference means, within a unit of work: live ones, any by its id, or the last deleted holder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from app.services import rows
from app.services.rows import Stored
from app.services.sql.dialect import Dialect
from app.services.sql.words import fact, facts_query
from app.services.unit_of_work import UnitOfWork
from schema.reference import Reference
from schema.resource import Kind, Resource

_MOST_DELETED = 100


class Rows(Protocol):
    """Where rows can be read: a transaction, or the database's connections for reading."""

    async def fetch_row(self, text: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None: ...


async def live(work: UnitOfWork, resource: Resource, by: Reference) -> Stored | None:
    """The live record, to be changed. A revoked key is found too."""
    where, params = _where(work.dialect, resource, by)
    found = await work.read(resource, f"{where}{_alive(resource)}", params)
    if not found:
        return None
    record = rows.of_row(resource, found[0])
    # While this one waited for the row, another may have moved the external id elsewhere.
    moved = by.external and record.values["externalIds"].get(by.key) != by.value
    return None if moved else record


async def any_by_id(work: UnitOfWork, resource: Resource, id_: str) -> Stored | None:
    """The record with this id, live or deleted."""
    where, params = _where(work.dialect, resource, Reference(resource.name, "id", id_))
    found = await work.read(resource, where, params)
    return rows.of_row(resource, found[0]) if found else None


async def last_deleted(work: UnitOfWork, resource: Resource, by: Reference) -> Stored | None:
    """Of the deleted records that held this reference's value, the one that was deleted last."""
    where: str
    params: tuple[str, ...]
    if by.external:
        # Deleted records have no side rows, but they keep their words, the facts of their external ids among them.
        token = facts_query([fact("externalIds", by.key, by.value)], work.dialect.name)
        query = work.dialect.placeholder(1, "text")
        where, params = work.dialect.words(resource.table, resource.table, query), (token,)
    else:
        where, params = _where(work.dialect, resource, by)
    ending = (
        f" AND deleted_at IS NOT NULL ORDER BY deleted_at DESC, seq DESC LIMIT {_MOST_DELETED if by.external else 1}"
    )
    for found in await work.read(resource, where + ending, params):
        record = rows.of_row(resource, found)
        if not by.external or record.values["externalIds"].get(by.key) == by.value:
            return record
    return None


async def live_id(tx: Rows, dialect: Dialect, resource: Resource, by: Reference) -> str | None:
    """The id of the live record that a reference means; the row stays free for others to change."""
    where, params = _where(dialect, resource, by)
    found = await tx.fetch_row(f"SELECT id FROM {resource.table} WHERE {where}{_alive(resource)}", params)
    return None if found is None else str(found[0])


def _alive(resource: Resource) -> str:
    return " AND deleted_at IS NULL" if resource.deletable else ""


def _where(dialect: Dialect, resource: Resource, by: Reference) -> tuple[str, tuple[str, ...]]:
    p = [dialect.placeholder(i, "text") for i in (1, 2, 3)]
    if by.external:
        side = f"SELECT record FROM external_ids WHERE resource = {p[0]} AND system = {p[1]} AND value = {p[2]}"
        return f"id = ({side})", (resource.name, by.key, by.value)
    return f"{_column(resource, by.key)} = {p[0]}", (by.value,)


def _column(resource: Resource, key: str) -> str:
    """The column in which the values of a unique field are compared."""
    field = resource.field(key)
    assert field is not None
    return f"{field.column}_exact" if field.kind is Kind.EMAIL else field.column
