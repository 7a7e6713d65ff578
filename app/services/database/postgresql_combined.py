"""Several statements that write as one, so that they need one round trip, and no transaction but their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from app.services.database.transaction import Params

_PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A statement that has been put off."""

    text: str
    params: Params
    guarded: bool


def combined(waiting: Sequence[Waiting]) -> tuple[str, list[Any]]:
    """One statement that does them all or, if a guarded one changes or yields no row, fails by a division by zero.

    They see the database as it was before any of them: none may look for what another one writes.
    """
    shape = tuple((one.text, len(one.params), one.guarded) for one in waiting)
    return _text(shape), [value for one in waiting for value in one.params]


@lru_cache(maxsize=512)
def _text(shape: tuple[tuple[str, int, bool], ...]) -> str:
    parts, guards, before = [], ["1"], 0
    for i, (text, count, guarded) in enumerate(shape):
        numbered = _PLACE.sub(lambda found, by=before: f"${int(found[1]) + by}", text)  # type: ignore[misc]
        returning = " RETURNING 1" if guarded and not text.startswith("SELECT ") else ""
        parts.append(f"w{i} AS ({numbered}{returning})")
        guards += [f"(SELECT count(*) FROM w{i})"] if guarded else []
        before += count
    return f"WITH {', '.join(parts)} SELECT {' / '.join(guards)}"
