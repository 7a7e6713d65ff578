"""Dotted paths over to-one relations: what may be sorted, counted and filtered by."""

from __future__ import annotations

from functools import lru_cache

from schema.narrowing import KEPT, target
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Relation, Resource

Path = tuple[tuple[Relation, ...], Field]

SORT_HOPS = 2


@lru_cache(maxsize=KEPT)
def sortable(resource: Resource) -> dict[str, Path]:
    """Every path that a list may be sorted by. A relation's id is left out: `clientId` says the same."""
    return {path: way for path, way in _scalars(resource, SORT_HOPS).items() if way[1].sortable}


@lru_cache(maxsize=KEPT)
def countable(resource: Resource) -> dict[str, Path]:
    """Every path that stats may count by: single values."""
    return {path: way for path, way in _scalars(resource, SORT_HOPS).items() if way[1].kind is not Kind.ADDRESS}


def _scalars(resource: Resource, hops: int) -> dict[str, Path]:
    found: dict[str, Path] = {
        path: ((), field) for path, field in resource.scalars if field.kind not in LIST_KINDS | MAP_KINDS
    }
    if hops:
        for relation in resource.to_one:
            for path, (way, field) in _scalars(target(resource, relation), hops - 1).items():
                if path != "id":
                    found[f"{relation.name}.{path}"] = ((relation, *way), field)
    return found
