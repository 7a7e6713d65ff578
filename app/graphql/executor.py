"""Execution: root fields answer with finished JSON, errors are gathered, and a null goes as far up as it must."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    located_error,
)
from graphql.pyutils import gather_with_cancel

from app.graphql.envelope import Envelope
from app.services.sql.guard import NotCurrent
from schema.graphql.prepared import Form, Prepared, RootField
from schema.problem import Problem

Answer = Callable[[RootField], Awaitable[bytes | None]]


@dataclass(slots=True)
class Execution:
    """Runs the root fields of an operation; what lies below them, `answer` has seen to.

    If they are done `as_one`, nothing but a refusal is a field's own error.
    """

    form: Form
    answer: Answer
    as_one: bool = False
    errors: list[GraphQLError] = field(default_factory=list)

    async def data(self, *, serially: bool) -> list[bytes] | None:
        """The JSON object in pieces; None where a field that can't be null had no answer."""
        fields = self.form.fields
        try:
            if serially or len(fields) == 1:
                texts = []
                for one in fields:  # no comprehension: that is a coroutine of its own
                    texts.append(await self._text(one))
            else:
                texts = await gather_with_cancel(*[self._text(one) for one in fields])
        except GraphQLError as error:
            self.errors.append(error)
            return None
        pieces = [piece for one, text in zip(fields, texts, strict=True) for piece in (one.key, text)]
        return [b"{", *pieces, b"}"]

    async def _text(self, asked: RootField) -> bytes:
        try:
            body = await self.answer(asked)
            if body is None and asked.required:
                raise TypeError(f"{asked.name} must not be null, and is")
        except NotCurrent:
            raise
        except Exception as error:
            refused = isinstance(error, GraphQLError) or (isinstance(error, Problem) and error.status < 500)
            if self.as_one and not refused:
                raise
            located = located_error(error, [one.node for one in asked.details], [asked.response])
            if asked.required:
                raise located from error
            self.errors.append(located)
            return b"null"
        return b"null" if body is None else body


def introspection(prepared: Prepared, form: Form, envelope: Envelope) -> ExecutionResult:
    """What the schema says of itself: graphql-core's own execution, of those root fields alone."""
    nodes = [one.node for asked in form.fields if asked.root is None for one in asked.details]
    definition = OperationDefinitionNode(
        operation=prepared.definition.operation,
        variable_definitions=prepared.definition.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    document = DocumentNode(definitions=(definition, *prepared.fragments))
    return execute_sync(prepared.view.schema, document, variable_values=envelope.variables)


def text_of(told: ExecutionResult, asked: RootField) -> bytes:
    """The JSON of one of those fields."""
    assert told.data is not None
    return orjson.dumps(told.data[asked.response])
