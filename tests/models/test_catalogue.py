"""The catalogues: each database has every unique rule and index that the declarations call for, and they hold."""

import re

import pytest

from app.services.database import Database, UniqueViolation
from schema.resources import DIRECTORY, RESOURCES
from tests.models.rows import AT, insert

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
}


async def indexes(db: Database) -> dict[str, str]:
    """Each index by its name: `UNIQUE table (columns) WHERE condition`, spelt alike for both databases."""
    found = {}
    for name, text in await db.fetch(INDEXES[db.dialect.name]):
        parts = re.fullmatch(r"CREATE (UNIQUE )?INDEX \S+ ON (?:\w+\.)?(\w+) (?:USING \w+ )?\((.*?)\)(.*)", text)
        assert parts, text
        unique, table, columns, rest = parts.groups()
        found[name] = f"{unique or ''}{table} ({columns}){rest.replace('(', '').replace(')', '')}"
    return found


def sorts() -> dict[str, str]:
    return {
        f"{r.table}_{f.column}": f"{r.table} ({f.column}{'_folded' if f.folded else ''}, id)"
        for r in RESOURCES
        for _, f in r.scalars
        if f.sortable and f.name != "id"
    }


def foreign_keys() -> dict[str, str]:
    return {
        f"{r.table}_{relation.key}_created_at": f"{r.table} ({relation.key}, created_at, id)"
        for r in RESOURCES
        for relation in r.to_one
    }


def unique_rules() -> dict[str, str]:
    return {
        f"{r.table}_{f.column}_live": f"UNIQUE {r.table} ({column}) WHERE deleted_at IS NULL"
        for r in RESOURCES
        for f in r.fields
        if f.unique
        for column in ["email_exact" if f.name == "email" else f.column]
    }


OTHERS = {
    "users_email_exact": "users (email_exact, id)",
    "clients_email_exact": "clients (email_exact, id)",
    "customers_email_exact": "customers (email_exact, id)",
    "users_status_created_at": "users (status, created_at, id)",
    "clients_status_created_at": "clients (status, created_at, id)",
    "customers_status_created_at": "customers (status, created_at, id)",
    "external_ids_value": "UNIQUE external_ids (resource, system, value)",
    "external_ids_record": "external_ids (record)",
    "api_keys_secret_hash": "UNIQUE api_keys (secret_hash)",
    "api_keys_previous_hash": "api_keys (previous_hash)",
    "changes_record": "changes (record, seq)",
    "portal_sessions_user_id": "portal_sessions (user_id)",
    "portal_sessions_expires_at": "portal_sessions (expires_at)",
    "idempotency_keys_holder": "UNIQUE idempotency_keys (holder, key)",
    "idempotency_keys_expires_at": "idempotency_keys (expires_at)",
    "sign_in_attempts_last_at": "sign_in_attempts (last_at)",
}


async def test_every_index_is_there_and_no_other(db: Database) -> None:
    expected = sorts() | foreign_keys() | unique_rules() | OTHERS
    if db.dialect.name == "sqlite":  # every index ends in the row's number, which grows with the id
        expected = {name: text.replace(", id)", ")") for name, text in expected.items()}
    found = await indexes(db)
    if db.dialect.name == "postgresql":
        keys = {name for name in found if name.endswith(("_pkey", "_key")) or name.startswith("uid_tortoise")}
        assert keys >= {f"{r.table}_id_key" for r in RESOURCES}
        found = {name: text for name, text in found.items() if name not in keys}
        listed = "WITH fastupdate='on', gin_pending_list_limit='64'"
        expected |= {f"{r.table}_words": f"{r.table} (words) {listed}" for r in DIRECTORY}
        expected |= {"changes_tx": "changes (tx, seq)"}
    assert found == expected


async def test_search_words_have_their_place(db: Database) -> None:
    for resource in DIRECTORY:
        async with db.transaction() as tx:
            await insert(tx, db.dialect, resource.table, id=f"{resource.prefix}_1")
            if db.dialect.name == "sqlite":
                await tx.execute(f"INSERT INTO {resource.table}_words (rowid, words) VALUES (1, 'w616e6e')")
            else:
                await tx.execute(f"UPDATE {resource.table} SET words = array_to_tsvector(ARRAY['w616e6e'])")
        query = '"w61"*' if db.dialect.name == "sqlite" else "'w61':*"
        matches = db.dialect.words("t", resource.table, db.dialect.placeholder(1, "text"))
        assert await db.fetch(f"SELECT t.id FROM {resource.table} t WHERE {matches}", (query,)) == [
            (f"{resource.prefix}_1",)
        ]


async def test_texts_are_ordered_by_code_point(db: Database) -> None:
    names = ["Z", "a", "É", "e", "B", "ä"]
    async with db.transaction() as tx:
        for number, name in enumerate(names):
            await insert(tx, db.dialect, "users", id=f"usr_{number}", name=name)
    rows = await db.fetch("SELECT name FROM users ORDER BY name")
    assert [name for (name,) in rows] == sorted(names)


RULES = [
    ("users", "email_exact", "users_email_live"),
    ("clients", "domain", "clients_domain_live"),
    ("customers", "email_exact", "customers_email_live"),
]


@pytest.mark.parametrize(("table", "column", "name"), RULES)
async def test_live_records_hold_a_value_once(db: Database, table: str, column: str, name: str) -> None:
    async with db.transaction() as tx:
        await insert(tx, db.dialect, table, id="a", **{column: "x"}, deleted_at=AT)
        await insert(tx, db.dialect, table, id="b", **{column: "x"}, deleted_at=AT)
        await insert(tx, db.dialect, table, id="c", **{column: "x"})
    with pytest.raises(UniqueViolation) as caught:
        async with db.transaction() as tx:
            await insert(tx, db.dialect, table, id="d", **{column: "x"})
    assert caught.value.name == name
    with pytest.raises(UniqueViolation) as caught:
        async with db.transaction() as tx:
            await tx.execute(f"UPDATE {table} SET deleted_at = NULL WHERE id = 'a'")
    assert caught.value.name == name
    assert await db.fetch(f"SELECT id FROM {table} WHERE deleted_at IS NULL") == [("c",)]


async def test_other_unique_rules_hold(db: Database) -> None:
    rules = [
        ("users", {"id": "a"}, {"id": "a", "email_exact": "y"}, "users_id_key"),
        ("external_ids", {"value": "1", "record": "a"}, {"value": "1", "record": "b"}, "external_ids_value"),
        (
            "api_keys",
            {"id": "a", "owner_id": "a", "secret_hash": "h"},
            {"id": "b", "owner_id": "a", "secret_hash": "h"},
            "api_keys_secret_hash",
        ),
    ]
    for table, one, other, name in rules:
        async with db.transaction() as tx:
            await insert(tx, db.dialect, table, **one)
        with pytest.raises(UniqueViolation) as caught:
            async with db.transaction() as tx:
                await insert(tx, db.dialect, table, **other)
        assert caught.value.name == name


async def test_a_reference_leads_to_a_record(db: Database) -> None:
    for table, column in [("clients", "owner_id"), ("customers", "client_id"), ("api_keys", "owner_id")]:
        extra = {"secret_hash": "h"} if table == "api_keys" else {}
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            async with db.transaction() as tx:
                await insert(tx, db.dialect, table, id="a", **{column: "nobody"}, **extra)


async def test_changes_on_postgresql_carry_their_transaction(db: Database) -> None:
    if db.dialect.name == "sqlite":
        return
    async with db.transaction() as tx:
        await insert(tx, db.dialect, "changes", record="a")
        await insert(tx, db.dialect, "changes", record="b")
        current = await tx.fetch_row("SELECT pg_current_xact_id()::text")
    assert set(await db.fetch("SELECT tx::text FROM changes")) == {current}


async def test_maintenance_is_off_at_first(db: Database) -> None:
    assert [tuple(map(bool, row)) for row in await db.fetch('SELECT id, "on" FROM maintenance')] == [(True, False)]
