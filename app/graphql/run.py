"""The way of a request: document, operation, Selections and Changes, their cost, and only then the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, OperationType
from graphql.execution.values import VariableValues

from app.graphql.answers import Caller, answer_read, answer_write, placeholder
from app.graphql.documents import MAX_ERRORS, Documents, Worlds, operation
from app.graphql.envelope import Envelope
from app.graphql.executor import Execution, introspection, text_of
from app.graphql.result import Result, refused
from app.services.plan import MAX_COST, cost, too_costly
from app.services.sql.guard import NotCurrent
from schema.graphql.changing import Write, write_of
from schema.graphql.limits import LimitError
from schema.graphql.prepared import Form, Prepared, RootField, key_of
from schema.graphql.reading import Read, read_of
from schema.narrowing import settled
from schema.problem import Problem, problem

Asked = Read | Write | Problem | GraphQLError

_documents = Documents()  # of all from whom nothing is hidden
_worlds = Worlds()


async def run(envelope: Envelope, caller: Caller, *, by_get: bool = False) -> Result:
    """Runs an operation; raises Problem for a mutation by GET, NotCurrent for what no guarded read will answer."""
    hidden = caller.actor.hidden and settled(caller.actor.hidden)
    kept = _worlds.known(hidden) if hidden else _documents
    if caller.guard and not (kept and kept.knows(envelope.query)):
        raise NotCurrent  # the work of a new document is done once, and for nobody whose key has ended
    kept = kept or await _worlds.made(hidden)
    try:
        document = kept.get(envelope.query)
        chosen = operation(document, envelope.operation_name)
    except GraphQLError as error:
        return refused([error])
    if by_get and chosen.operation is OperationType.MUTATION:
        raise problem("method_not_allowed", "A mutation is sent by POST.", allow="POST")
    if document.errors:
        return refused(document.errors)
    return await _run(document.prepared(chosen), envelope, caller)


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
        return any(isinstance(one, Read) for one in found) or (len(found) == 1 and isinstance(found[0], Write))

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


async def _run(prepared: Prepared, envelope: Envelope, caller: Caller) -> Result:
    found = ready(prepared, envelope.variables, caller.actor.key_id)
    if isinstance(found, list):
        return refused(found)
    form, asked, rows = found.form, found.asked, found.rows
    if rows > MAX_COST:
        return refused([LimitError(too_costly(rows).detail or "")], rows)
    if caller.guard and not found.may_be_guarded:
        raise NotCurrent
    told = introspection(prepared, form, envelope) if len(asked) < len(form.fields) else None

    async def answer(field: RootField) -> bytes | None:
        if field.root is None:
            assert told is not None
            return text_of(told, field)
        return await _answer(caller, asked[field.response])

    execution = Execution(form, answer, list(told.errors or ()) if told else [])
    data = None if told and told.data is None else await execution.data(serially=prepared.is_mutation)
    return Result(data, tuple(execution.errors), rows, ran=True)


def asked_of(form: Form, variables: VariableValues, key_id: str | None) -> Mapping[str, Asked]:
    """What each root field asks for; introspection answers itself."""
    return {field.response: _one(field, variables, key_id) for field in form.fields if field.root is not None}


def _one(field: RootField, variables: VariableValues, key_id: str | None) -> Asked:
    """A root field's fault is its own: the other fields are answered."""
    try:
        return write_of(field, variables) if field.writes else read_of(field, variables, key_id)
    except (Problem, GraphQLError) as error:
        return error


def _cost(asked: Asked) -> int:
    match asked:
        case Read():
            return cost(asked.selection) if asked.selection else 0
        case Write():
            return sum(cost(placeholder(record)) for record in asked.records())
        case _:
            return 0


async def _answer(caller: Caller, asked: Asked) -> bytes | None:
    match asked:
        case Read():
            return await answer_read(caller, asked)
        case Write():
            return await answer_write(caller, asked)
        case _:
            raise asked
