"""What bounds the sight of a key: its filters and hidden fields, how they are read, and as parts of one set.

A part is one condition of a filter, as in `customers:{"status":{"eq":"LEAD"}}`, or one hidden field, as in
`customer.phone`. Who has more parts sees less: so rights are compared as sets are, and joined.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from schema.condition import Condition
from schema.filter import parse_filter
from schema.narrowing import NOTHING, known, settled
from schema.narrowing import hideable as hideable_of
from schema.problem import Problem, nearest
from schema.resource import Resource
from schema.resources import DIRECTORY
from schema.resources.fields import LIFE
from schema.values.fault import Fault, Faults
from schema.values.maps import canonical

FILTERED: Mapping[str, Resource] = {resource.plural: resource for resource in DIRECTORY}
MAX_HIDDEN = 100
_SHOWN = 80


class Filters(dict[str, Any]):
    """Filters in the form that is stored; faults that are found later are told by the paths of what was `sent`."""

    def __init__(self, filters: Mapping[str, Any], sent: Mapping[str, Any]) -> None:
        super().__init__(filters)
        self.sent = sent


def read_filters(raw: object, hidden: frozenset[str] = NOTHING) -> Filters:
    """`{"customers": {"status": {"eq": "LEAD"}}}` in the form that is stored; raises Faults that name each bad path.

    Nothing that is `hidden` from whoever gives them is told in a fault; whether it is asked for, is seen to elsewhere.
    """
    if not isinstance(raw, dict):
        raise Fault('must be an object of filters by resource, as in {"customers": {"status": {"eq": "LEAD"}}}')
    _refuse(raw, hidden)
    done = Filters(filters_of(parts(raw, ())), raw)
    _refuse(done, hidden)  # the one form may be deeper than what was given
    return done


def _refuse(filters: Mapping[str, Any], hidden: frozenset[str]) -> None:
    if any(faults(plural, filter_) for plural, filter_ in filters.items()):
        # What fails where all is known fails where less is known, too, in words that tell of no more than that.
        told = (faults(plural, filter_, hidden) for plural, filter_ in filters.items())
        raise Faults({path: text for one in told for path, text in one.items()})


def faults(plural: str, filter_: object, hidden: frozenset[str] = NOTHING) -> dict[str, str]:
    """What is wrong with the filter of a resource for those from whom these fields are hidden, by `.customers.…`."""
    path = f".{plural[:_SHOWN]}"
    if plural not in FILTERED:
        names = tuple(FILTERED)
        return {path: f"can't be filtered{nearest(plural[:_SHOWN], names) or '; use ' + ', '.join(names)}"}
    if filter_ is None or filter_ == {}:
        return {path: "must not be empty: leave it out to see all"}
    try:
        parse_filter(known(FILTERED[plural], hidden), filter_, path)
    except Problem as problem:
        # What is said of the filter as a whole stands under another path.
        return {at if at.startswith(path) else path: texts[0] for at, texts in problem.errors.items()}
    return {}


def read_hidden(raw: object, hidden: frozenset[str] = NOTHING) -> list[str]:
    """A list of names like `customer.phone`, sorted, repeats dropped; raises Faults that name each bad item.

    None that is `hidden` from whoever gives them is proposed for a bad one.
    """
    if not isinstance(raw, list):
        raise Fault('must be a list of fields, as in ["customer.phone"]')
    if wrong := {f"[{i}]": text for i, name in enumerate(raw) if (text := _wrong_name(name, hidden))}:
        raise Faults(wrong)
    if len(set(raw)) > MAX_HIDDEN:
        raise Fault(f"has more than {MAX_HIDDEN} items")
    return sorted(set(raw))


def _wrong_name(name: object, hidden: frozenset[str]) -> str | None:
    if not isinstance(name, str):
        return "must be text"
    if name in hideable():
        return None
    shown = name[:_SHOWN] if name[:_SHOWN].isprintable() else "this"
    owner, _, member = name.partition(".")
    if any(owner == r.name and member in {f.name for f in LIFE} for r in DIRECTORY):
        return f"{shown} can't be hidden"
    names = [one for one in hideable() if one not in settled(hidden)]
    return f"{shown} is not a field{nearest(shown, names)}"


@cache
def hideable() -> tuple[str, ...]:
    """Every name that may be hidden."""
    return tuple(f"{resource.name}.{name}" for resource in DIRECTORY for name in hideable_of(resource))


# -- as parts of one set ------------------------------------------------------------------------------------------


def parts(filters: Mapping[str, Any], hidden: Iterable[str]) -> frozenset[str]:
    """All that bounds a key that has these."""
    return frozenset(hidden).union(*(_conditions(path, filter_) for path, filter_ in filters.items()))


def stored(filters_json: str | None, hidden_json: str | None) -> frozenset[str]:
    """All that bounds a key, out of what is stored of it."""
    if filters_json in (None, "{}") and hidden_json in (None, "[]"):
        return frozenset()
    return parts(json.loads(filters_json or "{}"), json.loads(hidden_json or "[]"))


def filters_of(bounds: Iterable[str]) -> dict[str, Any]:
    """The filters among these parts, each in its one form: all members in one object, or under `and` where two bear
    the same name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for part in sorted(bounds):
        plural, colon, text = part.partition(":")
        if colon:
            found.setdefault(plural, []).append(json.loads(text))
    return {plural: _joined(conditions) for plural, conditions in found.items()}


def hidden_of(bounds: Iterable[str]) -> list[str]:
    """The hidden fields among these parts."""
    return sorted(part for part in bounds if ":" not in part)


def conditions_of(bounds: frozenset[str]) -> dict[str, Condition]:
    """The conditions of the filters among these parts, by the names of the resources."""
    found = {}
    for plural, filter_ in filters_of(bounds).items():
        condition = parse_filter(FILTERED[plural], filter_, plural)
        assert condition is not None
        found[FILTERED[plural].name] = condition
    return found


def _joined(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    whole = {name: value for condition in conditions for name, value in condition.items()}
    return whole if len(whole) == len(conditions) else {"and": conditions}


def _conditions(path: str, filter_: Mapping[str, Any]) -> Iterator[str]:
    for name, value in filter_.items():
        if name == "and":
            for one in value:
                yield from _conditions(path, one)
        else:
            yield f"{path}:{canonical({name: value})}"
