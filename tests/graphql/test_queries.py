"""Queries on data: connections, records, nodes, stats, and what a key may not see."""

from __future__ import annotations

import re

import pytest

from tests.graphql.asking import Asking

ALL = """mutation($owner: ID!) {
  acme: createClient(input: {name: "Acme", domain: "acme.io", industry: "Software", ownerId: $owner}) { id }
  a: createCustomer(input: {name: "Anna", email: "anna@acme.io", clientId: "domain:acme.io", status: ACTIVE, tags:
    ["vip"],
    metadata: {plan: "pro", seats: 5}, address: {city: "Oslo", country: "NO"}, createdAt: "2026-01-01T00:00:00Z"})
      { id }
  b: createCustomer(input: {name: "Bo", clientId: "domain:acme.io", createdAt: "2026-01-02T00:00:00Z"}) { id }
  c: createCustomer(input: {name: "Cy", createdAt: "2026-01-03T00:00:00+02:00"}) { id }
}"""


@pytest.fixture
async def ids(asking: Asking, admin: str) -> dict[str, str]:
    made = await asking.data(ALL, owner=admin)
    return {name: record["id"] for name, record in made.items()}


async def test_members_come_as_they_were_asked_for(asking: Asking, ids: dict[str, str]) -> None:
    found = await asking.data(
        """query($id: ID!) { it: customer(id: $id) { __typename name x: id address { country __typename } metadata tags
           status createdAt client { owner { name } name } } }""",
        id=ids["a"],
    )
    assert list(found["it"]) == [
        "__typename",
        "name",
        "x",
        "address",
        "metadata",
        "tags",
        "status",
        "createdAt",
        "client",
    ]
    assert found["it"] == {
        "__typename": "Customer",
        "name": "Anna",
        "x": ids["a"],
        "address": {"country": "NO", "__typename": "Address"},
        "metadata": {"plan": "pro", "seats": 5},
        "tags": ["vip"],
        "status": "ACTIVE",
        "createdAt": "2026-01-01T00:00:00.000Z",
        "client": {"owner": {"name": "Admin"}, "name": "Acme"},
    }


@pytest.mark.parametrize("length", [60, 63, 64, 90])
async def test_response_names_are_told_whole(asking: Asking, ids: dict[str, str], length: int) -> None:
    one, other = (f"{'n' * (length - 1)}{end}" for end in "ab")
    members = f"{one}: name {other}: id"
    customers = f"customers(orderBy: [{{field: NAME}}]) {{ nodes {{ {members} }} }}"
    text = f"{{ clients {{ nodes {{ {members} {customers} }} }} }}"
    [client] = (await asking.data(text))["clients"]["nodes"]
    assert client[one] == "Acme"
    assert client["customers"]["nodes"] == [{one: "Anna", other: ids["a"]}, {one: "Bo", other: ids["b"]}]


@pytest.mark.parametrize("letter", ["r", "t", "j", "x", "p", "k", "i"])
async def test_response_names_are_nobody_elses(asking: Asking, ids: dict[str, str], letter: str) -> None:
    names = [letter, *(f"{letter}{i}" for i in range(1, 10))]
    members = " ".join(f"{name}: name" for name in names)
    text = f"{{ clients {{ nodes {{ {members} customers {{ nodes {{ {members} owner {{ {letter}: id }} }} }} }} }} }}"
    [client] = (await asking.data(text))["clients"]["nodes"]
    assert {client[name] for name in names} == {"Acme"}
    assert [{one[name] for name in names} for one in client["customers"]["nodes"]] == [{"Bo"}, {"Anna"}]
    text = f"query($id: ID!) {{ customer(id: $id) {{ {members} client {{ {members} }} }} }}"
    customer = (await asking.data(text, id=ids["a"]))["customer"]
    assert ({customer[name] for name in names}, {customer["client"][name] for name in names}) == ({"Anna"}, {"Acme"})


async def test_a_selection_that_leaves_nothing_is_an_empty_object(asking: Asking, ids: dict[str, str]) -> None:
    text = (
        "{ customers(first: 1) { nodes { id @skip(if: true) } edges { cursor @skip(if: true) "
        "} pageInfo { endCursor @skip(if: true) } } }"
    )
    assert (await asking.data(text))["customers"] == {"nodes": [{}], "edges": [{}], "pageInfo": {}}


async def test_connections_page_both_ways_and_nest(asking: Asking, ids: dict[str, str]) -> None:
    text = """query($first: Int, $after: String, $last: Int, $before: String) {
      customers(orderBy: [{field: NAME}], first: $first, after: $after, last: $last, before: $before) {
        nodes { name } edges { cursor node { name } } totalCount __typename
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    first = (await asking.data(text, first=2))["customers"]
    assert [node["name"] for node in first["nodes"]] == ["Anna", "Bo"]
    assert (first["totalCount"], first["__typename"]) == (3, "CustomerConnection")
    ends = first["pageInfo"]
    assert (ends["hasNextPage"], ends["hasPreviousPage"]) == (True, False)
    assert [edge["cursor"] for edge in first["edges"]] == [ends["startCursor"], ends["endCursor"]]
    rest = (await asking.data(text, first=2, after=ends["endCursor"]))["customers"]
    assert [node["name"] for node in rest["nodes"]] == ["Cy"]
    back = (await asking.data(text, last=1, before=rest["pageInfo"]["startCursor"]))["customers"]
    assert [node["name"] for node in back["nodes"]] == ["Bo"]
    nested = await asking.data(
        "{ clients { nodes { name customers(orderBy: [{field: NAME}]) { totalCount nodes { name owner { id } } } } } }"
    )
    assert nested["clients"]["nodes"] == [
        {
            "name": "Acme",
            "customers": {"totalCount": 2, "nodes": [{"name": "Anna", "owner": None}, {"name": "Bo", "owner": None}]},
        }
    ]


async def test_fc_038_an_empty_page_has_no_cursors_and_a_foreign_cursor_is_refused(
    asking: Asking, ids: dict[str, str]
) -> None:
    info = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    empty = await asking.data('{ customers(filter: {name: {eq: "nobody"}}) { nodes { id } ' + info + " } }")
    assert empty["customers"]["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    cursor = (await asking.data("{ customers { " + info + " } }"))["customers"]["pageInfo"]["endCursor"]
    for wrong in (cursor, "x", ""):
        told = await asking.run(
            "query($c: String) { customers(after: $c, orderBy: [{field: NAME}]) { nodes { id } } }", c=wrong
        )
        assert told["data"] is None
        assert told["errors"][0]["extensions"]["code"] == "invalid_cursor"
        assert told["errors"][0]["path"] == ["customers"]


async def test_single_records_by_reference_and_deleted_ones(asking: Asking, ids: dict[str, str]) -> None:
    assert (await asking.data('{ customer(id: "email:ANNA@Acme.io") { name } }'))["customer"] == {"name": "Anna"}
    assert (await asking.data('{ customer(id: "email:nobody@acme.io") { name } }'))["customer"] is None
    assert (await asking.data('{ customer(id: "nonsense\\u0000") { name } }'))["customer"] is None
    await asking.data("mutation($id: ID!) { deleteCustomer(id: $id) { deletedAt } }", id=ids["a"])
    text = "query($id: ID!) { hidden: customer(id: $id) { id } seen: customer(id: $id, deleted: INCLUDE) { id } }"
    assert await asking.data(text, id=ids["a"]) == {"hidden": None, "seen": {"id": ids["a"]}}


async def test_node_nodes_and_me(asking: Asking, admin: str, ids: dict[str, str]) -> None:
    text = """query($id: ID!, $ids: [ID!]!) { node(id: $id) { id __typename ... on Client { domain } }
      nodes(ids: $ids) { __typename ... on Customer { name } ... on User { email } ... on Node { id } } me { name
        owner { name } scopes } }"""
    gone = "cus_01h455vb4pex5vsknk084sn02q"
    found = await asking.data(text, id=ids["acme"], ids=[ids["a"], gone, admin, ids["a"]])
    anna = {"__typename": "Customer", "name": "Anna", "id": ids["a"]}
    assert found == {
        "node": {"id": ids["acme"], "__typename": "Client", "domain": "acme.io"},
        "nodes": [anna, None, {"__typename": "User", "email": "admin@cube.example", "id": admin}, anna],
        "me": {"name": "all", "owner": {"name": "Admin"}, "scopes": ["*"]},
    }
    assert (await asking.data("{ nodes(ids: []) { id } }"))["nodes"] == []
    assert (await asking.data('{ node(id: "nonsense") { id } }'))["node"] is None


async def test_stats(asking: Asking, ids: dict[str, str]) -> None:
    found = await asking.data(
        '{ s: customerStats(by: ["status", "client.name"]) { count by } t: customerStats(by: '
        '["status"], filter: {status: {eq: LEAD}}) { by n: count __typename } }'
    )
    assert sorted((g["count"], g["by"]["status"], g["by"]["client.name"] or "") for g in found["s"]) == [
        (1, "ACTIVE", "Acme"),
        (1, "LEAD", ""),
        (1, "LEAD", "Acme"),
    ]
    assert found["t"] == [{"by": {"status": "LEAD"}, "n": 2, "__typename": "Stat"}]
    told = await asking.run('{ customerStats(by: ["tags"]) { count } }')
    assert "by" in told["errors"][0]["extensions"]["errors"]


async def test_a_missing_scope_is_the_fields_own_error(reader: Asking, ids: dict[str, str]) -> None:
    told = await reader.run(
        "{ customers { nodes { name } } c: customers { nodes { client { name } } } }".replace(
            "customers { nodes { name } }", 'customer(id: "email:anna@acme.io") { name }', 1
        )
    )
    assert told["data"] is None
    assert told["errors"][0]["path"] == ["c"]
    assert told["errors"][0]["message"] == "The API key does not allow this operation."
    extensions = told["errors"][0]["extensions"]
    assert (extensions["code"], extensions["statusCode"], extensions["detail"]) == (
        "insufficient_scope",
        403,
        "The scope clients:read is needed.",
    )
    part = await reader.run(
        '{ customer(id: "email:anna@acme.io") { name } user(id: "email:admin@cube.example") { name } }'
    )
    assert part["data"] == {"customer": {"name": "Anna"}, "user": None}


async def test_me_needs_no_scope_but_what_lies_beyond_does(reader: Asking, ids: dict[str, str]) -> None:
    assert (await reader.data("{ me { name owner { name } } }"))["me"] == {"name": "reader", "owner": {"name": "Admin"}}
    for beyond in ("clients { nodes { name } }", "customers { nodes { owner { email } } }"):
        told = await reader.run("{ me { owner { " + beyond + " } } }")
        assert told["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert (await reader.data("{ me { owner { customers { totalCount } } } }"))["me"]["owner"]["customers"][
        "totalCount"
    ] == 0
    told = await reader.run("{ apiKeys { nodes { id } } }")
    assert told["errors"][0]["extensions"]["detail"] == "The scope keys:read is needed."


async def test_keys_are_listed_without_their_secrets(asking: Asking, reader: Asking) -> None:
    found = await asking.data(
        '{ apiKeys(orderBy: [{field: NAME}], filter: {scopes: {has: "customers:read"}}) { '
        "nodes { name prefix owner { name } } totalCount } }"
    )
    assert found["apiKeys"]["totalCount"] == 1
    assert re.fullmatch(r"cube_\w{7}", found["apiKeys"]["nodes"][0]["prefix"])
    key = await asking.data("query { me { id } }")
    assert (await asking.data("query($id: ID!) { apiKey(id: $id) { name } }", id=key["me"]["id"]))["apiKey"] == {
        "name": "all"
    }


async def test_search_filters_and_maps(asking: Asking, ids: dict[str, str]) -> None:
    text = (
        "query($f: CustomerFilter, $q: String) { customers(filter: $f, search: $q, orderBy: "
        "[{field: NAME}]) { nodes { name } } }"
    )

    async def names(**variables) -> list[str]:
        return [node["name"] for node in (await asking.data(text, **variables))["customers"]["nodes"]]

    assert await names(q="ann") == ["Anna"]
    assert await names(f={"metadata": {"seats": {"eq": 5}}}) == ["Anna"]
    assert await names(f={"metadata": {"seats": {"eq": "5"}}}) == []
    assert await names(f={"client": {"industry": {"startsWith": "sof"}}, "not": {"status": {"eq": "LEAD"}}}) == ["Anna"]
    assert await names(f={"or": [{"name": {"eq": "Bo"}}, {"address": {"country": {"eq": "NO"}}}]}) == ["Anna", "Bo"]
    assert await names(f={"clientId": {"in": ["domain:acme.io"]}, "createdAt": {"gt": "2026-01-01T00:00:00Z"}}) == [
        "Bo"
    ]
    assert await names(f={"address": {"isNull": True}}) == ["Bo", "Cy"]


async def test_introspection_answers_any_key(reader: Asking) -> None:
    found = await reader.data(
        '{ __schema { queryType { name } subscriptionType { name } } __type(name: "Node") { '
        "possibleTypes { name } } __typename }"
    )
    assert found["__schema"] == {"queryType": {"name": "Query"}, "subscriptionType": None}
    assert {one["name"] for one in found["__type"]["possibleTypes"]} == {"User", "Client", "Customer", "ApiKey"}
    assert found["__typename"] == "Query"
