"""How a batch is refused: every failing operation is told at once, and none that has only others to blame."""

from __future__ import annotations

import re
from collections.abc import Mapping

from schema.batch import path_of
from schema.problem import Problem, problem

_MOST = 1000
_ID = re.compile(r"[a-z]+_[0-7][0-9a-hjkmnp-tv-z]{25}")


def refusal(failures: Mapping[int, Problem], made: Mapping[str, int]) -> Problem:
    """The one refusal of a batch of which nothing is stored: 400 if any operation is invalid, else as the first failed.

    `made` are records that do not come to be, by the operations that would have made them.
    """
    found = dict(sorted(failures.items()))
    chosen = next((one for one in found.values() if one.status == 400), next(iter(found.values())))
    each = max(1, _MOST // len(found))
    errors: dict[str, tuple[str, ...]] = {}
    for index, failure in found.items():
        told = failure.errors or {path_of(index): (_told(failure, made),)}
        errors |= dict(list(told.items())[:each])
    detail = "; ".join(f"{path}: {text}" for path, texts in errors.items() for text in texts)
    headers = {name: value for name, value in chosen.headers.items() if name != "Etag"}
    return Problem(chosen.type, detail, errors, headers, chosen.message)


def _told(failure: Problem, made: Mapping[str, int]) -> str:
    def named(match: re.Match[str]) -> str:
        index = made.get(match[0])
        return match[0] if index is None else path_of(index)

    return _ID.sub(named, failure.detail or failure.text)


def dependent(index: int) -> Problem:
    """The refusal of an operation that names the record of one that has failed."""
    return problem("conflict", f"Not done, since {path_of(index)}, whose record it names, has failed.")
