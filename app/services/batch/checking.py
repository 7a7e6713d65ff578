"""What can be said of a batch without the database: each operation is a checked change then, or a refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.services.batch.names import Faults, Names, in_data, in_filter
from app.services.plan import plan
from app.services.write import Checked, check
from schema.actor import Actor
from schema.batch import Batch, Op, Operation
from schema.change import Change, Create, Delete, Restore, Update, Upsert
from schema.condition import Condition, compares
from schema.filter import parse_filter
from schema.narrowing import KEPT, known
from schema.problem import Problem, invalid
from schema.reference import Reference, pointer
from schema.resource import Resource
from schema.selection import Connection, Leaf, Nodes, Order, Page, Record, Shape
from schema.values.fault import Fault

_CHUNK = 50  # operations between two turns of the event loop
_NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Ready:
    """An operation that nothing speaks against so far. `where` is its filter; `needs` are the operations that it names.

    What depends on the records of others holds ids that stand for theirs.
    """

    operation: Operation
    checked: Checked
    where: Condition | None = None
    needs: frozenset[int] = frozenset()


async def check_all(batch: Batch, names: Names, actor: Actor) -> Sequence[Ready | Problem]:
    """Every operation, checked in turns that leave others theirs."""
    found: list[Ready | Problem] = []
    for number, one in enumerate(batch.operations, 1):
        found.append(one if isinstance(one, Problem) else _checked(one, names, actor))
        if number % _CHUNK == 0:
            await asyncio.sleep(0)
    return found


def _checked(operation: Operation, names: Names, actor: Actor) -> Ready | Problem:
    try:
        actor.require(operation.resource.write_scope)
        return _ready(operation, names, actor)
    except Problem as problem:
        return problem


def _ready(operation: Operation, names: Names, actor: Actor) -> Ready:
    """The operation as a change; raises with every fault of its name, its reference, its data and its filter."""
    resource, faults = known(operation.resource, actor.hidden), Faults()
    if operation.index in names.repeated:
        faults["ref"] = f"stands in operations[{names.repeated[operation.index]}] already"
    by = _by(operation, resource, names, faults)
    data = in_data(names, resource, operation.data, operation.index, faults)
    where = _where(operation, resource, names, actor, faults)
    checked: Checked | None = None
    try:
        checked = check(_change(operation, by, data), actor)
    except Problem as problem:
        faults |= _faults_of(problem, operation)
    if faults or checked is None:
        raise located(invalid(faults), operation)
    return Ready(operation, checked, where, _needs(names, checked, where))


def _by(operation: Operation, resource: Resource, names: Names, faults: Faults) -> Reference:
    try:
        return pointer(names.meant(operation.id, resource, operation.index), resource)
    except Fault as fault:
        faults["id"] = fault.text
        return Reference(resource.name, "id", "")


def _where(operation: Operation, resource: Resource, names: Names, actor: Actor, faults: Faults) -> Condition | None:
    if operation.filter is None:
        return None
    raw = in_filter(names, resource, operation.filter, operation.index, faults)
    try:
        where = parse_filter(resource, raw)
        plan(matching(resource, where, operation.at_most), actor)
    except Problem as problem:
        if not problem.errors:
            raise
        faults.update({path: "; ".join(texts) for path, texts in problem.errors.items() if path not in faults})
        return None
    return where


def _change(operation: Operation, by: Reference, data: dict[str, Any]) -> Change:
    resource, precondition = operation.resource, operation.precondition
    match operation.op:
        case Op.CREATE:
            return Create(resource, data)
        case Op.UPDATE:
            return Update(resource, by, data, precondition)
        case Op.UPSERT:
            return Upsert(resource, by, data, precondition)
        case Op.DELETE:
            return Delete(resource, by, precondition)
        case Op.RESTORE:
            return Restore(resource, by, precondition)


def _needs(names: Names, checked: Checked, where: Condition | None) -> frozenset[int]:
    """The operations whose records it names."""
    if not names.index_of:
        return frozenset()
    meant: list[Any] = [getattr(checked.change, "by", None), *checked.given.values()]
    for one in compares(where) if where else ():
        meant += one.operands
    ids = (one.value for one in meant if isinstance(one, Reference) and one.by_id)
    return frozenset(names.index_of[id_] for id_ in ids if id_ in names.index_of)


def matching(resource: Resource, where: Condition | None, at_most: int) -> Connection:
    """The records that a filter finds, by id: one more than may be changed, if there are so many."""
    shape, order = _listed(resource)
    return Connection(resource, shape, where, order=order, page=Page(at_most + 1))


@lru_cache(maxsize=KEPT)
def _listed(resource: Resource) -> tuple[tuple[Shape, ...], tuple[Order, ...]]:
    id_, version = (next(field for field in resource.fields if field.name == name) for name in ("id", "version"))
    record = Record(resource, (Leaf("id", id_), Leaf("version", version)))
    return (Nodes("data", record),), (Order("id", (), id_),)


# -- where a refusal lies -------------------------------------------------------------------------------------------


def of_data(problem: Problem, operation: Operation) -> Problem:
    """A refusal of the values given, its paths those of the batch; any other one as it is."""
    return located(invalid(_faults_of(problem, operation)), operation) if problem.errors else problem


def _faults_of(problem: Problem, operation: Operation) -> Faults:
    """The faults by their paths in the operation; raises what is no refusal of values."""
    if not problem.errors:
        raise problem
    return {_in_operation(path, operation): "; ".join(texts) for path, texts in problem.errors.items()}


def _in_operation(path: str, operation: Operation) -> str:
    if (
        operation.op is Op.UPSERT
        and path.partition(".")[0] not in operation.data
        and operation.id.startswith(f"{path.rpartition('.')[2]}:")
    ):
        return "id"  # the reference's own value can't be stored
    return f"data{'' if not path or path.startswith('[') else '.'}{path}"


def located(problem: Problem, operation: Operation) -> Problem:
    """A refusal of values, its paths being those of the operation, with the paths of the batch."""
    return invalid({f"{operation.path}.{path}": texts for path, texts in problem.errors.items()})
