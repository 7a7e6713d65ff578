"""The least that a row of each table needs, for tests that write tables by hand."""

from typing import Any

from app.services.database import Transaction
from app.services.sql.dialect import Dialect

AT = "2026-01-31T09:30:00.000Z"
RECORD = {"version": 1, "created_at": AT, "updated_at": AT, "name": "Ann", "name_folded": "ann"}
LEAST: dict[str, dict[str, Any]] = {
    "users": {**RECORD, "members": "", "role": "VIEWER", "status": "ACTIVE"},
    "clients": {**RECORD, "members": "", "status": "PROSPECT"},
    "customers": {**RECORD, "members": "", "status": "LEAD", "email_consent": "UNKNOWN"},
    "api_keys": {**RECORD, "prefix": "cube_a", "prefix_folded": "cube_a"},
    "external_ids": {"resource": "customer", "system": "erp"},
    "changes": {
        "at": AT,
        "resource": "customer",
        "action": "CREATED",
        "version": 1,
        "changes": "{}",
        "source": "REST",
        "trace_id": "00-1-1-01",
    },
}


async def insert(tx: Transaction, dialect: Dialect, table: str, **values: Any) -> None:
    """Insert a row; a user's address is made of its id if none is given."""
    row = LEAST[table] | values
    if table == "users":
        row = {"email": row["id"], "email_folded": row["id"], "email_exact": row["id"]} | row
    types = ["bigint" if isinstance(value, int) else "text" for value in row.values()]
    places = ", ".join(dialect.placeholder(number, type_) for number, type_ in enumerate(types, 1))
    await tx.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))
