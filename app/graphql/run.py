"""The way of a request: document, operation, Selections and Changes, their cost, and only then the answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import GraphQLError, OperationType
from graphql.execution.values import VariableValues

from app.graphql.answers import Caller, Step, answer_read, beside_others, write_step
from app.graphql.batch import batch_step
from app.graphql.documents import MAX_ERRORS, Documents, Worlds, operation
from app.graphql.envelope import Envelope
from app.graphql.executor import Execution, introspection, text_of
from app.graphql.result import Result, refused
from app.middleware.finished import Finished
from app.middleware.idempotency import replayed
from app.services.batch import by_itself
from app.services.plan import MAX_COST, cost, cost_of, too_costly
from app.services.rates import WRITE_ROWS, spend
from app.services.sql.guard import NotCurrent
from app.services.timing import timed
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from schema.graphql.batching import BatchWrite, batch_of
from schema.graphql.changing import Write, write_of
from schema.graphql.limits import LimitError
from schema.graphql.prepared import Form, Prepared, RootField, key_of
from schema.graphql.reading import Read, read_of
from schema.graphql.roots import Does
from schema.narrowing import settled
from schema.problem import Problem, problem

Finish = Callable[[Result], Finished]
Writing = Write | BatchWrite
Asked = Read | Writing | Problem | GraphQLError

_documents = Documents()  # of all from whom nothing is hidden
_worlds = Worlds()


async def run(envelope: Envelope, caller: Caller, finish: Finish, *, by_get: bool = False) -> Finished:
    """Runs an operation, whose answer `finish` makes.

    Raises Problem for a mutation by GET, NotCurrent for what no guarded read will answer.
    """
    hidden = caller.actor.hidden and settled(caller.actor.hidden)
    kept = _worlds.known(hidden) if hidden else _documents
    if caller.guard and not (kept and kept.knows(envelope.query)):
        raise NotCurrent  # the work of a new document is done once, and for nobody whose key has ended
    kept = kept or await _worlds.made(hidden)
    try:
        document = kept.get(envelope.query)
        chosen = operation(document, envelope.operation_name)
    except GraphQLError as error:
        return finish(refused([error]))
    if by_get and chosen.operation is OperationType.MUTATION:
        raise problem("method_not_allowed", "A mutation is sent by POST.", allow="POST")
    if document.errors:
        return finish(refused(document.errors))
    return await _run(document.prepared(chosen), envelope, caller, finish)


@dataclass(frozen=True, slots=True)
class Ready:
    """What the root fields of an operation ask for with the values of its variables, and the rows that this costs."""

    form: Form
    asked: Mapping[str, Asked]
    rows: int

    @property
    def may_be_guarded(self) -> bool:
        """Whether it reads, or does one write."""
        found = list(self.asked.values())
        return (len(found) == 1 and isinstance(found[0], Writing)) or any(isinstance(one, Read) for one in found)

    @property
    def stores(self) -> bool:
        """Whether any field of a mutation is more than a dry run."""
        return not all(isinstance(one, Writing) and one.dry_run for one in self.asked.values())

    @property
    def is_anybodys(self) -> bool:
        """Whether it is the same whoever asks, and holds no error of one request."""
        return all(isinstance(one, Read) and not one.own for one in self.asked.values())


def ready(prepared: Prepared, inputs: Mapping[str, Any], key_id: str | None) -> Ready | list[GraphQLError]:
    """The operation with these variables, or what is wrong with them; many callers ask the same again and again."""
    key = None if prepared.is_mutation else key_of(inputs)
    found: Ready | None = prepared.kept.get(key) if key is not None else None
    if found is not None:
        return found
    variables = prepared.variables(inputs, MAX_ERRORS)
    if isinstance(variables, list):
        return variables
    try:
        form = prepared.form(inputs, variables)
        asked = asked_of(form, variables, key_id)
    except GraphQLError as error:
        return [error]
    made = Ready(form, asked, sum(map(_cost, asked.values())))
    if key is not None and made.is_anybodys:
        prepared.keep(key, made)
    return made


async def _run(prepared: Prepared, envelope: Envelope, caller: Caller, finish: Finish) -> Finished:
    found = ready(prepared, envelope.variables, caller.actor.key_id)
    if isinstance(found, list):
        return finish(refused(found))
    if found.rows > MAX_COST:
        return finish(refused([LimitError(too_costly(found.rows).detail or "")], found.rows))
    if caller.once is not None and prepared.is_mutation and found.stores:
        return await _run_once(prepared, envelope, caller, found, finish)
    if caller.guard and not found.may_be_guarded:
        raise NotCurrent
    if caller.once is not None:
        caller = caller._replace(once=None)  # of what stores nothing there is nothing to repeat
    return finish(await _executed(prepared, envelope, caller, found, partial(_alone, caller)))


async def _run_once(prepared: Prepared, envelope: Envelope, caller: Caller, found: Ready, finish: Finish) -> Finished:
    """Runs a mutation as one unit of work, of which the answer is a part."""
    once = caller.once
    assert once is not None
    spend(WRITE_ROWS * (len(found.asked) - 1))  # the unit of work itself counts as one write
    steps = {name: await _checked(caller, one) for name, one in found.asked.items() if isinstance(one, Writing)}

    async def whole(work: UnitOfWork) -> Finished:
        if len(steps) > 1:
            await by_itself(work)  # each may be at any record, in any order

        async def write(asked: Writing, name: str) -> bytes:
            step = steps[name]
            if isinstance(step, Problem):
                raise step
            return await beside_others(work, step, dry_run=asked.dry_run)

        result = await _executed(prepared, envelope, caller, found, write, as_one=True)
        reply = finish(result)
        return work.kept(reply) if result.wrote or result.is_for_good else reply

    async def answer() -> Finished:
        with timed("db"):
            return await in_unit_of_work(caller.db, caller.call(), whole, caller.guard)

    return await replayed(caller.db, once, answer)


async def _checked(caller: Caller, asked: Writing) -> Step | Problem:
    """What a field will do, or why it is refused before anything is done."""
    try:
        return await _step(caller, asked)
    except Problem as refusal:
        return refusal


async def _step(caller: Caller, asked: Writing) -> Step:
    with timed("plan"):
        return write_step(caller, asked) if isinstance(asked, Write) else await batch_step(caller, asked)


async def _alone(caller: Caller, asked: Writing, _: str) -> bytes:
    """Does one write in its own unit of work."""
    step = await _step(caller, asked)
    with timed("db"):
        return await in_unit_of_work(caller.db, caller.call(dry_run=asked.dry_run), step, caller.guard)


async def _executed(
    prepared: Prepared,
    envelope: Envelope,
    caller: Caller,
    found: Ready,
    write: Callable[[Writing, str], Awaitable[bytes]],
    *,
    as_one: bool = False,
) -> Result:
    form, asked = found.form, found.asked
    told = introspection(prepared, form, envelope) if len(asked) < len(form.fields) else None
    wrote = False

    async def answer(field: RootField) -> bytes | None:
        nonlocal wrote
        if field.root is None:
            assert told is not None
            return text_of(told, field)
        match asked[field.response]:
            case Read() as reading:
                return await answer_read(caller, reading)
            case Write() | BatchWrite() as writing:
                body = await write(writing, field.response)
                wrote = wrote or not writing.dry_run
                return body
            case fault:
                raise fault

    execution = Execution(form, answer, as_one, list(told.errors or ()) if told else [])
    data = None if told and told.data is None else await execution.data(serially=prepared.is_mutation)
    return Result(data, tuple(execution.errors), found.rows, ran=True, wrote=wrote)


def asked_of(form: Form, variables: VariableValues, key_id: str | None) -> Mapping[str, Asked]:
    """What each root field asks for; introspection answers itself."""
    return {field.response: _one(field, variables, key_id) for field in form.fields if field.root is not None}


def _one(field: RootField, variables: VariableValues, key_id: str | None) -> Asked:
    """A root field's fault is its own: the other fields are answered."""
    try:
        if field.root is not None and field.root.does is Does.BATCH:
            return batch_of(field, variables)
        return write_of(field, variables) if field.writes else read_of(field, variables, key_id)
    except (Problem, GraphQLError) as error:
        return error


def _cost(asked: Asked) -> int:
    match asked:
        case Read():
            return cost(asked.selection) if asked.selection else 0
        case Write():
            return sum(map(cost_of, asked.records))
        case BatchWrite():
            return asked.batch.records
        case _:
            return 0
