"""Documents that were parsed, measured and validated, kept for the next request that sends the same text."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    assert_valid_schema,
    specified_rules,
    validate,
)
from graphql.validation.specified_rules import recommended_rules
from starlette.concurrency import run_in_threadpool

from schema.graphql.limits import check_limits, parsed
from schema.graphql.narrowed import WHOLE, View, view
from schema.graphql.prepared import Prepared
from schema.narrowing import MAX_WORLDS

MAX_ERRORS = 20
FIELD_WEIGHT = 16
RULES = tuple(dict.fromkeys((*specified_rules, *recommended_rules)))


class OperationError(GraphQLError):
    """It is not clear which operation should run, or it can't be run here: 400 whatever the media type."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document within the limits, what validation finds wrong with it, and its operations once they have run.

    `weight` stands for the memory that it takes: of its text, and of what is prepared for each of its fields.
    """

    view: View
    tree: DocumentNode
    errors: tuple[GraphQLError, ...]
    weight: int
    _prepared: dict[str | None, Prepared] = field(default_factory=dict)

    def prepared(self, chosen: OperationDefinitionNode) -> Prepared:
        """One of its operations, ready to be run; the document must be valid."""
        name = chosen.name.value if chosen.name else None
        found = self._prepared.get(name)
        if found is None:
            found = self._prepared[name] = Prepared(self.view, self.tree, chosen)
        return found


class Documents:
    """The latest documents, bounded in number and in weight; an invalid one is not kept."""

    def __init__(self, view: View = WHOLE, entries: int = 500, size: int = 512 * 1024) -> None:
        self.view = view
        self.entries, self.size = entries, size
        self.held = 0
        self.kept: OrderedDict[str, Document] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of a text; raises LimitError or GraphQLSyntaxError."""
        found = self.kept.get(text)
        if found is not None:
            self.kept.move_to_end(text)
            return found
        made = _document(self.view, text)
        if not made.errors:
            self._keep(text, made)
        return made

    def knows(self, text: str) -> bool:
        """Whether `get` has no work left to do."""
        return text in self.kept

    def _keep(self, text: str, document: Document) -> None:
        self.kept[text] = document
        self.held += document.weight
        while len(self.kept) > self.entries or self.held > self.size:
            _, oldest = self.kept.popitem(last=False)
            self.held -= oldest.weight


class Worlds:
    """The documents of those from whom fields are hidden, for the latest sets of such fields."""

    def __init__(self) -> None:
        self._kept: OrderedDict[frozenset[str], Documents] = OrderedDict()

    def known(self, hidden: frozenset[str]) -> Documents | None:
        """Those that are there; `hidden` is settled."""
        found = self._kept.get(hidden)
        if found is not None:
            self._kept.move_to_end(hidden)
        return found

    async def made(self, hidden: frozenset[str]) -> Documents:
        """Those that are there, or new ones: their schema is made on a thread, for it takes as long as many requests.

        Fewer documents are kept for them than for all the others.
        """
        found = self.known(hidden)
        if found is None:
            found = self._kept[hidden] = Documents(await run_in_threadpool(_checked_view, hidden), 50, 64 * 1024)
            if len(self._kept) > MAX_WORLDS:
                self._kept.popitem(last=False)
        return found


def _checked_view(hidden: frozenset[str]) -> View:
    """The view, its schema found to be a good one: else the first document would wait for that."""
    made = view(hidden)
    assert_valid_schema(made.schema)
    return made


def _document(view: View, text: str) -> Document:
    tree = parsed(text)
    fields = check_limits(tree)
    errors = tuple(validate(view.schema, tree, RULES, max_errors=MAX_ERRORS))
    return Document(view, tree, errors, len(text) + FIELD_WEIGHT * fields)


def operation(document: Document, name: str | None) -> OperationDefinitionNode:
    """The operation that is meant; raises OperationError when that is not clear."""
    found = [d for d in document.tree.definitions if isinstance(d, OperationDefinitionNode)]
    if name is not None:
        found = [d for d in found if d.name and d.name.value == name]
        if not found:
            raise OperationError(f"The document has no operation named {name[:80]!r}.")
    if not found:
        raise OperationError("The document has no operation.")
    if len(found) > 1 and name is None:
        raise OperationError("The document has several operations: say by operationName which one is meant.")
    if found[0].operation is OperationType.SUBSCRIPTION:
        raise OperationError("Subscriptions are not served here.", found[0])
    return found[0]
