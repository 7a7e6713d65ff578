"""The history of a record is the same by either door: its changes, their pages, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from schema.resources import API_KEY, CLIENT, CUSTOMER, USER
from tests.app.keys import key
from tests.faces.face import Asked, Face, Graphql, Json, Page, Rest
from tests.faces.histories import CHANGES, Told, history_of
from tests.faces.refusals import refused
from tests.world import add

NOBODY = "cus_01h455vb4pex5vsknk084sn02q"
NO_KEY = "key_01h455vb4pex5vsknk084sn02q"


Test = Callable[[Told, Json], bool]
FILTERS: list[tuple[Json, Json, Test]] = [
    ({}, {}, lambda t, c: True),
    ({"action": "updated"}, {"action": {"eq": "UPDATED"}}, lambda t, c: c["action"] == "UPDATED"),
    (
        {"action[in]": "created,RESTORED"},
        {"action": {"in": ["CREATED", "RESTORED"]}},
        lambda t, c: c["action"] in ("CREATED", "RESTORED"),
    ),
    ({"action[in]": ""}, {"action": {"in": []}}, lambda t, c: False),
    ({"source": "graphql"}, {"source": {"eq": "GRAPHQL"}}, lambda t, c: c["source"] == "GRAPHQL"),
    ({"source[ne]": "rest"}, {"source": {"ne": "REST"}}, lambda t, c: c["source"] != "REST"),
    ({"field": "email"}, {"field": {"eq": "email"}}, lambda t, c: "email" in c["changes"]),
    (
        {"field[in]": "title,deletedAt"},
        {"field": {"in": ["title", "deletedAt"]}},
        lambda t, c: not {"title", "deletedAt"}.isdisjoint(c["changes"]),
    ),
    (
        {"field[notIn]": "title,email"},
        {"field": {"notIn": ["title", "email"]}},
        lambda t, c: {"title", "email"}.isdisjoint(c["changes"]),
    ),
    ({"field": "metadata"}, {"field": {"eq": "metadata"}}, lambda t, c: "metadata" in c["changes"]),
    ({"userId": "JANE"}, {"userId": {"eq": "JANE"}}, lambda t, c: c["actor"]["userId"] == t.jane),
    (
        {"userId[ne]": "email:jane@cube.test"},
        {"userId": {"ne": "email:jane@cube.test"}},
        lambda t, c: c["actor"]["userId"] != t.jane,
    ),
    ({"userId[isNull]": "true"}, {"userId": {"isNull": True}}, lambda t, c: c["actor"]["userId"] is None),
    ({"keyId": "KEY0"}, {"keyId": {"eq": "KEY0"}}, lambda t, c: c["actor"]["keyId"] == t.keys[0]),
    ({"keyId[in]": "KEY1,KEY0"}, {"keyId": {"in": ["KEY1", "KEY0"]}}, lambda t, c: c["actor"]["keyId"] is not None),
    ({"keyId": NO_KEY}, {"keyId": {"eq": NO_KEY}}, lambda t, c: False),
    ({"at[gte]": "AT5"}, {"at": {"gte": "AT5"}}, lambda t, c: c["at"] >= t.changes[5]["at"]),
    (
        {"at[lt]": "AT5", "field": "email"},
        {"at": {"lt": "AT5"}, "field": {"eq": "email"}},
        lambda t, c: c["at"] < t.changes[5]["at"] and "email" in c["changes"],
    ),
]


def filled(told: Told, given: Any) -> Any:
    """The filter with the ids and instants of what was written in the places of their names."""
    if isinstance(given, dict):
        return {name: filled(told, value) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(told, value) for value in given]
    if not isinstance(given, str):
        return given
    names = {"JANE": told.jane, "KEY0": told.keys[0], "KEY1": told.keys[1], "AT5": told.changes[5]["at"]}
    for name, value in names.items():
        given = given.replace(name, value)
    return given


async def test_the_doors_tell_the_same_under_every_filter(told: Told) -> None:
    for params, filter_, test in FILTERS:
        asked = Asked(filter=filled(told, filter_))
        expected = [bare(one) for one in told.changes if test(told, one)]
        by_rest, by_graphql = (
            await history_of(told.rest, CUSTOMER, told.id, asked),
            await history_of(told.graphql, CUSTOMER, told.id, asked),
        )
        assert by_rest == by_graphql, filter_
        assert ([bare(one) for one in by_rest.records], by_rest.total) == (expected, len(expected)), filter_
        assert [list(one) for one in by_rest.records] == [list(one) for one in by_graphql.records]
        query = urlencode(filled(told, params) | {"count": "true"})
        plain = (await told.rest.call("GET", f"/customers/{told.id}/changes?{query}")).json()
        assert (plain["data"], plain["totalCount"]) == (by_rest.records, by_rest.total), params


def bare(change: Json) -> Json:
    """A change without its cursor, which is bound to a filter."""
    return {name: value for name, value in change.items() if name != "cursor"}


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_pages_are_exhaustive_both_ways(told: Told, size: int) -> None:
    for face in (told.rest, told.graphql):
        for _, filter_, test in FILTERS:
            asked = Asked(filter=filled(told, filter_), first=size)
            expected = [one["version"] for one in told.changes if test(told, one)]
            pages = await walk(face, told.id, asked)
            assert [one["version"] for page in pages for one in page.records] == expected, (face.name, filter_)
            assert {page.total for page in pages} == {len(expected)}
            back, page = list(pages[-1].records), pages[-1]
            while page.previous:
                page = await history_of(face, CUSTOMER, told.id, replace(asked, before=page.previous))
                assert page.next
                back = page.records + back
            assert [one["version"] for one in back] == expected, (face.name, filter_)


async def walk(face: Face, id_: str, asked: Asked) -> list[Page]:
    pages = [await history_of(face, CUSTOMER, id_, asked)]
    assert pages[0].previous is None
    while pages[-1].next:
        pages.append(await history_of(face, CUSTOMER, id_, replace(asked, after=pages[-1].next)))
        assert pages[-1].previous
    return pages


async def test_a_deleted_record_keeps_its_history_by_its_id(told: Told, face: Face) -> None:
    await told.rest.delete(CUSTOMER, told.id)
    page = await history_of(face, CUSTOMER, told.id)
    assert [one["version"] for one in page.records] == list(range(1, 14))
    assert page.records[-1]["changes"] == {"deletedAt": [None, page.records[-1]["at"]]}
    for ref in (NOBODY, "email:ada@x.io"):
        assert (await refused(history_of(face, CUSTOMER, ref))).status == 404


async def test_every_resource_has_one(told: Told, face: Face) -> None:
    client = await add(told.db, CLIENT, {"name": "Acme"})
    for resource, id_, word in (
        (USER, told.jane, "USER"),
        (CLIENT, client, "CLIENT"),
        (API_KEY, told.keys[0], "API_KEY"),
    ):
        (change,) = (await history_of(face, resource, id_)).records
        assert (change["resource"], change["id"], change["action"], change["version"]) == (word, id_, "CREATED", 1)
        name = Asked(filter={"field": {"in": ["name"]}})
        assert (await history_of(face, resource, id_, name)).total == 1


async def test_under_a_list_each_record_has_its_own(told: Told) -> None:
    other = await add(told.db, CUSTOMER, {"name": "Bob", "ownerId": told.jane})
    document = f"""{{ users(first: 2, filter: {{name: {{eq: "jane"}}}}) {{ nodes {{
      changes {{ nodes {{ resource action }} }}
      customers(orderBy: [{{field: CREATED_AT}}]) {{ nodes {{ id
        all: changes(first: 50) {{ {CHANGES} }}
        emails: changes(filter: {{field: {{eq: "email"}}}}, last: 2) {{
          totalCount nodes {{ __typename version }} }} }} }} }} }} }}"""
    (jane,) = (await told.graphql.run(document))["users"]["nodes"]
    assert jane["changes"] == {"nodes": [{"resource": "USER", "action": "CREATED"}]}
    ada, bob = jane["customers"]["nodes"]
    assert [{"cursor": edge["cursor"], **edge["node"]} for edge in ada["all"]["edges"]] == told.changes
    versions = [one["version"] for one in told.changes if "email" in one["changes"]]
    nodes = [{"__typename": "Change", "version": version} for version in versions[-2:]]
    assert ada["emails"] == {"totalCount": len(versions), "nodes": nodes}
    assert [edge["node"]["id"] for edge in bob["all"]["edges"]] == [other]
    assert bob["emails"] == {"totalCount": 0, "nodes": []}


async def test_a_mutation_tells_the_change_that_it_made(told: Told) -> None:
    document = f"""mutation {{ updateCustomer(id: "{told.id}", input: {{title: "Z"}}) {{
      version changes(last: 1) {{ nodes {{ version action source changes actor {{ userId __typename }} }} }} }} }}"""
    found = (await told.graphql.run(document))["updateCustomer"]
    (change,) = found["changes"]["nodes"]
    assert (change["version"], change["action"], change["source"]) == (found["version"], "UPDATED", "GRAPHQL")
    assert change["changes"] == {"title": ["T7", "Z"]}
    assert change["actor"]["__typename"] == "ChangeActor"


async def test_they_cost_as_other_pages_do(told: Told) -> None:
    document = "{ customers(first: 100) { nodes { changes(first: 100) { totalCount } } } }"
    answer = (await told.graphql.http.post("/graphql", json={"query": document})).json()
    assert answer["extensions"]["cost"]["rows"] == 100 + 100 * 100
    assert "10,100 records" in answer["errors"][0]["message"] + answer["errors"][0]["extensions"]["detail"]


async def test_the_scope_of_the_record_is_needed(told: Told) -> None:
    issued = await key(told.db, told.jane, "users:read")
    headers = {"Authorization": f"Bearer {issued.secret}"}
    http = httpx.AsyncClient(transport=told.rest.http._transport, base_url="http://cube.test", headers=headers)
    for face in (Rest(http), Graphql(http)):
        assert (await history_of(face, USER, told.jane)).total == 1
        for resource, id_ in ((CUSTOMER, told.id), (API_KEY, issued.id)):
            found = await refused(history_of(face, resource, id_))
            assert (found.code, resource.read_scope in found.detail) == ("insufficient_scope", True)
    found = await refused(Graphql(http).run("{ me { name changes { totalCount } } }"))
    assert (found.code, "keys:read" in found.detail) == ("insufficient_scope", True)
    mine = await told.graphql.run("{ me { id changes { nodes { id action } } } }")
    assert mine["me"]["changes"]["nodes"] == [{"id": mine["me"]["id"], "action": "CREATED"}]


async def test_who_is_looked_up_for_a_filter_must_be_readable(told: Told) -> None:
    issued = await key(told.db, told.jane, "customers:read")
    headers = {"Authorization": f"Bearer {issued.secret}"}
    http = httpx.AsyncClient(transport=told.rest.http._transport, base_url="http://cube.test", headers=headers)
    for face in (Rest(http), Graphql(http)):
        assert (await history_of(face, CUSTOMER, told.id, Asked(filter={"userId": {"eq": told.jane}}))).total > 0
        asked = Asked(filter={"userId": {"eq": "email:jane@cube.test"}})
        problem = await refused(history_of(face, CUSTOMER, told.id, asked))
        assert (problem.code, "users:read" in problem.detail) == ("insufficient_scope", True)
