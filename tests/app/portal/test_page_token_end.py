"""What ends the token of who is signed in, at once and in every process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from app.services import passwords
from app.services.database import Database
from app.services.write import write
from schema.change import Delete, Update
from schema.reference import Reference
from schema.resources import USER
from tests.app.keys import CLI
from tests.app.portal.browsing import EMAIL, reader_at
from tests.app.portal.scripting import Script, ask, jane
from tests.canaries import PASSWORD


async def _changed(db: Database, **values: str) -> None:
    await write(db, Update(USER, Reference("user", "id", await jane(db)), values), CLI)


async def _deleted(db: Database) -> None:
    await write(db, Delete(USER, Reference("user", "id", await jane(db))), CLI)


async def _password(db: Database) -> None:
    await passwords.set_password(db, EMAIL, f"another {PASSWORD}")


async def _executed(db: Database, statement: str) -> None:
    async with db.transaction() as tx:
        await tx.execute(statement)


ENDS: dict[str, Callable[[Database], Awaitable[None]]] = {
    "disabled": lambda db: _changed(db, status="DISABLED"),
    "lowered": lambda db: _changed(db, role="VIEWER"),
    "raised": lambda db: _changed(db, role="ADMIN"),
    "deleted": _deleted,
    "another password": _password,
    "session ended": lambda db: _executed(db, "DELETE FROM portal_sessions"),
    "password replaced": lambda db: _executed(db, "UPDATE users SET password_version = password_version + 1"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_it_ends_at_once_and_in_every_process(script: Script, elsewhere: Database, end: str) -> None:
    assert await script.statuses() == {200, 201}
    await ENDS[end](elsewhere)
    assert await script.statuses() == {401}


async def test_it_ends_with_the_session_that_it_is_of(script: Script, db: Database, migrated_url: str) -> None:
    other = reader_at(db, migrated_url, address="192.0.2.2")
    async with other.http:
        await other.sign_in()
        another = Script(other, (await ask(other)).json())
        assert await script.statuses() == await another.statuses() == {200, 201}
        await script.reader.send("Sign out")
        assert await script.statuses() == {401}
        assert await another.statuses() == {200, 201}


async def test_another_name_ends_nothing(script: Script, elsewhere: Database) -> None:
    await script.statuses()
    await _changed(elsewhere, name="Janet")
    assert await script.statuses() == {200, 201}
