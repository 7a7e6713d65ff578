"""Operations of a batch, spelt shortly."""

from __future__ import annotations

from typing import Any

from app.services.database import Database

Json = dict[str, Any]

BATCH = """mutation Batch($operations: [Operation!]!, $atomic: Boolean) {
  batch(operations: $operations, atomic: $atomic) {
    statusCode outcome data error { statusCode traceId message detail code errors } } }"""


def op(op: str, resource: str = "customers", id_: str | None = None, /, **more: Any) -> Json:
    """An operation; `data` is made of what is no other member of one."""
    return {"op": op, "resource": resource} | ({"id": id_} if id_ else {}) | more


def create(resource: str = "customers", ref: str | None = None, **data: Any) -> Json:
    return op("create", resource, data=data) | ({"ref": ref} if ref else {})


async def counts(db: Database) -> list[int]:
    """The rows of every table that a write touches."""
    found = []
    for table in ("users", "clients", "customers", "external_ids", "changes"):
        row = await db.fetch_row(f"SELECT count(*) FROM {table}")
        assert row is not None
        found.append(row[0])
    return found


def rest_result(told: Json) -> Json:
    """A result of GraphQL in the form that it has in REST."""
    if told["error"] is None:
        assert (told["statusCode"] == 201) == (told["outcome"] == "CREATED")
        return {"statusCode": told["statusCode"], "data": told["data"]}
    error = told["error"]
    assert (told["statusCode"], told["outcome"], told["data"]) == (error["statusCode"], None, None)
    for path, texts in (error["errors"] or {}).items():
        assert all(f"{path}: {text}" in error["detail"] for text in texts)
    return {name: error[name] for name in ("statusCode", "traceId", "message", "detail")}
