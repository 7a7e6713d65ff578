"""What a write must heed for an actor that does not see all: it neither loses sight of a record nor feels its way."""

from __future__ import annotations

from collections.abc import Iterator

from app.services.finding import seen_among
from app.services.rows import Stored
from app.services.unit_of_work import UnitOfWork
from schema.condition import Compare, Condition, Every, Not, Some, Through
from schema.inputs import Given
from schema.problem import invalid
from schema.resource import Resource
from schema.resources import BY_NAME


def can_be_made(work: UnitOfWork, resource: Resource, given: Given) -> None:
    """Raises when a field is missing that the input would have asked for, had it not been hidden."""
    if work.call.actor.hidden and any(field.required and field.name not in given for field in resource.fields):
        raise invalid({"": f"this key can't make a {resource.name}"})


async def without_unseen(work: UnitOfWork, resource: Resource, before: Stored, given: Given) -> Given:
    """What was given, but for ids to be cleared that are null already as far as the actor sees."""
    actor = work.call.actor
    if not actor.filters:
        return given
    kept = dict(given)
    for field in resource.fields:
        old = before.values[field.name]
        if field.target not in actor.filters or not old or given.get(field.name, old) is not None:
            continue
        if not await seen_among(work.tx.peek, work.dialect, actor, BY_NAME[field.target], {old}):
            del kept[field.name]
    return kept


async def stays_in_sight(work: UnitOfWork, resource: Resource, id_: str, given: Given) -> None:
    """Raises unless the actor still sees the record as it now is; the fields are named that make the difference."""
    bound = work.call.actor.filters.get(resource.name)
    if bound is None or await seen_among(work.tx.fetch, work.dialect, work.call.actor, resource, {id_}):
        return
    columns = set(_columns(bound))
    names = [f.name for f in resource.fields if f.name in given and columns & {m.column for m in (f.members or (f,))}]
    raise invalid(dict.fromkeys(names or [""], "would move the record out of what this key may see"))


def _columns(condition: Condition) -> Iterator[str]:
    """The columns of the record itself that a condition looks at."""
    match condition:
        case Compare(field=field):
            yield from (member.column for member in field.members or (field,))
        case Through(relation=relation):
            if not relation.many:
                yield relation.key
        case Not(part=part):
            yield from _columns(part)
        case Every(parts=parts) | Some(parts=parts):
            for part in parts:
                yield from _columns(part)
