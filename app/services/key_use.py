"""When keys were last used: noted at most once a minute, after the request, in a transaction of its own."""

from __future__ import annotations

import asyncio
import contextvars

from app.log import log
from app.services.database import Database
from schema.values.instant import later

NOTED_EVERY = 60
"""Seconds."""

_noting: dict[str, asyncio.Task[None]] = {}


def note_use(db: Database, key_id: str, last_used_at: str | None, at: str) -> str:
    """Has the use of a key written if it is to be; the instant that is known from now on."""
    if last_used_at is not None and last_used_at >= later(at, -NOTED_EVERY):
        return last_used_at
    if key_id not in _noting:
        # A context of its own: it is no part of the request.
        task = asyncio.get_running_loop().create_task(_write(db, key_id, at), context=contextvars.Context())
        _noting[key_id] = task
        task.add_done_callback(lambda _: _noting.pop(key_id, None))
    return at


async def noted() -> None:
    """Waits until every use so far has been written: before the database closes."""
    await asyncio.gather(*_noting.values(), return_exceptions=True)


async def _write(db: Database, key_id: str, at: str) -> None:
    p, q, r = (db.dialect.placeholder(i, "text") for i in (1, 2, 3))
    # Another process may have noted it since.
    due = f"(last_used_at IS NULL OR last_used_at < {r})"
    try:
        async with db.transaction() as tx:
            await tx.execute(
                f"UPDATE api_keys SET last_used_at = {p} WHERE id = {q} AND {due}",
                (at, key_id, later(at, -NOTED_EVERY)),
            )
    except Exception as error:
        log.warning("the use of a key could not be noted", keyId=key_id, exc_info=error)
