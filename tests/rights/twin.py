"""The twin of a directory: a second database, from which the rows and fields are gone that a key does not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from app.services import rows
from app.services.database import Database, Transaction
from app.services.sql.words import places_text, tokens, vector_text
from schema.narrowing import hidden_fields
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource, constant_case
from schema.resources import DIRECTORY
from tests.oracle import Directory

Json = dict[str, Any]

TABLES = ("api_keys", "external_ids", "changes", "customers", "clients", "users")
_CHANGE = ("at", "resource", "record", "action", "version", "changes", "key_id", "user_id", "source", "trace_id")
_NUMBERS = {"version", "employees"}


@dataclass(frozen=True)
class Sight:
    """What exists for a key: ids by the names of resources, and what is hidden."""

    ids: dict[str, set[str]]
    hidden: frozenset[str]

    def shown(self, resource: Resource, values: Json) -> Json:
        """The record without what is hidden, and with null in the place of ids of what is not there."""
        gone = hidden_fields(resource, self.hidden)
        return {f.name: _nothing(f) if f.name in gone else self._value(f, values[f.name]) for f in resource.fields}

    def _value(self, field: Field, value: Any) -> Any:
        return None if field.target and value not in self.ids[field.target] else value


def sight(world: Directory, filters: Json, hidden: frozenset[str]) -> Sight:
    """By the second opinion on filters, over the whole truth."""
    found = {r.name: world.matching(r, filters.get(r.plural), deleted="INCLUDE") for r in DIRECTORY}
    return Sight({name: {one["id"] for one in many} for name, many in found.items()}, hidden)


async def clear(db: Database) -> None:
    async with db.transaction() as tx:
        for table in TABLES:
            await tx.execute(f"DELETE FROM {table}")
        if db.dialect.name == "sqlite":
            for resource in DIRECTORY:
                await tx.execute(f"DELETE FROM {resource.table}_words")


async def copy(source: Database, twin: Database, seen: Sight) -> None:
    """Fills the twin with what is seen of the source."""
    async with twin.transaction() as tx:
        for resource in DIRECTORY:
            await _records(source, tx, resource, seen)
        await _changes(source, tx, seen)


async def _records(source: Database, tx: Transaction, resource: Resource, seen: Sight) -> None:
    text = rows.select(resource, source.dialect, "TRUE ORDER BY seq", lock=False)
    parents = []
    for cells in await source.fetch(text):
        values = dict(rows.of_row(resource, cells).values)
        if values["id"] not in seen.ids[resource.name]:
            continue
        shown = seen.shown(resource, values)
        # What can't be null stays, and is not asked for; but it is not found by its words either.
        words = tokens(resource, shown)
        stored = {f.name: values[f.name] if _must_be(f) else shown[f.name] for f in resource.fields}
        parents += [(stored["id"], stored["parentId"])] if stored.get("parentId") else []
        row = rows.new_row(resource, stored) | {"members": rows.members(rows.leaving(resource, stored))}
        if "parent_id" in row:
            row["parent_id"] = None
        if source.dialect.name == "postgresql":
            row["words"] = vector_text(words)
        await _insert(source, tx, resource.table, row)
        if source.dialect.name == "sqlite":
            beside = f"INSERT INTO {resource.table}_words (rowid, words, places) VALUES (last_insert_rowid(), ?1, ?2)"
            await tx.execute(beside, (" ".join(words), places_text(words)))
        if values["deletedAt"] is None:
            for system, value in shown["externalIds"].items():
                side = {"resource": resource.name, "system": system, "value": value, "record": values["id"]}
                await _insert(source, tx, "external_ids", side)
    p = source.dialect.placeholder
    for id_, parent in parents:
        text = f"UPDATE {resource.table} SET parent_id = {p(1, 'text')} WHERE id = {p(2, 'text')}"
        await tx.execute(text, (parent, id_))


async def _changes(source: Database, tx: Transaction, seen: Sight) -> None:
    by_word = {constant_case(resource.name): resource for resource in DIRECTORY}
    for found in await source.fetch(f"SELECT {', '.join(_CHANGE)} FROM changes ORDER BY seq"):
        row = dict(zip(_CHANGE, found, strict=True))
        resource = by_word.get(row["resource"])
        if resource is None or row["record"] not in seen.ids[resource.name]:
            continue
        row["changes"] = orjson.dumps(_shown_changes(resource, orjson.loads(row["changes"]), seen)).decode()
        if row["user_id"] not in seen.ids["user"]:
            row["user_id"] = row["key_id"] = None
        await _insert(source, tx, "changes", row)


def _shown_changes(resource: Resource, changes: Json, seen: Sight) -> Json:
    gone = hidden_fields(resource, seen.hidden)
    targets = {f.name: f.target for f in resource.fields if f.target}
    kept = {}
    for name, pair in changes.items():
        if name in gone:
            continue
        if name in targets:
            pair = [value if value in seen.ids[targets[name]] else None for value in pair]
            if pair == [None, None]:
                continue
        kept[name] = pair
    return kept


async def _insert(db: Database, tx: Transaction, table: str, row: Json) -> None:
    places = [
        f"{db.dialect.placeholder(i, 'text')}::tsvector"
        if name == "words" and db.dialect.name == "postgresql"
        else db.dialect.placeholder(i, "bigint" if name in _NUMBERS else "text")
        for i, name in enumerate(row, 1)
    ]
    await tx.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(places)})", tuple(row.values()))


def _nothing(field: Field) -> Any:
    return [] if field.kind in LIST_KINDS else {} if field.kind in MAP_KINDS else None


def _must_be(field: Field) -> bool:
    return not field.nullable and field.kind not in LIST_KINDS | MAP_KINDS | {Kind.ADDRESS}


def without(resource: Resource, record: Json, hidden: frozenset[str]) -> Json:
    """A record as the twin tells it, but for the fields that are not to be told."""
    gone = hidden_fields(resource, hidden)
    return {name: value for name, value in record.items() if name not in gone}
