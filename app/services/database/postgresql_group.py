"""Small writes on PostgreSQL that are stored together: most of what storing one costs is the same for several.

Each is one statement that is its own transaction. Several of one text go in one message, as one transaction: all of
them are stored, or nothing. While some are on their way others gather, until they are half as many again or a group
arrives: so one half is stored while the other is being worked on. Behind one alone nobody waits.
"""

import asyncio
import contextvars
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import compress
from typing import Any

import asyncpg

from app.services.database.errors import LostRace, UniqueViolation, is_lost, unavailable
from app.services.database.waiters import Waiters

_MOST = 32  # who go at once, however many are on their way
_PATIENCE = 0.005  # seconds: a few times what storing takes, for those who come behind somebody who waits for a lock

Store = Callable[[str, list[list[Any]]], Coroutine[Any, Any, None]]
"""Runs a statement with each of these parameters, in one transaction."""


class PostgresqlGroups:
    """The groups of one process that are still open, by the texts of their statements."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, _Group] = {}
        self._storing: set[asyncio.Task[None]] = set()
        self._on_way: Counter[str] = Counter()  # how many of each text

    async def stored(self, text: str, params: list[Any]) -> None:
        """Waits until it is stored. LostRace: nothing is, be it through another's fault; by itself it will be told."""
        group = self._open.get(text)
        if group is None:
            group = self._open[text] = _Group(text)
        waiting = group.join(params)
        if len(group.rows) >= _enough(self._on_way[text]):
            self._send(group)
        elif len(group.rows) == 1:
            loop = asyncio.get_running_loop()
            loop.call_later(_PATIENCE, self._send, group, context=contextvars.Context())
        try:
            await waiting
        except asyncio.CancelledError:
            group.gone()
            raise

    async def close(self, seconds: float) -> None:
        """Waits so long for what is on its way; what then still is comes to nothing."""
        for group in list(self._open.values()):
            self._send(group)
        storing = self._storing.copy()
        if storing:
            _, late = await asyncio.wait(storing, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _send(self, group: "_Group") -> None:
        if self._open.get(group.text) is not group:
            return  # it has gone
        del self._open[group.text]
        if group.begin():
            storing = self._store(group.text, group.rows)
            task = asyncio.get_running_loop().create_task(storing, context=contextvars.Context())
            group.task = task
            self._storing.add(task)
            self._on_way[group.text] += len(group.rows)
            task.add_done_callback(group.ended)
            task.add_done_callback(partial(self._arrived, group))

    def _arrived(self, group: "_Group", task: asyncio.Task[None]) -> None:
        """Whoever has gathered behind this group goes."""
        self._storing.discard(task)
        self._on_way[group.text] -= len(group.rows)
        if not self._on_way[group.text]:
            del self._on_way[group.text]
        if behind := self._open.get(group.text):
            self._send(behind)


def _enough(on_way: int) -> int:
    """So many go before what is on its way has arrived: halves that have become unequal come to be equal again."""
    return min(_MOST, on_way * 3 // 2)


class _Group:
    """Parameters of one statement, and those who wait until they are stored."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rows: list[list[Any]] = []
        self.task: asyncio.Task[None] | None = None
        self._waiting = Waiters()

    def join(self, params: list[Any]) -> asyncio.Future[None]:
        self.rows.append(params)
        return self._waiting.join()

    def begin(self) -> bool:
        """Leaves out those who have gone away meanwhile; whether there is anybody left."""
        self.rows = list(compress(self.rows, self._waiting.here()))
        return bool(self.rows)

    def gone(self) -> None:
        """Somebody waits no longer. When nobody does, what is on its way is called back."""
        if self.task is not None and self._waiting.have_all_gone():
            self.task.cancel()

    def ended(self, task: asyncio.Task[None]) -> None:
        """Tells those who wait what has come of it."""
        if task.cancelled():
            self._waiting.tell(unavailable)
        elif (error := task.exception()) is None:
            self._waiting.tell()
        else:
            self._failed(error)

    def _failed(self, error: BaseException) -> None:
        if len(self.rows) == 1:
            self._waiting.tell(lambda: error)
        elif _is_undone(error):
            self._waiting.tell(lambda: _because(LostRace(), error))
        else:
            self._waiting.tell(lambda: _because(unavailable(), error))


def _is_undone(error: BaseException) -> bool:
    """Whether the server itself has said that nothing is stored: of anything else nobody can know."""
    said = error if isinstance(error, asyncpg.PostgresError) else error.__cause__
    known = isinstance(error, LostRace | UniqueViolation)
    return known or (isinstance(said, asyncpg.PostgresError) and not is_lost(said))


def _because(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error
