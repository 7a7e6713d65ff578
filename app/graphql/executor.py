"""The executor that lets finished JSON through: root fields answer with text, the rest stays Strawberry's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphql import GraphQLObjectType, GraphQLOutputType, is_non_null_type
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from orjson import Fragment
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from schema.graphql.operation import name_of

Answer = Callable[[], Awaitable[bytes | None]]


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Its context value is the Answers by response name; introspection has none there."""

    context_value: Mapping[str, Answer]

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        answer = self.context_value.get(str(path.key)) if path.prev is None else None
        if answer is None:
            return super().execute_field(parent_type, source, field_details_list, path, position_context)
        of = parent_type.fields[name_of(field_details_list)].type
        return self._finished(answer, of, field_details_list, path)

    async def _finished(
        self, answer: Answer, of: GraphQLOutputType, details: FieldDetailsList, path: Path
    ) -> Fragment | None:
        """The answer as it is: its members, nulls and names are already those that were asked for."""
        try:
            body = await answer()
            if body is None and is_non_null_type(of):
                raise TypeError(f"{name_of(details)} must not be null, and is")
        except Exception as error:
            self.handle_field_error(error, of, details, path)
            return None
        return None if body is None else Fragment(body)
