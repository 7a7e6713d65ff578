"""Several statements that write as one, so that they need one round trip, and no transaction but their own."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from app.services.database.places import moved
from app.services.database.transaction import Params

_MOST = 8
_Shape = tuple[tuple[str, int, bool], ...]
"""The text of each statement, the number of its parameters, and whether it is guarded."""


class Waiting(NamedTuple):
    """A statement that has been put off."""

    text: str
    params: Params
    guarded: bool


class Combined(NamedTuple):
    """One statement that does them all or, if a guarded one changes or yields no row, fails by a division by zero.

    `only_new`: all that it does is to make new rows. What changes others may have to wait for who changes them too.
    """

    text: str
    only_new: bool


def combined(waiting: Sequence[Waiting]) -> Combined | None:
    """The one statement for these; None unless they are the few of one record, and none has to see another's work."""
    if len(waiting) > _MOST:
        return None  # nor is the form of a whole batch worth remembering
    return _combined(tuple([(one.text, len(one.params), one.guarded) for one in waiting]))


def params_of(waiting: Sequence[Waiting]) -> list[Any]:
    """The parameters of all of them."""
    return list(chain.from_iterable([one.params for one in waiting]))


def is_insert(text: str) -> bool:
    return text.startswith("INSERT INTO ")


@lru_cache(maxsize=512)
def _combined(shape: _Shape) -> Combined | None:
    inserts = [is_insert(text) for text, _, _ in shape]
    alike = len({text for text, _, _ in shape}) < len(shape)
    if not shape or alike or inserts != sorted(inserts):
        return None
    only_new = all(text.startswith("SELECT ") or (is_insert(text) and not guarded) for text, _, guarded in shape)
    return Combined(_text(shape), only_new)


def _text(shape: _Shape) -> str:
    parts, guards, before = [], ["1"], 0
    for i, (text, count, guarded) in enumerate(shape):
        returning = " RETURNING 1" if guarded and not text.startswith("SELECT ") else ""
        parts.append(f"w{i} AS ({moved(text, before)}{returning})")
        guards += [f"(SELECT count(*) FROM w{i})"] if guarded else []
        before += count
    return f"WITH {', '.join(parts)} SELECT {' / '.join(guards)}"
