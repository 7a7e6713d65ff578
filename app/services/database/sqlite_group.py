"""Units of work that end in one COMMIT: most of what storing one costs is the same for many at once."""

import asyncio
import sqlite3

from app.services.database.errors import LostRace, from_sqlite
from app.services.database.waiters import Waiters

_MOST = 64


class Group:
    """An open transaction, and those whose units of work are done in it and wait until it is stored."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.due = False  # whether it is to be stored as soon as nobody is at work in it
        self.begins_anew = True  # whether all whose work is in it do it again if it is lost
        self.last_ids: dict[str, str] = {}  # the greatest of each table, once asked for: nobody else writes meanwhile
        self._changes = connection.total_changes
        self._waiting = Waiters()

    @property
    def changes(self) -> int:
        """How many rows it has changed so far."""
        return self.connection.total_changes - self._changes

    @property
    def is_shared(self) -> bool:
        """Whether the work of others is in it."""
        return bool(self._waiting)

    @property
    def units(self) -> int:
        """How many units of work are done in it."""
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        return len(self._waiting) < _MOST

    def done(self, again: bool) -> asyncio.Future[None]:
        """Another unit of work is done, which may be done `again`; what to wait for until it is stored."""
        self.begins_anew &= again
        return self._waiting.join()

    def stored(self) -> None:
        self._waiting.tell()

    def lost(self, error: sqlite3.Error | None) -> None:
        """Nothing is stored: SQLite failed, or without an error one of them did, and the others lost with it."""
        self._waiting.tell(lambda: LostRace() if error is None else _meaning(error))


def _meaning(error: sqlite3.Error) -> BaseException:
    """What SQLite's error means to one of them."""
    meaning = from_sqlite(error)
    meaning.__cause__ = error if meaning is not error else None
    return meaning
