"""What a first start does before it serves: the tables, the first admin with a key, the sample directory."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.services.database import Database
from app.services.migrate import migrate
from app.services.passwords import hash_password, new_password
from app.services.sample import fill_within
from app.services.secrets import SHOWN, hash_secret, new_secret
from app.services.unit_of_work import UnitOfWork, add, alone, in_unit_of_work
from app.services.writes import api_key, user
from app.services.writes.steps import free
from app.settings import Settings
from schema.change import Call
from schema.inputs import for_create
from schema.resources import API_KEY, USER

_ADMINS = "SELECT id FROM users WHERE role = 'ADMIN'"


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """Who was made, and what is shown of them once."""

    email: str
    password: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was done: the migrations applied, the admin made, the number of sample records."""

    migrations: tuple[str, ...] = ()
    admin: FirstAdmin | None = None
    samples: int = 0


async def prepare(settings: Settings, call: Call) -> Prepared:
    """Does what is not done yet. Any number of processes may do so at once: one makes the admin."""
    applied = tuple(await migrate(settings))
    db = await Database.open(settings)
    try:
        if await db.fetch_row(_ADMINS):
            return Prepared(applied)
        admin, samples = await in_unit_of_work(db, call, lambda work: _first(work, settings))
        return Prepared(applied, admin, samples)
    finally:
        await db.close()


async def first_admin(db: Database) -> str | None:
    """The id of the admin who has been there longest."""
    row = await db.fetch_row(f"{_ADMINS} AND status = 'ACTIVE' AND deleted_at IS NULL ORDER BY seq LIMIT 1")
    return None if row is None else str(row[0])


async def _first(work: UnitOfWork, settings: Settings) -> tuple[FirstAdmin | None, int]:
    """Admin and sample in one transaction: a start that is broken off leaves nothing half done."""
    await alone(work, "first admin")
    if await work.tx.fetch_row(_ADMINS):
        return None, 0
    empty = not await work.tx.fetch_row("SELECT 1 FROM users LIMIT 1")
    admin = FirstAdmin(settings.admin_email, new_password(), new_secret())
    await _add_admin(work, admin)
    return admin, await fill_within(work) if settings.sample and empty else 0


async def _add_admin(work: UnitOfWork, admin: FirstAdmin) -> None:
    given = for_create(USER, {"name": "First Admin", "email": admin.email, "role": "ADMIN"})
    values = await user.become(work, None, given)
    await free(work, USER, None, values)
    made = add(work, USER, values, {"password_hash": hash_password(admin.password)})
    key = for_create(API_KEY, {"name": "First admin key", "scopes": ["*"], "ownerId": made.id})
    key_values = {**await api_key.become(work, None, key), "prefix": admin.secret[:SHOWN]}
    add(work, API_KEY, key_values, {"secret_hash": hash_secret(admin.secret)})
