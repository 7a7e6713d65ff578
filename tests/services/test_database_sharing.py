"""The state that the reads of one turn share: it is let go whatever the time, and takes none from a read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from app.services.database.sqlite_deadline import Deadline
from app.services.database.sqlite_reads import _QUICK, _SharingReader


async def test_letting_go_is_never_broken_off(migrated_sqlite: Path) -> None:
    reader = _SharingReader(migrated_sqlite, 0, _QUICK)
    reader.fetch("SELECT 1", (), Deadline(1))
    connection = reader._connection
    for _ in range(20_000):
        reader.fetch("SELECT 1", (), Deadline(1))
        reader._deadline = Deadline(-1)  # that of a read of some time ago
        reader.let_go()
        assert connection is reader._connection
    reader.close()


async def test_a_read_has_its_own_time_though_another_state_is_let_go_before_it(migrated_sqlite: Path) -> None:
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000000) SELECT count(*) FROM n"
    reader = _SharingReader(migrated_sqlite, 0, _QUICK)
    reader.fetch("SELECT 1", (), Deadline(1))
    reader._held_until = 0  # the turn has taken long
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        reader.fetch(long, (), Deadline(0))
    reader.close()
