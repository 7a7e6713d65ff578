"""What a driver's error means to us: a unique rule was broken, or the database is away, busy or full."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from schema.problem import Problem, invalid, problem

# Anything that an operator mends or that passes by itself. What remains is a fault of a statement.
_SQLITE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)

# After these the connection itself is of no more use.
_SQLITE_BROKEN = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)

_POSTGRESQL_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
)

_POSTGRESQL = (
    *_POSTGRESQL_LOST,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.LockNotAvailableError,
    asyncpg.ObjectNotInPrerequisiteStateError,  # the database takes no connections
    asyncpg.PostgresIOError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionRollbackError,
)


ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""All that asyncpg raises."""


class UniqueViolation(Exception):
    """A unique rule was broken; `name` is the index that keeps it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class LostRace(Exception):
    """Another write has meanwhile changed, or made, what this one had looked at."""


def unavailable() -> Problem:
    return problem("unavailable", retry_after="1")


def is_interrupted(error: sqlite3.Error) -> bool:
    return _code(error) == sqlite3.SQLITE_INTERRUPT


def is_busy(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_broken(error: sqlite3.Error) -> bool:
    """Whether the connection should be replaced."""
    return _code(error) in _SQLITE_BROKEN


def from_sqlite(error: sqlite3.Error) -> Exception:
    """What to raise for an error of SQLite; unique violations are told apart by their caller, who knows the indexes."""
    if "parser stack overflow" in str(error):  # older versions read a hundred things within each other, and no more
        return invalid(
            {"": "The request is nested too deeply for this database: ask for fewer lists within each other."}
        )
    return unavailable() if _code(error) in _SQLITE else error


def from_postgresql(error: Exception) -> Exception:
    """What to raise for an error of asyncpg, or of the connection that it speaks through."""
    if isinstance(error, asyncpg.UniqueViolationError):
        return UniqueViolation(error.constraint_name or "")
    if isinstance(error, asyncpg.DeadlockDetectedError):
        return LostRace()
    if isinstance(error, _POSTGRESQL) or is_lost(error):
        return unavailable()
    return error


@contextmanager
def postgresql_errors() -> Iterator[None]:
    """Raises what the driver's errors mean."""
    try:
        yield
    except ERRORS as error:
        meaning = from_postgresql(error)
        if meaning is error:
            raise
        raise meaning from error


def is_lost(error: Exception) -> bool:
    """Whether the connection had gone: what has changed nothing may be tried again on another one."""
    if isinstance(error, asyncpg.InterfaceError):
        return "closed" in str(error) or "released" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        # The server has said that it ends the connection, and has not done so yet. Nothing was sent.
        return str(error).startswith(("cannot switch to state", "not connected"))
    return isinstance(error, _POSTGRESQL_LOST) and not isinstance(error, TimeoutError)


def _code(error: sqlite3.Error) -> int:
    """The primary code: the extended ones have it in their lowest byte. Errors of the module itself have none."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
