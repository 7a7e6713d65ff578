"""Which column of a table goes where: what was said, else by the header's name; what is left is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.services.imports.file import Unreadable
from app.services.imports.headings import is_second, path_of, squashed
from app.services.imports.target import NAME_PARTS, Target, reference_of, rest_target, target_of
from schema.problem import nearest
from schema.resource import Resource
from schema.values.fault import Fault

LEAVE_OUT = "-"
_ADDITIONAL = {"email": "additionalEmails", "phone": "additionalPhones"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its place, its header, and where its cells go (None: nowhere)."""

    index: int
    name: str
    target: Target | None

    @property
    def shown(self) -> str:
        return self.name or f"column {self.index + 1}, which has no name"


def map_columns(
    resource: Resource, header: tuple[str, ...], given: Mapping[str, str], rest_to_metadata: bool = False
) -> tuple[Column, ...]:
    """Every column with its target; raises Unreadable for what cannot be, or what nobody can tell."""
    told = {_place(header, name): path for name, path in given.items()}
    targets = {i: _told(resource, header[i], path) for i, path in told.items() if path != LEAVE_OUT}
    _no_two(header, targets)
    # A mobile number is the phone where no other column is: it comes last.
    for i in sorted(set(range(len(header))) - set(told), key=lambda i: (is_second(header[i]), i)):
        if (path := _path(resource, header[i])) and (target := _free(resource, header, i, path, targets, told)):
            targets[i] = target
    _drop_second_ways(resource, header, targets, told)
    if not targets:
        raise Unreadable(f"no column of the header is known: {_listed(header)}; map some (--map COLUMN=field)")
    if rest_to_metadata:
        _keep_rest(header, targets, told)
    return tuple(Column(i, name, targets.get(i)) for i, name in enumerate(header))


def knows(resource: Resource, given: Mapping[str, str], name: str) -> bool:
    """Whether a header would mean something."""
    return name in given or _path(resource, name) is not None


def _place(header: tuple[str, ...], name: str) -> int:
    exact = [i for i, column in enumerate(header) if column == name.strip()]
    found = exact or [i for i, column in enumerate(header) if squashed(column) == squashed(name) != ""]
    if not found:
        raise Unreadable(f"the file has no column {name[:80]!r}{nearest(name, header)}; it has: {_listed(header)}")
    if len(found) > 1:
        places = " and ".join(str(i + 1) for i in found)
        raise Unreadable(f"the file has {len(found)} columns called {name[:80]!r} ({places}): rename one of them")
    return found[0]


def _told(resource: Resource, name: str, path: str) -> Target:
    try:
        return target_of(resource, path)
    except Fault as fault:
        raise Unreadable(f"{name[:80]} cannot be mapped to {path[:80]!r}: {fault.text}") from None


def _path(resource: Resource, name: str) -> str | None:
    """The path that a header is, or else means."""
    try:
        return target_of(resource, name).path
    except Fault:
        return path_of(resource, name)


def _no_two(header: tuple[str, ...], targets: Mapping[int, Target]) -> None:
    """What was said may share a path only where that is a list."""
    seen: dict[str, int] = {}
    for i, target in targets.items():
        first = seen.setdefault(target.slot, i)
        if first != i and not target.is_list:
            raise Unreadable(f"two columns are mapped to {target.slot}: {header[first]} and {header[i]}")


def _free(
    resource: Resource,
    header: tuple[str, ...],
    place: int,
    path: str,
    targets: Mapping[int, Target],
    told: Mapping[int, str],
) -> Target | None:
    """What a column maps itself to, or None where what was said, or a better column, has its place."""
    target = target_of(resource, path)
    holder = next((i for i, other in targets.items() if other.slot == target.slot), None)
    if holder is None or target.is_list:
        return target
    if resource.field(further := _ADDITIONAL.get(path, "")):
        return target_of(resource, further)
    if holder in told or is_second(header[place]):
        return None
    raise Unreadable(
        f"two columns mean {target.slot}: {header[holder]} (column {holder + 1}) and {header[place]}"
        f" (column {place + 1}); say where each goes (--map COLUMN=field, or --map COLUMN={LEAVE_OUT} to leave one out)"
    )


def _drop_second_ways(
    resource: Resource, header: tuple[str, ...], targets: dict[int, Target], told: Mapping[int, str]
) -> None:
    """Of two ways to one value the one that was said stays, else the id, not the relation, and the whole name."""
    for relation in resource.to_one:
        ids = {i for i, target in targets.items() if target.slot == reference_of(resource, relation)}
        fields = {i for i, target in targets.items() if target.relation is relation}
        _keep_one(header, targets, told, ids, fields)
    if not resource.field(NAME_PARTS[0]):
        wholes = {i for i, target in targets.items() if target.path == "name"}
        parts = {i for i, target in targets.items() if target.path in NAME_PARTS}
        _keep_one(header, targets, told, wholes, parts)


def _keep_one(
    header: tuple[str, ...], targets: dict[int, Target], told: Mapping[int, str], first: set[int], second: set[int]
) -> None:
    if not first or not second:
        return
    if first & told.keys() and second & told.keys():
        one, other = min(first & told.keys()), min(second & told.keys())
        raise Unreadable(f"{header[one]} and {header[other]} are mapped to one value in two ways: leave one out")
    for i in first if second & told.keys() else second:
        del targets[i]


def _keep_rest(header: tuple[str, ...], targets: dict[int, Target], told: Mapping[int, str]) -> None:
    keys = {target.path for target in targets.values()}
    for i, name in enumerate(header):
        if i in targets or i in told or not name:
            continue
        try:
            target = rest_target(name)
        except Fault as fault:
            raise Unreadable(f"the column {name[:80]} cannot go to metadata: its key {fault.text}") from None
        if target.path in keys:
            raise Unreadable(f"two columns would go to {target.path}: map one of them (--map {name[:80]}=field)")
        keys.add(target.path)
        targets[i] = target


def _listed(header: tuple[str, ...]) -> str:
    text = ", ".join(name or "(no name)" for name in header)
    return text if len(text) <= 300 else text[:299] + "…"
