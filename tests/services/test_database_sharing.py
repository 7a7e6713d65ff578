"""The state that the reads of one turn share is let go however long ago the last of them began."""

from __future__ import annotations

from pathlib import Path

from app.services.database.sqlite_deadline import Deadline
from app.services.database.sqlite_reads import _SharingReader


async def test_letting_go_is_never_broken_off(migrated_sqlite: Path) -> None:
    reader = _SharingReader(migrated_sqlite, 0, 16)
    reader.fetch("SELECT 1", (), Deadline(1))
    connection = reader._connection
    for _ in range(20_000):
        reader.fetch("SELECT 1", (), Deadline(1))
        reader._deadline = Deadline(-1)  # that of a read of some time ago
        reader.let_go()
        assert connection is reader._connection
    reader.close()
