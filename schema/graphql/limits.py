"""The limits of a document, checked before it is validated or run."""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)
from graphql.error import GraphQLError, GraphQLSyntaxError

MAX_BYTES = 64 * 1024
MAX_TOKENS = 2_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_ROOT_FIELDS = 20
MAX_DIRECTIVES = 20
MAX_WIDTH = 250  # of one selection set: validation compares its fields with each other
MAX_SELECTIONS = 2_000  # with every fragment spread out, which is how fragments could make much of little


class LimitError(GraphQLError):
    """A document beyond a limit: 400 whatever the media type."""


def parsed(text: str) -> DocumentNode:
    """The document; raises LimitError for one that is too large, GraphQLSyntaxError for one that is wrong."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise LimitError(f"The document is larger than {MAX_BYTES // 1024} KiB.")
    try:
        return parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if "Parsing aborted" not in error.message:
            raise
        reason = f"has more than {MAX_TOKENS:,} tokens" if "tokens" in error.message else "is nested too deeply"
    raise LimitError(f"The document {reason}.")


def check_limits(document: DocumentNode) -> int:
    """How many fields its operations have, fragments spread out.

    Raises LimitError for an operation that is too deep, too wide, or too full of aliases or directives.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return sum(_check(operation, fragments) for operation in operations)


@dataclass(frozen=True, slots=True)
class _Level:
    """A selection set still to be walked."""

    selections: SelectionSetNode
    depth: int
    spread: tuple[str, ...] = ()  # the fragments around it, for a fragment may wrongly hold itself
    counts_depth: bool = True


def _check(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> int:
    aliases = roots = selections = 0
    variables = operation.variable_definitions or ()
    directives = len(operation.directives or ()) + sum(len(v.directives or ()) for v in variables)
    levels = [_Level(operation.selection_set, 1)]
    while levels:
        level = levels.pop()
        _refuse("fields in one selection", len(level.selections.selections), MAX_WIDTH)
        for node in level.selections.selections:
            selections += 1
            directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                aliases += node.alias is not None
                roots += level.depth == 1
                _field(node, level, levels)
            elif isinstance(node, FragmentSpreadNode):
                fragment = fragments.get(node.name.value)
                if fragment and node.name.value not in level.spread:
                    directives += len(fragment.directives or ())
                    spread = (*level.spread, node.name.value)
                    levels.append(_Level(fragment.selection_set, level.depth, spread, level.counts_depth))
            elif isinstance(node, InlineFragmentNode):
                levels.append(_Level(node.selection_set, level.depth, level.spread, level.counts_depth))
            _refuse("aliases", aliases, MAX_ALIASES)
            _refuse("directives", directives, MAX_DIRECTIVES)
            _refuse("root fields", roots, MAX_ROOT_FIELDS)
            _refuse("fields, with its fragments spread out,", selections, MAX_SELECTIONS)
    return selections


def _field(node: FieldNode, level: _Level, levels: list[_Level]) -> None:
    counts = level.counts_depth and not node.name.value.startswith("__")
    if counts and level.depth > MAX_DEPTH:
        raise LimitError(f"The document is more than {MAX_DEPTH} fields deep.", node)
    if node.selection_set:
        levels.append(_Level(node.selection_set, level.depth + 1, level.spread, counts))


def _refuse(what: str, found: int, limit: int) -> None:
    if found > limit:
        raise LimitError(f"The document has more than {limit:,} {what}.".replace(",.", "."))
