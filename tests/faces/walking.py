"""A walk through a list from end to end."""

from __future__ import annotations

from schema.resource import Resource
from tests.faces.face import Asked, Face, Json


async def everything(face: Face, resource: Resource, asked: Asked) -> list[Json]:
    """Every record of a list, walked page by page, forwards; each page is checked to know its ends."""
    found: list[Json] = []
    page = await face.page(resource, asked)
    assert page.previous is None or asked.after is not None
    while True:
        found += page.records
        if page.next is None:
            return found
        page = await face.page(resource, Asked(**{**asked.__dict__, "after": page.next}))
        assert page.previous is not None
