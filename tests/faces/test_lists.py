"""Lists through both doors on both databases: sizes, cursors, ends, totals, what each record shows."""

from __future__ import annotations

import orjson
import pytest

from schema.resources import CLIENT, CUSTOMER, USER
from tests.faces.face import Asked, Face, Graphql, Json, Rest
from tests.faces.refusals import refused
from tests.faces.walking import everything

SORTED = "familyName,-createdAt"


@pytest.fixture
async def people(rest: Rest) -> list[Json]:
    """Seven customers, two of them of one family name, two without any, one of them deleted."""
    client = await rest.create(CLIENT, {"name": "Acme", "domain": "acme.io", "industry": "Software"})
    other = await rest.create(CLIENT, {"name": "Zeta", "domain": "zeta.io"})
    families = ["Ålund", "berg", "Berg", None, "Cruz", None, "Diaz", "Gone"]
    made = []
    for i, family in enumerate(families):
        data: Json = {"givenName": f"N{i}", "familyName": family, "status": "ACTIVE" if i % 2 else "LEAD"}
        data |= {"clientId": client["id"] if i < 5 else other["id"] if i < 7 else None, "tags": ["a", "b"][: i % 3]}
        made.append(await rest.create(CUSTOMER, data | {"createdAt": f"2024-01-0{i + 1}T00:00:00Z"}))
    gone = made.pop()
    await rest.delete(CUSTOMER, gone["id"])
    return made


def names(records: list[Json]) -> list[str]:
    return [record["givenName"] for record in records]


FORWARDS = ["N0", "N2", "N1", "N4", "N6", "N5", "N3"]


async def test_the_two_doors_walk_alike(face: Face, people: list[Json]) -> None:
    for size in (1, 2, 3, 7, 1000):
        assert names(await everything(face, CUSTOMER, Asked(sort=SORTED, first=size))) == FORWARDS, size


async def test_back_from_the_end_and_last_alone(face: Face, people: list[Json]) -> None:
    page = await face.page(CUSTOMER, Asked(sort=SORTED, last=3))
    found = names(page.records)
    assert (found, page.next) == (FORWARDS[-3:], None)
    while page.previous:
        page = await face.page(CUSTOMER, Asked(sort=SORTED, last=3, before=page.previous))
        assert page.next is not None
        assert page.total == 7
        found = names(page.records) + found
    assert found == FORWARDS
    whole = await face.page(CUSTOMER, Asked(sort=SORTED, last=1000))
    assert (names(whole.records), whole.next, whole.previous) == (FORWARDS, None, None)


async def test_cursors_pass_from_door_to_door(rest: Rest, graphql: Graphql, people: list[Json]) -> None:
    for one, other in ((rest, graphql), (graphql, rest)):
        first = await one.page(CUSTOMER, Asked(sort=SORTED, first=4, filter={"familyName": {"isNull": False}}))
        second = await other.page(
            CUSTOMER, Asked(sort=SORTED, first=4, filter={"familyName": {"isNull": False}}, after=first.next)
        )
        assert names(first.records + second.records) == FORWARDS[:5]
        assert first.total == second.total == 5


async def test_fc_020_037_sizes_out_of_range(face: Face, people: list[Json]) -> None:
    cursor = (await face.page(CUSTOMER, Asked(first=3))).next
    for size in (0, -1, 1001, 10**9, 2**31 - 1):
        for asked in (
            Asked(first=size),
            Asked(last=size),
            Asked(last=size, before=cursor),
            Asked(first=size, after=cursor),
        ):
            problem = await refused(face.page(CUSTOMER, asked))
            assert (problem.status, problem.code) == (400, "validation_failed")
            assert "from 1 to 1000" in problem.detail
            assert list(problem.errors) == [name for name in problem.errors if name in ("first", "last", "limit")]


async def test_null_is_the_default_and_the_ends_exclude_each_other(
    rest: Rest, graphql: Graphql, people: list[Json]
) -> None:
    document = """query($f: Int, $l: Int, $a: String, $b: String) {
      customers(first: $f, last: $l, after: $a, before: $b) { nodes { givenName } pageInfo { endCursor } } }"""
    found = (await graphql.run(document, f=None, l=None, a=None, b=None))["customers"]
    assert len(found["nodes"]) == 7
    cursor = found["pageInfo"]["endCursor"]
    body = {"first": None, "last": None, "after": None, "before": None, "filter": None, "orderBy": None, "q": None}
    assert len((await rest.call("QUERY", "/customers", body)).json()["data"]) == 7
    for variables, name in (({"f": 1, "l": 1}, "last"), ({"a": cursor, "b": cursor}, "before")):
        assert list((await refused(graphql.run(document, **variables))).errors) == [name]
        spelt = {{"f": "first", "l": "last", "a": "after", "b": "before"}[k]: v for k, v in variables.items()}
        assert list((await refused(rest.call("QUERY", "/customers", spelt))).errors) == [name]
    both = f"/customers?after={cursor}&before={cursor}"
    assert list((await refused(rest.call("GET", both))).errors) == ["before"]


async def test_a_cursor_belongs_to_its_list(face: Face, people: list[Json]) -> None:
    """Another resource, filter, search, sort, view of deleted records, or none: never the first page instead."""
    cursor = (await face.page(CUSTOMER, Asked(sort=SORTED, first=2))).next
    assert cursor
    good = Asked(sort=SORTED, first=2, after=cursor)
    assert names((await face.page(CUSTOMER, good)).records) == FORWARDS[2:4]
    last = "0" if cursor[-1] != "0" else "1"
    forged = [cursor[:-2], cursor + "00", cursor[:-1] + last, cursor[:20], cursor.upper(), "", "x", "é", f" {cursor}"]
    forged += [cursor[:17] + orjson.dumps(values).hex() for values in ([], [None] * 3, [{}, 1, "x"], ["a", "b", 3])]
    for wrong in (
        *(Asked(sort=SORTED, first=2, after=one) for one in forged),
        *(Asked(sort=SORTED, last=2, before=one) for one in forged),
        Asked(first=2, after=cursor),
        Asked(sort="-familyName,-createdAt", first=2, after=cursor),
        Asked(sort=SORTED, first=2, after=cursor, filter={"status": {"eq": "LEAD"}}),
        Asked(sort=SORTED, first=2, after=cursor, q="n"),
        Asked(sort=SORTED, first=2, after=cursor, deleted="INCLUDE"),
    ):
        problem = await refused(face.page(CUSTOMER, wrong))
        assert (problem.status, problem.code) == (400, "invalid_cursor"), wrong
    problem = await refused(face.page(CLIENT, Asked(after=cursor)))
    assert problem.code == "invalid_cursor"


async def test_totals_count_what_is_walked(face: Face, people: list[Json]) -> None:
    for filter_, q, deleted, total in (
        (None, None, None, 7),
        (None, None, "INCLUDE", 8),
        (None, None, "ONLY", 1),
        ({"status": {"eq": "LEAD"}}, None, None, 4),
        ({"client": {"industry": {"eq": "Software"}}}, None, None, 5),
        ({"not": {"client": {"industry": {"eq": "Software"}}}}, None, None, 2),
        ({"familyName": {"ne": "Berg"}}, None, None, 6),
        ({"id": {"in": []}}, None, None, 0),
        ({}, "berg", None, 2),
        (None, "n1 berg", None, 1),
        (None, "ber", None, 2),
        (None, "erg", None, 0),
        (None, "  ", None, 7),
    ):
        asked = Asked(filter=filter_, q=q, deleted=deleted, first=3)
        page = await face.page(CUSTOMER, asked)
        assert page.total == total == len(await everything(face, CUSTOMER, asked)), (filter_, q)


async def test_nested_connections_and_nested_routes_give_the_same(
    rest: Rest, graphql: Graphql, people: list[Json]
) -> None:
    asked = """query($id: ID!, $n: Int, $after: String) { client(id: $id) {
      customers(first: $n, after: $after, orderBy: [{field: FAMILY_NAME}]) {
        totalCount nodes { id } pageInfo { endCursor hasNextPage } } } }"""
    after: str | None = None
    path = "/clients/domain:acme.io/customers?sort=familyName&limit=2&count=true&fields=id"
    nested: list[str] = []
    routed: list[str] = []
    while True:
        page = (await graphql.run(asked, id="domain:acme.io", n=2, after=after))["client"]["customers"]
        nested += [one["id"] for one in page["nodes"]]
        found = await rest.call("GET", path)
        routed += [one["id"] for one in found.json()["data"]]
        assert page["totalCount"] == found.json()["totalCount"] == 5
        after, path = page["pageInfo"]["endCursor"], found.links.get("next", {}).get("url", "")
        assert page["pageInfo"]["hasNextPage"] == bool(path)
        if not path:
            break
    assert nested == routed
    flat = await everything(rest, CUSTOMER, Asked(filter={"clientId": {"eq": "domain:acme.io"}}, sort="familyName"))
    assert nested == [one["id"] for one in flat]


async def test_enums_in_urls_in_any_case_in_json_exactly(rest: Rest, graphql: Graphql, people: list[Json]) -> None:
    for text in ("active", "ACTIVE", "AcTiVe", "active,lead", "LEAD,active"):
        many = 7 if "," in text else 3
        found = await rest.call("GET", f"/customers?status[in]={text}&count=true")
        assert found.json()["totalCount"] == many
    for body in ({"filter": {"status": {"eq": "Active"}}}, {"deleted": "include"}, {"orderBy": [{"field": "name"}]}):
        assert (await refused(rest.call("QUERY", "/customers", body))).status == 400
    for asked in (Asked(filter={"status": {"in": ["lead"]}}), Asked(deleted="include")):
        assert (await refused(graphql.page(CUSTOMER, asked))).status == 400
    for text in ("include", "INCLUDE", "Only"):
        assert (await rest.call("GET", f"/customers?deleted={text}")).status_code == 200


async def test_get_query_and_graphql_give_the_same_page(rest: Rest, graphql: Graphql, people: list[Json]) -> None:
    filter_ = {
        "client": {"industry": {"startsWith": "sof"}},
        "or": [{"familyName": {"isNull": True}}, {"tags": {"has": "a"}}],
    }
    asked = Asked(filter=filter_, sort="-familyName,client.name", q="n", first=2)
    order = [{"field": "FAMILY_NAME", "direction": "DESC"}, {"field": "CLIENT_NAME"}]
    body = {"filter": filter_, "orderBy": order, "q": "n", "first": 2, "count": True}
    found = (await rest.call("QUERY", "/customers", body)).json()
    by_get, by_graphql = await rest.page(CUSTOMER, asked), await graphql.page(CUSTOMER, asked)
    assert by_get.records == by_graphql.records == found["data"]
    assert by_get.total == by_graphql.total == found["totalCount"] == 4
    assert by_get.next == by_graphql.next == found["nextCursor"] is not None


async def test_fields_and_expand(rest: Rest, people: list[Json]) -> None:
    owner = await rest.create(USER, {"name": "Jane", "email": "jane@x.io"})
    await rest.update(CLIENT, "domain:acme.io", {"ownerId": owner["id"], "parentId": "domain:zeta.io"})
    path = f"/customers/{people[0]['id']}"

    async def get(query: str) -> Json:
        found: Json = (await rest.call("GET", f"{path}?{query}")).json()
        listed = (await rest.call("GET", f"/customers?id={people[0]['id']}&{query}")).json()["data"]
        assert listed == [found]
        assert list(listed[0]) == list(found)
        return found

    client = await rest.get(CLIENT, "domain:acme.io")
    assert list(await get("fields=name,id")) == ["id", "name"]
    assert await get("fields=client.name,name") == {"name": "N0 Ålund", "client": {"name": "Acme"}}
    assert await get("fields=address.city,id") == {"id": people[0]["id"], "address": None}
    assert (await get("expand=client"))["client"] == client
    assert await get("expand=client") == people[0] | {"client": client}
    expanded = await get("expand=client.owner,client.parent")
    assert expanded["client"] == (client or {}) | {"owner": owner, "parent": await rest.get(CLIENT, "domain:zeta.io")}
    assert await get("fields=id,client.name&expand=client.owner") == {
        "id": people[0]["id"],
        "client": {"name": "Acme", "owner": owner},
    }
    assert await get("fields=id&expand=owner") == {"id": people[0]["id"], "owner": None}
    deep = await get("expand=client.parent.parent.parent&fields=id,client.parent.id")
    assert deep["client"]["parent"]["parent"] is None


async def test_links(rest: Rest, people: list[Json]) -> None:
    path = "/customers?limit=3&sort=name&q=n&status[in]=lead,active"
    page = await rest.call("GET", path)
    first = page.links["first"]["url"]
    assert (await rest.call("GET", first)).json() == page.json()
    assert "prev" not in page.links
    second = await rest.call("GET", page.links["next"]["url"])
    assert second.links["first"]["url"] == first
    assert (await rest.call("GET", second.links["prev"]["url"])).json()["data"] == page.json()["data"]
    third = await rest.call("GET", second.links["next"]["url"])
    assert ("next" in third.links, len(third.json()["data"])) == (False, 1)


async def test_stats_take_any_filter(rest: Rest, graphql: Graphql, people: list[Json]) -> None:
    expected = [{"by": {"client.name": "Acme"}, "count": 5}, {"by": {"client.name": "Zeta"}, "count": 2}]
    for face in (rest, graphql):
        assert await face.stats(CUSTOMER, ["client.name"]) == expected
        assert await face.stats(CUSTOMER, ["status"], {"id": {"in": []}}) == []
        for by in (["nam"], ["tags"], ["status", "status"], ["metadata.plan"], []):
            problem = await refused(face.stats(CUSTOMER, by))
            assert (problem.code, list(problem.errors)) == ("validation_failed", ["by"]), by
    counted = await rest.call("GET", "/customers/stats?by=status&client.name=Acme&q=n&deleted=include")
    assert counted.json()["data"] == [{"by": {"status": "LEAD"}, "count": 3}, {"by": {"status": "ACTIVE"}, "count": 2}]
    assert list((await refused(rest.call("GET", "/customers/stats?by=status&limit=1"))).errors) == ["limit"]
