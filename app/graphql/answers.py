"""What root fields do: read by one Selection, or write and read back what is asked of the record."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from app.services.database import Database
from app.services.kept import Kept
from app.services.me import beside_key, own_key, own_reader
from app.services.plan import check_answer, plan
from app.services.read import read, read_within
from app.services.sql.guard import Guard
from app.services.unit_of_work import UnitOfWork
from app.services.write import check, perform
from schema.actor import Actor
from schema.change import Call, Once, Source, Written
from schema.graphql.changing import Piece, Write
from schema.graphql.reading import Read
from schema.problem import Problem, problem
from schema.reference import Reference
from schema.selection import Beside, Deleted, Leaf, Many, Member, One, Part, Record, Selection, Single, Typename


class Caller(NamedTuple):
    """Who asks, under which trace, and the database that answers; with a guard, only reads or one write.

    `once` is for a mutation, whose writes are then one unit of work.
    """

    db: Database
    actor: Actor
    trace_id: str
    guard: Guard | None = None
    once: Once | None = None

    def call(self, *, dry_run: bool = False) -> Call:
        return Call(self.actor, Source.GRAPHQL, self.trace_id, self.once, dry_run)


async def answer_read(caller: Caller, asked: Read) -> bytes | None:
    """The JSON of a root field of a query; None is null."""
    if asked.selection is None:
        return None
    if asked.own:
        own_key(caller.actor)
    actor = _own_reader(asked.selection, caller.actor) if asked.own else caller.actor
    body = (await read(caller.db, asked.selection, actor, caller.guard)).body
    if asked.own and body is not None:
        return _told_beside(asked.selection, caller.actor, body)
    return _stats(body, asked.stat) if asked.stat and body is not None else body


def _own_reader(selection: Selection, actor: Actor) -> Actor:
    """The actor that reads its own key and that key's owner, whatever its scopes; what lies beyond needs them."""
    assert isinstance(selection, Single)
    members = selection.record.members
    beyond = [inner for owner in members if isinstance(owner, One) for inner in owner.record.members]
    for many in (*members, *beyond):
        if isinstance(many, Many):
            plan(many.connection, actor)
    return own_reader(actor)


def _told_beside(selection: Selection, actor: Actor, body: bytes) -> bytes:
    """The caller's own key, with what is told of the caller beside it."""
    assert isinstance(selection, Single)
    asked = [member for member in selection.record.members if isinstance(member, Beside)]
    known = beside_key(actor)
    told = {member.response: known[member.name] for member in asked if member.name in known}
    return orjson.dumps(orjson.loads(body) | told) if told else body


Step = Callable[[UnitOfWork], Awaitable[bytes]]
"""Does what a root field of a mutation asks for, within a unit of work; the JSON of the field."""


def write_step(caller: Caller, asked: Write) -> Step:
    """A write as a step of a unit of work. What is given, and what is asked back, is checked before that."""
    for record in asked.records:
        check_answer(record, caller.actor)
    checked = check(asked.change, caller.actor)

    async def done(work: UnitOfWork) -> bytes:
        written = await perform(work, checked)
        if isinstance(asked.answer, Record):
            return await _record(work, asked.answer, written)
        return _object([(piece.response, await _piece(work, asked, piece, written)) for piece in asked.answer])

    return done


async def beside_others(whole: UnitOfWork, step: Step, *, dry_run: bool) -> bytes:
    """Does a step of a unit of work, undone by itself if it is refused, or no more than a dry run."""
    await whole.tx.savepoint()
    try:
        body = await step(whole)
        await whole.tx.settle()
    except Problem:
        await whole.tx.undo()
        raise
    await (whole.tx.undo() if dry_run else whole.tx.keep())
    return body


async def _record(work: UnitOfWork, record: Record, written: Written) -> bytes:
    """What is asked of the record as the write leaves it: out of what it stores, unless it lies in other records."""
    if written.told is not None and (own := _own(record)) is not None:
        return orjson.dumps(_told(own, written.told))
    single = Single(record, Reference(record.resource.name, "id", written.id), Deleted.INCLUDE)
    body = (await read_within(work, single)).body
    if body is None:  # in the meantime another has moved it out of sight
        raise problem("not_found", f"There is no {record.resource.name} with the id {written.id}.")
    return body


Own = list[tuple[str, Callable[[Mapping[str, Any]], Any]]]
"""Members that lie in the record itself, each with the way to its value in what is told of the record."""


def _own_members(record: Record) -> Own | None:
    """None if there are others among them."""
    if not all(isinstance(member, Leaf | Part | Typename) for member in record.members):
        return None
    return [(member.response, _way(member)) for member in record.members]


_own: Kept[Record, Own | None] = Kept(_own_members)


def _told(own: Own, told: Mapping[str, Any]) -> dict[str, Any]:
    return {response: way(told) for response, way in own}


def _way(member: Member) -> Callable[[Mapping[str, Any]], Any]:
    match member:
        case Leaf(field=field):
            return itemgetter(field.name)
        case Part(field=field, members=members):
            name, inner = field.name, [(one.response, _way(one)) for one in members]
            return lambda told: told[name] and _told(inner, told[name])
        case Typename(type=type_):
            return lambda _: type_
        case _:
            raise TypeError(member)


async def _piece(work: UnitOfWork, asked: Write, piece: Piece, written: Written) -> bytes:
    if piece.record:
        return await _record(work, piece.record, written)
    values = {"outcome": str(written.outcome), "secret": written.secret, "__typename": asked.type}
    return orjson.dumps(values[piece.name])


def _object(members: Iterable[tuple[str, bytes]]) -> bytes:
    return orjson.dumps({name: orjson.Fragment(text) for name, text in members})


def _stats(body: bytes, asked: tuple[tuple[str, str], ...]) -> bytes:
    """Groups with the members that are asked for, by their response names."""
    if asked == (("by", "by"), ("count", "count")):
        return body
    groups = [{**group, "__typename": "Stat"} for group in orjson.loads(body)]
    return orjson.dumps([{response: group[name] for response, name in asked} for group in groups])
