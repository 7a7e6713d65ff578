"""What may not be asked of a history, and whose its cursors are."""

from __future__ import annotations

from schema.resources import CLIENT, CUSTOMER
from tests.faces.face import Asked, Face, Json
from tests.faces.histories import Told, history_of
from tests.faces.refusals import refused
from tests.world import add


async def test_a_cursor_goes_through_either_door(told: Told) -> None:
    third = told.changes[2]["cursor"]
    for face in (told.rest, told.graphql):
        for ref in (told.id, "email:ada@x.io"):
            page = await history_of(face, CUSTOMER, ref, Asked(after=third, first=2))
            assert [one["version"] for one in page.records] == [4, 5]
            page = await history_of(face, CUSTOMER, ref, Asked(before=third, first=1))
            assert [one["version"] for one in page.records] == [2]
    last = (await history_of(told.graphql, CUSTOMER, told.id, Asked(last=2))).records
    assert [one["version"] for one in last] == [11, 12]


async def test_a_cursor_is_for_its_own_record_and_filter(told: Told, face: Face) -> None:
    other = await add(told.db, CUSTOMER, {"name": "Bob", "email": "bob@x.io"})
    client = await add(told.db, CLIENT, {"name": "Acme"})
    cursor = told.changes[0]["cursor"]
    for resource, ref in ((CUSTOMER, other), (CUSTOMER, "email:bob@x.io"), (CLIENT, client)):
        for asked in (Asked(after=cursor), Asked(before=cursor), Asked(after="x"), Asked(after=cursor[:-2])):
            assert (await refused(history_of(face, resource, ref, asked))).code == "invalid_cursor", (ref, asked)
    for filter_ in ({"action": {"eq": "UPDATED"}}, {"field": {"eq": "email"}}):
        found = await refused(history_of(face, CUSTOMER, told.id, Asked(filter=filter_, after=cursor)))
        assert found.code == "invalid_cursor"
    page = await face.page(CUSTOMER, Asked(first=1))
    found = await refused(history_of(face, CUSTOMER, told.id, Asked(after=page.next)))
    assert found.code == "invalid_cursor"


FAULTS: list[tuple[str, Json, str, str]] = [
    ("field=emial", {"field": {"eq": "emial"}}, "field", "did you mean email?"),
    ("field=version", {"field": {"eq": "version"}}, "field", "no field that changes tell of"),
    ("field[in]=email,nmae", {"field": {"in": ["email", "nmae"]}}, "field[in]", "did you mean name?"),
    ("field[contains]=e", {}, "field[contains]", "use eq, ne, in, notIn"),
    ("field[isNull]=true", {}, "field[isNull]", "use eq, ne, in, notIn"),
    ("action=update", {}, "action", "CREATED, UPDATED, DELETED, RESTORED"),
    ("source=web", {}, "source", "REST, GRAPHQL, BATCH, IMPORT, CLI, PORTAL"),
    ("actions=updated", {}, "actions", "did you mean action?"),
    ("keyId=usr_1", {"keyId": {"eq": "usr_1"}}, "keyId", "key_"),
    ("userId=erp", {"userId": {"eq": "erp"}}, "userId", "usr_"),
    ("at[gte]=yesterday", {}, "at[gte]", ""),
    ("at[like]=x", {}, "at[like]", "gte"),
    ("version=3", {}, "version", "can't be filtered by"),
    ("traceId=3", {}, "traceId", "can't be filtered by"),
    ("email=x", {}, "email", "is not a parameter here"),
    ("sort=at", {}, "sort", "is not a parameter here"),
    ("fields=at", {}, "fields", "did you mean field?"),
    ("deleted=include", {}, "deleted", "is not a parameter here"),
    ("count=yes", {}, "count", "true or false"),
    ("limit=0", {}, "limit", "1 to 1000"),
    ("limit=5&limit=6", {}, "limit", "more than once"),
    ('filter={"feld":{"eq":"x"}}', {}, "filter.feld", "did you mean field?"),
    ('filter={"or":[]}', {"or": []}, "filter.or", "at least one"),
]


async def test_nothing_is_ignored(told: Told) -> None:
    for query, filter_, path, hint in FAULTS:
        found = await refused(told.rest.call("GET", f"/customers/{told.id}/changes?{query}"))
        assert (found.status, found.code, list(found.errors)) == (400, "validation_failed", [path]), query
        assert hint in found.detail, (query, found.detail)
        if filter_:
            found = await refused(history_of(told.graphql, CUSTOMER, told.id, Asked(filter=filter_)))
            assert (found.status, found.code) == (400, "validation_failed"), filter_
            assert hint in found.detail, (filter_, found.detail)
    document = f'{{ customer(id: "{told.id}") {{ changes(first: 1, last: 1) {{ totalCount }} }} }}'
    assert (await refused(told.graphql.run(document))).detail == "last: must not stand beside first"


async def test_cursors_are_for_a_record_that_is_named(told: Told) -> None:
    """Elsewhere no one can tell of which record the next page would be."""
    changes = f'changes(after: "{told.changes[0]["cursor"]}") {{ totalCount nodes {{ version }} }}'
    for document in (
        f"{{ customers {{ nodes {{ {changes} }} }} }}",
        f'{{ nodes(ids: ["{told.id}"]) {{ ... on Customer {{ {changes} }} }} }}',
        f'{{ customer(id: "{told.id}") {{ owner {{ {changes} }} }} }}',
        f'mutation {{ updateCustomer(id: "{told.id}", input: {{title: "Z"}}) {{ {changes} }} }}',
    ):
        found = await refused(told.graphql.run(document))
        assert (found.status, found.code) == (400, "invalid_cursor"), document
    assert len((await history_of(told.rest, CUSTOMER, told.id)).records) == len(told.changes), "nothing was written"
    node = (await told.graphql.run(f'{{ node(id: "{told.id}") {{ ... on Customer {{ {changes} }} }} }}'))["node"]
    assert node["changes"]["totalCount"] == 12
    assert [one["version"] for one in node["changes"]["nodes"]] == list(range(2, 12))
