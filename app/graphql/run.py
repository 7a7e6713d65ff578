"""The way of a request: document, operation, Selections and Changes, their cost, and only then the answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution.collect_fields import FieldDetailsList

from app.graphql.answers import Caller, answer_read, answer_write, placeholder
from app.graphql.documents import MAX_ERRORS, Document, Documents, operation
from app.graphql.envelope import Envelope
from app.graphql.executor import Answer, Executor
from app.graphql.result import Result, refused
from app.services.plan import MAX_COST, cost, too_costly
from schema.graphql import SCHEMA
from schema.graphql.changing import Write, write_of
from schema.graphql.limits import LimitError
from schema.graphql.operation import Operation, name_of
from schema.graphql.reading import Read, read_of
from schema.graphql.roots import MUTATIONS, QUERIES
from schema.problem import Problem, problem

Asked = Read | Write | Problem | GraphQLError

_documents = Documents()


async def run(envelope: Envelope, caller: Caller, *, by_get: bool = False) -> Result:
    """Runs an operation; raises Problem for a mutation by GET."""
    try:
        document = _documents.get(envelope.query)
        chosen = operation(document, envelope.operation_name)
    except GraphQLError as error:
        return refused([error])
    if by_get and chosen.operation is OperationType.MUTATION:
        raise problem("method_not_allowed", "A mutation is sent by POST.", allow="POST")
    if document.errors:
        return refused(document.errors)
    return await _execute(document, chosen, envelope, caller)


async def _execute(document: Document, chosen: OperationDefinitionNode, envelope: Envelope, caller: Caller) -> Result:
    answers: dict[str, Answer] = {}
    executor = Executor.build(
        SCHEMA,
        document.tree,
        context_value=answers,
        raw_variable_values=envelope.variables,
        operation_name=envelope.operation_name,
        max_coercion_errors=MAX_ERRORS,
    )
    if isinstance(executor, list):
        return refused(executor)
    try:
        asked = asked_of(Operation(chosen, executor.fragments, executor.variable_values), caller.actor.key_id)
    except GraphQLError as error:
        return refused([error])
    rows = sum(_cost(one) for one in asked.values())
    if rows > MAX_COST:
        return refused([LimitError(too_costly(rows).detail or "")], rows)
    answers.update({response: partial(_answer, caller, one) for response, one in asked.items()})
    result: Any = executor.execute_operation()
    done: ExecutionResult = await result if isawaitable(result) else result
    return Result(done.data, tuple(done.errors or ()), rows, ran=True)


def asked_of(op: Operation, key_id: str | None) -> Mapping[str, Asked]:
    """What each root field asks for; introspection answers itself."""
    mutation = op.definition.operation is OperationType.MUTATION
    fields = {name: found for name, found in op.roots().items() if not name_of(found).startswith("__")}
    return {response: _one(op, found, mutation, key_id) for response, found in fields.items()}


def _one(op: Operation, details: FieldDetailsList, mutation: bool, key_id: str | None) -> Asked:
    """A root field's fault is its own: the other fields are answered."""
    name = name_of(details)
    try:
        return write_of(op, MUTATIONS[name], details) if mutation else read_of(op, QUERIES[name], details, key_id)
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
