"""An operation of a kept document: all that does not depend on the values given to its root fields, made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.utilities.coerce_input_value import coerce_default_value

from schema.graphql.arguments import Arguments, variables_in
from schema.graphql.coercion import plain
from schema.graphql.narrowed import View
from schema.graphql.operation import Operation, name_of
from schema.graphql.roots import MUTATIONS, QUERIES, Root
from schema.resource import Resource

MAX_FORMS = 8
MAX_KEPT = 8
MAX_KEY = 1024

T = TypeVar("T")


class Prepared:
    """An operation, and the forms that it takes by the values of those variables that shape it."""

    def __init__(self, view: View, tree: DocumentNode, definition: OperationDefinitionNode) -> None:
        self.view = view
        self.definition = definition
        self.fragments = [d for d in tree.definitions if isinstance(d, FragmentDefinitionNode)]
        self.is_mutation = definition.operation is OperationType.MUTATION
        found = [get_variable_signature(view.schema, node) for node in definition.variable_definitions or ()]
        self._signatures = [one for one in found if isinstance(one, GraphQLVariableSignature)]
        self._coerce = {one.name: view.coercion.of(one.type) for one in self._signatures}
        self._fragments = {one.name.value: FragmentDetails(one) for one in self.fragments}
        shaping = set(_shaping(definition.selection_set, self._fragments))
        self._shaping = tuple(one.name for one in self._signatures if one.name in shaping)
        self._forms: dict[bytes, Form] = {}
        self.kept: dict[bytes, Any] = {}

    def keep(self, key: bytes, made: Any) -> None:
        """Keeps what was made for some values of its variables; a few of them, for each may be as large as a page."""
        if len(self.kept) >= MAX_KEPT:
            del self.kept[next(iter(self.kept))]
        self.kept[key] = made

    def variables(self, inputs: Mapping[str, Any], max_errors: int) -> VariableValues | list[GraphQLError]:
        """The values of the variables in their types, or what is wrong with them."""
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for signature in self._signatures:
            given = inputs.get(signature.name, Undefined)
            sources[signature.name] = VariableValueSource(signature, given)
            value = self._coerced(signature, given)
            if value is not Undefined:
                coerced[signature.name] = value
            elif given is not Undefined or signature.default or is_non_null_type(signature.type):
                nodes = self.definition.variable_definitions or ()
                found = get_variable_values(self.view.schema, nodes, dict(inputs), max_errors)
                return found if isinstance(found, list) else VariableValues(found.sources, plain(found.coerced))
        return VariableValues(sources, coerced)

    def _coerced(self, signature: GraphQLVariableSignature, given: Any) -> Any:
        try:
            if given is not Undefined:
                return self._coerce[signature.name](given)
            return plain(coerce_default_value(signature)) if signature.default else Undefined
        except (TypeError, RecursionError):
            return Undefined

    def form(self, inputs: Mapping[str, Any], variables: VariableValues) -> Form:
        """The form that these variables give it; raises GraphQLError for a condition that has no value."""
        key = self._key(inputs)
        found = self._forms.get(key) if key is not None else None
        if found is None:
            found = Form(Operation(self.view, self.definition, self._fragments, _only(self._shaping, variables)))
            if key is not None:
                if len(self._forms) >= MAX_FORMS:
                    del self._forms[next(iter(self._forms))]
                self._forms[key] = found
        return found

    def _key(self, inputs: Mapping[str, Any]) -> bytes | None:
        """The values that shape it as they were given."""
        if not self._shaping:
            return b""
        return key_of({name: inputs[name] for name in self._shaping if name in inputs})


def key_of(inputs: Mapping[str, Any]) -> bytes | None:
    """The values of variables as they were given; None for what is not worth keeping."""
    try:
        key = orjson.dumps(inputs)
    except TypeError:
        return None
    return key if len(key) <= MAX_KEY else None


class Form:
    """The root fields of an operation, in the order of the answer."""

    __slots__ = ("fields",)

    def __init__(self, op: Operation) -> None:
        roots = enumerate(op.roots().items())
        self.fields = tuple(RootField(op, response, details, first=i == 0) for i, (response, details) in roots)


class RootField:
    """A root field, and what was made for it: the same objects in every request, so that others may know them again.

    `key` is what stands before its value in the answer, `resource` what it is about, as the caller knows it. The
    schema's own fields have no `root`, and so neither `resource` nor `arguments`.
    """

    __slots__ = (
        "_made",
        "arguments",
        "details",
        "key",
        "name",
        "op",
        "required",
        "resource",
        "response",
        "root",
        "writes",
    )

    def __init__(self, op: Operation, response: str, details: FieldDetailsList, *, first: bool) -> None:
        self.op, self.response, self.details = op, response, details
        self.name = name_of(details)
        self.key = f'{"" if first else ","}"{response}":'.encode()
        self.writes = op.definition.operation is OperationType.MUTATION
        self.root: Root | None = (MUTATIONS if self.writes else QUERIES).get(self.name)
        self.required = False
        self._made: dict[Hashable, Any] = {}
        if self.root is not None:  # the others are the schema's own
            self.resource: Resource = op.view.known(self.root.resource)
            field = op.root_type.fields[self.name]
            self.required = is_non_null_type(field.type)
            self.arguments = Arguments(field, details)

    def once(self, what: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes, kept under a name unless it raises."""
        found: T
        if what in self._made:
            found = self._made[what]
        else:
            found = self._made[what] = make()
        return found

    def of_argument(self, name: str, make: Callable[[], T]) -> T:
        """What is made of an argument, kept unless a variable is in it."""
        return make() if self.arguments.varies(name) else self.once(name, make)


def _only(names: tuple[str, ...], variables: VariableValues) -> VariableValues:
    """A form outlives its request: it holds no values but those that shape it."""
    sources, coerced = variables
    kept = {name: coerced[name] for name in names if name in coerced}
    return VariableValues({name: sources[name] for name in names if name in sources}, kept)


def _shaping(top: SelectionSetNode, fragments: Mapping[str, FragmentDetails]) -> Iterator[str]:
    """The variables in directives, and in the arguments of all fields but the roots."""
    seen = set()
    levels: list[tuple[SelectionSetNode | None, bool]] = [(top, True)]
    while levels:
        selections, at_root = levels.pop()
        for node in selections.selections if selections else ():
            arguments = [argument for directive in node.directives or () for argument in directive.arguments or ()]
            match node:
                case FieldNode():
                    arguments += () if at_root else node.arguments or ()
                    levels.append((node.selection_set, False))
                case InlineFragmentNode():
                    levels.append((node.selection_set, at_root))
                case FragmentSpreadNode() if (node.name.value, at_root) not in seen:
                    seen.add((node.name.value, at_root))
                    levels.append((fragments[node.name.value].definition.selection_set, at_root))
            for argument in arguments:
                yield from variables_in(argument.value)
