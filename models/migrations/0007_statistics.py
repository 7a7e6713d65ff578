"""For SQLite, how many records have one value of a field, where they are many: else it takes ten for each.

Without that it would walk all active customers for one e-mail address among them, because they stand in the order that
is asked for. What is written here is rough and the same for every directory, so that a statement has one plan.
"""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

_RECORDS = 1_000_000
_COUNTRIES, _REGIONS, _CITIES = 20_000, 5_000, 1_000
_ADDRESS = {
    "address_country": _COUNTRIES,
    "address_region": _REGIONS,
    "address_city": _CITIES,
    "address_postal_code": 100,
}
_PERSON = {"locale": 20_000, "time_zone": 20_000, "title": 1_000, "given_name": 500, "family_name": 100}
# By table: its indexes on one field by the names of these, and how many records have one value of it.
_MANY = {
    "users": {"version": 50_000, "role": 50_000, "status": 50_000, **_PERSON},
    "clients": {"version": 50_000, "status": 50_000, "industry": 20_000, "owner_id": 5_000, **_ADDRESS},
    "customers": {
        "version": 50_000,
        "status": 50_000,
        "email_consent": 50_000,
        "owner_id": 5_000,
        "client_id": 50,
        **_PERSON,
        **_ADDRESS,
    },
}


async def tell(apps: Any, editor: Any) -> None:
    if editor.DIALECT != "sqlite":
        return  # PostgreSQL finds out by itself
    await editor.client.execute_query("ANALYZE sqlite_schema")  # makes the table of statistics
    indexes = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    _, found = await editor.client.execute_query(indexes)
    for table, index in (tuple(row) for row in found):
        many = _of_one_value(table, index)
        if many is not None:
            columns = len((await editor.client.execute_query(f"PRAGMA index_info({index})"))[1])
            stat = " ".join(map(str, (_RECORDS, many, *[1] * (columns - 1))))
            told = f"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('{table}', '{index}', '{stat}')"
            await editor.client.execute_query(told)


def _of_one_value(table: str, index: str) -> int | None:
    """`customers_status` and `customers_status_created_at` begin with the same field."""
    for field, many in _MANY.get(table, {}).items():
        if index in (f"{table}_{field}", f"{table}_{field}_created_at"):
            return many
    return None


class Migration(migrations.Migration):
    dependencies = [("models", "0006_idempotency")]  # noqa: RUF012 - Tortoise's own form

    operations = [ops.RunPython(tell)]  # noqa: RUF012 - Tortoise's own form
