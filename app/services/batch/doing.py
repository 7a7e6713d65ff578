"""The operations of a batch within their transaction, in order: each finds what those before it have done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import orjson

from app.services.batch.checking import Ready, matching, of_data
from app.services.batch.failing import dependent, refusal
from app.services.batch.names import Names, in_condition
from app.services.batch.turns import in_turn
from app.services.database import LostRace
from app.services.finding import once_held
from app.services.known import Known, look_up, unique_of, wanted
from app.services.read import as_left, read_within
from app.services.unit_of_work import UnitOfWork
from app.services.upsert import create_data
from app.services.write import Checked, perform
from schema.change import Change, Create, Delete, Outcome, Precondition, Update, Upsert, Written
from schema.inputs import for_create, pointed
from schema.narrowing import known as known_to
from schema.problem import Problem, problem
from schema.reference import Reference
from schema.resource import Resource

_PATIENCE = 5.0  # seconds, after which others that wait for their turn to write on SQLite are sent away
_CHUNK = 20  # operations between two turns of the event loop, where nothing else gives others theirs


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation came to: its status, and the record, or the list of records, as it left them.

    `outcome` is None where several records were meant.
    """

    status: int
    outcome: Outcome | None
    body: bytes


Result = Done | Problem


@dataclass(slots=True)
class Doing:
    """One run through a batch, begun anew whenever its transaction is.

    `known` is what is known of other records: as looked up at first for all, less what operations have changed since.
    Nothing is, for an actor that does not see all: any write might move a record into its sight, or out of it.
    """

    work: UnitOfWork
    names: Names
    atomic: bool
    known: Known | None = None
    made: dict[str, int] = field(default_factory=dict)
    failures: dict[int, Problem] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    _until: float = field(default_factory=lambda: time.monotonic() + _PATIENCE)
    _unheld: set[Reference] = field(default_factory=set)
    _ids: dict[str, str] = field(default_factory=dict)
    _by_id: dict[str, list[Reference]] = field(default_factory=dict)

    async def all(self, found: Sequence[Ready | Problem]) -> Sequence[Result]:
        """The result of each; raises the one refusal if none may fail and one does."""
        ready = [one for one in found if isinstance(one, Ready)]
        await in_turn(self.work, ready)
        if not self.work.call.actor.filters:
            await self._look_up(ready)
        results: list[Result] = []
        for index, one in enumerate(found):
            results.append(self._fail(index, one) if isinstance(one, Problem) else await self._one(one))
            if index % _CHUNK == _CHUNK - 1:
                await asyncio.sleep(0)
        if self.atomic and self.failures:
            raise refusal(self.failures, self.made)
        return results

    async def _look_up(self, ready: Iterable[Ready]) -> None:
        makes = [one.checked for one in ready if isinstance(one.checked.change, Create | Upsert)]
        upserts = [one.change for one in makes if isinstance(one.change, Upsert) and not one.change.by.by_id]
        stand_ins = self.names.index_of
        asked = [by for one in makes for by in wanted(one.change.resource, one.given) if by.value not in stand_ins]
        self.known = await look_up(self.work, [*asked, *(one.by for one in upserts)])
        for resource in dict.fromkeys(one.resource for one in upserts):
            new = [one.by for one in upserts if one.resource is resource and one.by in self.known.free]
            self._unheld |= set(new) - await once_held(self.work, resource, new)
        for by, id_ in self.known.ids.items():
            self._by_id.setdefault(id_, []).append(by)

    def _fail(self, index: int, failure: Problem, *, told: bool = True) -> Problem:
        self.failed.add(index)
        if told:
            self.failures[index] = failure
        return failure

    async def _one(self, ready: Ready) -> Result:
        operation = ready.operation
        missing = min(ready.needs & self.failed, default=None)
        if missing is not None:
            return self._fail(operation.index, dependent(missing), told=False)
        marked = self._may_fail_halfway(ready)
        if marked:
            await self.work.tx.savepoint()
        try:
            done = await self._done(ready)
        except Problem as failure:
            if failure.status >= 500:
                raise
            if marked:
                await self.work.tx.undo()
            return self._fail(operation.index, of_data(failure, operation))
        if marked:
            await self.work.tx.keep()
        return done

    def _may_fail_halfway(self, ready: Ready) -> bool:
        """Whether it may be refused after it has written: all others are checked whole before they do."""
        several = ready.operation.filter is not None
        ends_sessions = ready.operation.resource.name == "user" and not isinstance(ready.checked.change, Create)
        return several or ends_sessions or self.work.call.actor.narrowed

    async def _done(self, ready: Ready) -> Done:
        if ready.where is not None:
            if time.monotonic() > self._until:
                raise problem("unavailable", "The changes by filter take too long: do fewer at once.", retry_after="1")
            return await self._by_filter(ready)
        change, given = ready.checked.change, ready.checked.given
        if ready.needs:
            change, given = self._pointed(change), pointed(change.resource, given, self._true)
        written = await self._perform(Checked(change, given))
        index = ready.operation.index
        if written.outcome is Outcome.CREATED:
            self.made[written.id] = index
        if index in self.names.stand_in_of:
            self._ids[self.names.stand_in_of[index]] = written.id
        status = 201 if written.outcome is Outcome.CREATED else 200
        return Done(status, written.outcome, await self._shown(change.resource, written))

    async def _perform(self, checked: Checked) -> Written:
        checked = self._as_create(checked)
        written = await perform(self.work, checked, self.known)
        if self.known is not None:
            self._learn(self.known, checked, written)
        return written

    def _as_create(self, checked: Checked) -> Checked:
        """An upsert by what no record has, nor had when it was deleted, is a create; any other change as it is."""
        change = checked.change
        if not isinstance(change, Upsert) or change.precondition or self.known is None:
            return checked
        if change.by not in self._unheld or change.by not in self.known.free:
            return checked
        if not unique_of(change.resource, checked.given) <= self.known.free:
            return checked  # whoever took it might have taken the reference, too
        create = Create(change.resource, create_data(change))
        return Checked(create, for_create(known_to(change.resource, self.work.call.actor.hidden), create.data))

    def _learn(self, known: Known, checked: Checked, written: Written) -> None:
        """Keeps what is known true: what the record has now is free no more, and by what it had it is not found."""
        change = checked.change
        if written.outcome is Outcome.CREATED:
            by_id = Reference(change.resource.name, "id", written.id)
            known.ids[by_id] = written.id
            self._by_id[written.id] = [by_id]
        elif written.outcome is not Outcome.UNCHANGED:
            for by in self._by_id.pop(written.id, ()):
                del known.ids[by]
        if written.outcome is Outcome.RESTORED:
            known.free.clear()  # it may hold more than was given
        if not isinstance(change, Create):
            known.forget(unique_of(change.resource, checked.given))
        if isinstance(change, Upsert):
            known.forget([change.by])

    async def _by_filter(self, ready: Ready) -> Done:
        """Changes the records that the filter finds; each must still be as it was found."""
        operation, change = ready.operation, ready.checked.change
        assert isinstance(change, Update | Delete)
        assert ready.where is not None
        resource = known_to(operation.resource, self.work.call.actor.hidden)
        where, given = ready.where, ready.checked.given
        if ready.needs:
            where, given = in_condition(where, self._true), pointed(operation.resource, given, self._true)
        page = await read_within(self.work, matching(resource, where, operation.at_most))
        found = orjson.loads(page.body or b"")["data"]
        if len(found) > operation.at_most:
            most = f"{operation.at_most:,} record{'' if operation.at_most == 1 else 's'}"
            raise problem("conflict", f"The filter finds more than {most}, which is what atMost allows.")
        bodies = []
        for one in found:
            by = Reference(resource.name, "id", one["id"])
            each = replace(change, by=by, precondition=Precondition((one["version"],)))
            bodies.append(await self._shown(operation.resource, await self._as_found(Checked(each, given))))
        return Done(200, None, b"[" + b",".join(bodies) + b"]")

    async def _as_found(self, checked: Checked) -> Written:
        try:
            return await self._perform(checked)
        except Problem as failure:
            if failure.code in ("not_found", "precondition_failed"):
                raise LostRace from failure
            raise

    async def _shown(self, resource: Resource, written: Written) -> bytes:
        return (await as_left(self.work, resource, written)).body or b""

    def _true(self, by: Reference) -> Reference:
        """The reference to the record that a stand-in means; any other one as it is."""
        id_ = self._ids.get(by.value) if by.by_id else None
        return by if id_ is None else Reference(by.resource, "id", id_)

    def _pointed(self, change: Change) -> Change:
        """The change with true ids in its reference, and in the data that an upsert may make a record of."""
        if isinstance(change, Create):
            return change
        if not isinstance(change, Upsert):
            return replace(change, by=self._true(change.by))
        data = {name: self._ids.get(one, one) if isinstance(one, str) else one for name, one in change.data.items()}
        return replace(change, by=self._true(change.by), data=data)
