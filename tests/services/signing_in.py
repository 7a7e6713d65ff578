"""Somebody who signs in, for the tests of passwords, attempts and sessions."""

from __future__ import annotations

from app.services import sessions
from app.services.passwords import set_password
from app.services.sessions import Session
from app.services.sign_in import sign_in
from schema.resources import USER
from tests.canaries import PASSWORD
from tests.services.conftest import Desk

AT = "2026-01-31T09:30:00.000Z"
HERE = "192.0.2.1"
EMAIL = "Jane@cube.test"


async def jane(desk: Desk, role: str = "EDITOR") -> str:
    id_ = await desk.create(USER, {"name": "Jane", "email": EMAIL, "role": role})
    await set_password(desk.db, EMAIL, PASSWORD)
    return id_


async def enter(
    desk: Desk, email: str = EMAIL, password: str = PASSWORD, *, at: str = AT, address: str = HERE, earlier: str = ""
) -> str | None:
    return await sign_in(desk.db, email, password, address, at, earlier)


async def entered(desk: Desk, **how: str) -> str:
    token = await enter(desk, **how)
    assert token is not None
    return token


async def found(desk: Desk, token: str, at: str = AT) -> Session | None:
    return await sessions.find(desk.db, token, at)


async def count(desk: Desk, table: str) -> int:
    row = await desk.db.fetch_row(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])
