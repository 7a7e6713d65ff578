"""From a Selection to a ReadPlan: what the actor may not ask is refused here, with the same words at every door."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from app.services.kept import Kept
from app.services.sql.params import Sight
from app.services.visible import sight_of
from schema.actor import Actor
from schema.condition import Compare, Condition, Every, Not, Some, Through
from schema.narrowing import settled, target
from schema.problem import Problem, invalid
from schema.reference import looked_up
from schema.resource import Relation, Resource
from schema.selection import Connection, Many, One, Record, Selection, Several, Shape, Single, Stats, records

MAX_COST = 10_000


class ReadPlan(NamedTuple):
    """Of a Selection that may be answered: the records that it reads at most, and which records the actor may see."""

    cost: int
    sight: Sight


def plan(selection: Selection, actor: Actor) -> ReadPlan:
    """Checks rights and cost; raises `insufficient_scope`, or `validation_failed` for what costs too much."""
    if actor.hidden:
        check_world(selection, actor)
    resources = _resources_of(selection)
    for resource in resources:
        actor.require(resource.read_scope)
    rows = cost(selection)
    if rows > MAX_COST:
        raise too_costly(rows)
    return ReadPlan(rows, sight_of(actor, resources))


def check_answer(record: Record, actor: Actor) -> None:
    """Checks the rights to what a write is asked to give back of its record; raises what `plan` does for them."""
    if actor.hidden and record.resource.hidden != settled(actor.hidden):
        raise _foreign()
    for resource in _of_single(record):
        actor.require(resource.read_scope)


def check_world(selection: Selection, actor: Actor) -> None:
    """Raises for a Selection of declarations in which something is that the actor does not know: a fault of the door.

    The resource that a Selection begins with leads only to such as are of its own world.
    """
    match selection:
        case Connection() | Stats():
            roots = [selection.resource]
        case Single():
            roots = [selection.record.resource]
        case Several():
            roots = [single.record.resource for single in selection.singles if single]
    if any(root.hidden != settled(actor.hidden) for root in roots):
        raise _foreign()


def _foreign() -> Exception:
    return ValueError("what is selected was not read for this actor")


def too_costly(rows: int) -> Problem:
    return invalid({"": f"The request may read {rows:,} records; the limit is {MAX_COST:,}: ask for smaller pages."})


def cost(selection: Selection) -> int:
    """The records that a Selection reads at most: page size times the parents' page sizes, summed; to-one is free."""
    match selection:
        case Connection():
            return _connection_cost(selection, 1)
        case Single():
            return cost_of(selection.record)
        case Several(singles=singles):
            return sum(cost_of(single.record) for single in singles if single)
        case Stats():
            return 1


def cost_of(record: Record) -> int:
    """The same of one record."""
    return 1 + _below_record(record)


def _connection_cost(connection: Connection, parents: int) -> int:
    rows = parents * connection.page.size
    return rows + rows * _below(connection.shape)


def _record_cost(record: Record) -> int:
    """What one record of a page costs below itself."""
    total = 0
    for member in record.members:
        if isinstance(member, Many):
            total += _connection_cost(member.connection, 1)
        elif isinstance(member, One):
            total += _record_cost(member.record)
    return total


def _shape_cost(shape: tuple[Shape, ...]) -> int:
    return sum(_record_cost(record) for record in records(shape))


_below: Kept[tuple[Shape, ...], int] = Kept(_shape_cost)
_below_record: Kept[Record, int] = Kept(_record_cost)


def _resources_of(selection: Selection) -> Iterable[Resource]:
    """Each resource once."""
    if isinstance(selection, Single):
        return _of_single(selection.record)
    return dict.fromkeys(_resources(selection))


def _resources(selection: Selection) -> Iterator[Resource]:
    """Every resource that is read to answer: in records, in filters and in sorts."""
    match selection:
        case Connection():
            yield from _of_connection(selection)
        case Single(record=record):
            yield from _of_record(record)
        case Several(singles=singles):
            for single in filter(None, singles):
                yield from _of_record(single.record)
        case Stats():
            yield selection.resource
            yield from _of_condition(selection.resource, selection.where)
            for group in selection.by:
                yield from _of_hops(selection.resource, group.hops)


def _of_connection(connection: Connection) -> Iterator[Resource]:
    yield connection.resource
    yield from _of_condition(connection.resource, connection.where)
    for order in connection.order:
        yield from _of_hops(connection.resource, order.hops)
    yield from _of_shape(connection.shape)


def _resources_of_shape(shape: tuple[Shape, ...]) -> tuple[Resource, ...]:
    return tuple(dict.fromkeys(resource for record in records(shape) for resource in _of_record(record)))


_of_shape: Kept[tuple[Shape, ...], tuple[Resource, ...]] = Kept(_resources_of_shape)


def _resources_of_record(record: Record) -> tuple[Resource, ...]:
    return tuple(dict.fromkeys(_of_record(record)))


_of_single: Kept[Record, tuple[Resource, ...]] = Kept(_resources_of_record)


def _of_record(record: Record) -> Iterator[Resource]:
    yield record.resource
    for member in record.members:
        if isinstance(member, One):
            yield from _of_record(member.record)
        elif isinstance(member, Many):
            yield from _of_connection(member.connection)


def _of_hops(resource: Resource, hops: tuple[Relation, ...]) -> Iterator[Resource]:
    for hop in hops:
        resource = target(resource, hop)
        yield resource


def _of_condition(resource: Resource, condition: Condition | None) -> Iterator[Resource]:
    match condition:
        case Compare() as one:
            yield from looked_up(one.operands)
        case Through(relation=relation, where=where):
            yield target(resource, relation)
            yield from _of_condition(target(resource, relation), where)
        case Not(part=part):
            yield from _of_condition(resource, part)
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _of_condition(resource, part)
