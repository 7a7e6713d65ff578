"""A read that is ready to run: all that the shape of a Selection, the actor and the guard decide, worked out once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, NamedTuple

from app.services.plan import check_world, plan
from app.services.sql.dialect import Dialect
from app.services.sql.guard import Guard, guarded
from app.services.sql.params import Sight, Way
from app.services.sql.shape import shape
from app.services.sql.statement import compile_
from schema.actor import Actor
from schema.selection import Selection

_MOST = 2048


class Prepared(NamedTuple):
    """`cost`: the records that it reads at most. `columns`: what stands in its row, behind what a guard has found."""

    text: str
    ways: tuple[Way, ...]
    columns: tuple[str, ...]
    steady: bool
    cost: int
    sight: Sight
    actor: Actor  # by whose identity it is kept, which must stay its own

    def params(self, selection: Selection, guard: Guard | None) -> list[Any]:
        """The values in a Selection of this shape, and the guard's."""
        asked = (selection, self.sight)
        found = [way(asked) for way in self.ways]
        return found if guard is None else [*found, *guard.params()]


_kept: dict[Hashable, Prepared] = {}


def prepare(selection: Selection, actor: Actor, dialect: Dialect, guard: Guard | None = None) -> Prepared:
    """Raises what `plan` does. Rights and cost are the shape's and the actor's: what passed once passes again."""
    if actor.hidden:
        check_world(selection, actor)  # which no shape tells
    key = (dialect.name, id(actor), guard and guard.form, shape(selection))
    return _kept.get(key) or _keep(key, _made(selection, actor, dialect, guard))


def _made(selection: Selection, actor: Actor, dialect: Dialect, guard: Guard | None) -> Prepared:
    planned = plan(selection, actor)
    made = compile_(selection, dialect, planned.sight)
    text = made.text if guard is None else guarded(made, guard, dialect)
    return Prepared(text, made.ways, made.columns, made.steady, planned.cost, planned.sight, actor)


def _keep(key: Hashable, made: Prepared) -> Prepared:
    if len(_kept) >= _MOST:
        del _kept[next(iter(_kept))]
    _kept[key] = made
    return made
