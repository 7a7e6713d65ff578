"""The unit of work: a record's row, its external ids, its words and its change record, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar
from zlib import crc32

from app.services import rows
from app.services.changes import Differences, between, change_row, change_statement, of_new
from app.services.database import Database, LostRace, Transaction, UniqueViolation
from app.services.database.transaction import Row
from app.services.idempotency import Replayed, Reply, keep, nth_secret, replay
from app.services.rates import WRITE_ROWS, spend
from app.services.rows import Stored, Values
from app.services.secrets import new_secret
from app.services.sql.dialect import DIALECTS, Dialect
from app.services.sql.guard import Guard, NotCurrent
from app.services.sql.words import Tokens, places_text, tokens, vector_text
from schema.change import Action, Call
from schema.problem import Problem, problem
from schema.resource import Field, Resource
from schema.values.instant import now

T = TypeVar("T")
R = TypeVar("R", bound=Reply)
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """An open transaction, and on whose behalf it writes."""

    tx: Transaction
    dialect: Dialect
    call: Call
    holds: bool = True
    secrets: list[str] = field(default_factory=list, repr=False)

    async def read(self, resource: Resource, where: str, params: Sequence[Any]) -> list[Row]:
        """Rows as `rows.select` reads them, to be changed. If it `holds` them nobody else does so meanwhile; else
        what has been changed meanwhile is noticed when it is to be stored, and the race is lost."""
        fetch = self.tx.fetch if self.holds else self.tx.peek
        return await fetch(rows.select(resource, self.dialect, where, lock=self.holds), params)

    def new_secret(self) -> str:
        """The secret of a key that is made or rotated; of a request that is done once, it can be made again."""
        secret = new_secret() if self.call.once is None else nth_secret(self.call.once, len(self.secrets))
        self.secrets.append(secret)
        return secret

    def kept(self, reply: R) -> R:
        """The whole answer, which is the one to every repetition of the request from now on, if it is done once."""
        if self.call.once is not None:
            keep(self.tx, self.dialect, self.call.once, reply, self.secrets)
        return reply


class _DryRun(Exception):
    """All is known that was to be known, and all is undone."""


async def in_unit_of_work(
    db: Database, call: Call, work: Callable[[UnitOfWork], Awaitable[T]], guard: Guard | None = None
) -> T:
    """Runs `work` in one transaction: all of it is stored, or nothing.

    A lost race is no error: the work begins anew, finds the winner's record, and then holds what it reads. With a
    guard nothing is stored, nor refused, unless the actor is still the one remembered; if not, or if the race is lost
    twice, NotCurrent: whoever is authenticated afresh needs no guard. Of a dry run nothing is stored, nor of a request
    that is done once but has been answered before: Replayed.
    """
    spend(WRITE_ROWS)
    for attempt in range(ATTEMPTS):
        try:
            # Once more is enough: then nobody else's failure undoes it. What may be refused after it has been written,
            # because it would leave the actor's sight, undoes itself alone from the first.
            again = attempt == 0 and not call.actor.filters and not call.dry_run
            async with db.transaction(again=again) as tx:
                if guard is not None:
                    tx.require(*guard.check(db.dialect))
                if call.once is not None:
                    await replay(tx, db.dialect, call.once)
                done = await work(UnitOfWork(tx, db.dialect, call, holds=attempt > 0))
                if call.dry_run:
                    await tx.settle()
                    raise _DryRun
        except (UniqueViolation, LostRace) as lost:
            if guard is not None and attempt:  # it may be this very work that makes the actor another
                guard.current = None  # whatever has been found of it before
                raise NotCurrent from lost
            await _confirm(db, guard)
            continue
        except _DryRun:
            await _confirm(db, guard)
            return done
        except Exception as error:
            if isinstance(error, Replayed) or (isinstance(error, Problem) and error.status < 500):
                await _confirm(db, guard)
            elif guard is not None:
                guard.final = True
            raise
        if guard is not None:
            guard.found(True)
        return done
    detail = "Other writes took the same unique value again and again; try once more."
    raise problem("conflict", detail, retry_after="1")


async def _confirm(db: Database, guard: Guard | None) -> None:
    """Asks by itself for what the transaction did not come to say."""
    if guard is not None:
        guard.found(bool(await db.fetch_row(*guard.check(db.dialect))))


async def alone(work: UnitOfWork, what: str) -> None:
    """Waits until no other transaction does `what`, and keeps others waiting until this one ends."""
    if work.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await work.tx.fetch_row("SELECT pg_advisory_xact_lock($1::bigint)", (crc32(what.encode()),))


def add(work: UnitOfWork, resource: Resource, values: Values, secrets: Mapping[str, Any] | None = None) -> Stored:
    """Stores a new record at version 1. `secrets` are columns that are no fields."""
    at = now()
    id_ = work.tx.next_id(resource.table, resource.prefix)
    after = {**values, "id": id_, "version": 1, "createdAt": values["createdAt"] or at, "updatedAt": at}
    told = rows.leaving(resource, after)
    row = rows.new_row(resource, after)
    if resource.documented:
        row["members"] = rows.members(told)
    if secrets:
        row |= secrets
    beside = _beside(work, row, tokens(resource, after) if searched(resource) else None)
    work.tx.later(rows.insert(resource, work.dialect.name, tuple(row)), tuple(row.values()))
    if beside is not None:
        insert = f"INSERT INTO {resource.table}_words (rowid, words, places) VALUES (last_insert_rowid(), ?1, ?2)"
        work.tx.later(insert, beside)
    _external_ids(work, resource, id_, {}, after.get("externalIds", {}))
    _change(work, resource, Action.CREATED, after, of_new(resource, told))
    return Stored(after, row.get("members"), told if resource.documented else None)


def replace(
    work: UnitOfWork,
    resource: Resource,
    before: Stored,
    values: Values,
    action: Action,
    secrets: Mapping[str, Any] | None = None,
) -> Stored:
    """Stores what a record has become, as its next version."""
    # A clock that was set back must not make a record older than it was.
    at = max(now(), before.values["updatedAt"])
    if action is Action.DELETED:
        values = {**values, "deletedAt" if resource.deletable else "revokedAt": at}
    after = {**values, "version": before.version + 1, "updatedAt": at}
    fields = rows.changed(resource, before.values, after)
    row = rows.changed_row(resource, after, fields) | dict(secrets or {})
    told = rows.leaving(resource, after) if resource.documented else None
    if told is not None:
        row["members"] = rows.members(told)
    beside = _beside(work, row, _new_words(resource, before.values, after, fields))
    update = rows.update(resource, work.dialect.name, tuple(row))
    work.tx.later(update, (*row.values(), before.id, before.version), guarded=True)
    if beside is not None:
        seq = f"(SELECT seq FROM {resource.table} WHERE id = ?3)"
        update = f"UPDATE {resource.table}_words SET words = ?1, places = ?2 WHERE rowid = {seq}"
        work.tx.later(update, (*beside, before.id))
    _external_ids(work, resource, before.id, _claimed(before.values), _claimed(after))
    _change(work, resource, action, after, between(before.values, after, fields))
    return Stored(after, row.get("members"), told)


@cache
def searched(resource: Resource) -> bool:
    """Whether search words are kept for its records."""
    return any(f.searched for f in resource.fields)


def _new_words(resource: Resource, before: Values, after: Values, fields: Iterable[Field]) -> Tokens | None:
    """The words of a record, if they are other than before."""
    if not searched(resource):
        return None
    was, is_ = ({f.name: values[f.name] for f in fields} for values in (before, after))
    return None if tokens(resource, was) == tokens(resource, is_) else tokens(resource, after)


def _beside(work: UnitOfWork, row: dict[str, Any], words: Tokens | None) -> tuple[str, str] | None:
    """Puts new words into the row, where they are a column of it; else gives the texts for the table beside."""
    if words is not None and work.dialect.name == "postgresql":
        row["words"] = vector_text(words)
        return None
    return None if words is None else (" ".join(words), places_text(words))


def _claimed(values: Values) -> Mapping[str, str]:
    """The external ids that a record holds: a deleted one holds none."""
    claimed: Mapping[str, str] = {} if values.get("deletedAt") else values.get("externalIds", {})
    return claimed


def _external_ids(
    work: UnitOfWork, resource: Resource, id_: str, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    """Keeps the side rows, by which an external id finds its record, as the record has them."""
    if before == after:
        return
    gone = sorted(before.items() - after.items())
    if gone:
        work.tx.later(_forget(work.dialect.name, len(gone)), (id_, *(system for system, _ in gone)))
    new = sorted(after.items() - before.items())
    if new:
        params = [one for system, value in new for one in (resource.name, system, value, id_)]
        work.tx.later(_claim(work.dialect.name, len(new)), params)


@lru_cache(maxsize=256)
def _forget(dialect: str, count: int) -> str:
    places = [DIALECTS[dialect].placeholder(i, "text") for i in range(1, count + 2)]
    return f"DELETE FROM external_ids WHERE record = {places[0]} AND system IN ({', '.join(places[1:])})"


@lru_cache(maxsize=256)
def _claim(dialect: str, count: int) -> str:
    places = [DIALECTS[dialect].placeholder(i, "text") for i in range(1, 4 * count + 1)]
    groups = [f"({', '.join(places[i : i + 4])})" for i in range(0, len(places), 4)]
    return f"INSERT INTO external_ids (resource, system, value, record) VALUES {', '.join(groups)}"


def _change(work: UnitOfWork, resource: Resource, action: Action, after: Values, differences: Differences) -> None:
    row = change_row(work.call, resource, action, after, differences)
    work.tx.later(change_statement(work.dialect.name), row)
