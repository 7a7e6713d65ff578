"""What users of other systems complained of, through both doors: lists, unique values, names, words, rights."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.cases.conftest import Json, created
from tests.rest.conftest import Api

GRAPHQL = {"Accept": "application/graphql-response+json"}


async def run(api: Api, text: str, **variables: Any) -> Json:
    answer = await api.http.post("/graphql", json={"query": text, "variables": variables}, headers=GRAPHQL)
    told: Json = answer.json()
    assert "errors" not in told, told
    found: Json = told["data"]
    return found


async def pages(api: Api, path: str, size: int) -> list[list[Json]]:
    found = []
    following: str | None = f"{path}{'&' if '?' in path else '?'}limit={size}"
    while following:
        page = await api.http.get(following)
        assert page.status_code == 200, page.text
        found.append(page.json()["data"])
        following = page.links.get("next", {}).get("url")
    return found


async def test_complaint_a01_one_name_for_a_cursor_at_both_doors(api: Api) -> None:
    for i in range(5):
        await created(api, {"name": f"N{i}"})
    refused = await api.http.get("/customers?limit=2&aftr=x", headers={"Accept": "application/problem+json"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["aftr"])
    assert refused.json()["errors"]["aftr"][0].endswith("did you mean after?")
    found = await pages(api, "/customers", 2)
    assert [len(page) for page in found] == [2, 2, 1]
    assert len({one["id"] for page in found for one in page}) == 5
    body = {"query": '{ customers(first: 2, aftr: "x") { nodes { id } } }'}
    answer = await api.http.post("/graphql", json=body, headers=GRAPHQL)
    assert (answer.status_code, "'after'" in answer.json()["errors"][0]["message"]) == (400, True)


async def test_complaint_a02_b09_b10_a_nullable_sort_loses_nothing_whatever_is_selected(api: Api) -> None:
    ids = set()
    for i in range(30):
        data: Json = {"name": f"N{i}"} | ({} if i % 5 < 2 else {"title": "same" if i % 3 else f"T{i}"})
        ids.add((await created(api, data))["id"])
    for sort in ("title", "-title"):
        orders = set()
        for fields in ("id", "id,title"):
            for size in (1, 7, 100):
                seen = [
                    one["id"]
                    for page in await pages(api, f"/customers?sort={sort}&fields={fields}", size)
                    for one in page
                ]
                assert len(seen) == 30
                assert set(seen) == ids
                orders.add(tuple(seen))
        assert len(orders) == 1
    for direction in ("ASC", "DESC"):
        for chosen in ("id", "id title"):
            text = f"""query($after: String) {{ customers(first: 7, after: $after,
              orderBy: [{{field: TITLE, direction: {direction}}}])
              {{ nodes {{ {chosen} }} pageInfo {{ endCursor hasNextPage }} }} }}"""
            after, got = None, []
            while True:
                page = (await run(api, text, after=after))["customers"]
                got += [one["id"] for one in page["nodes"]]
                if not page["pageInfo"]["hasNextPage"]:
                    break
                after = page["pageInfo"]["endCursor"]
            assert len(got) == 30
            assert set(got) == ids


async def test_complaint_a03_a_sort_by_a_relations_field_pages_on(api: Api) -> None:
    clients = [await created(api, {"name": name}, "/clients") for name in ("Acme", "acme", "Zeta")]
    ids = [
        (await created(api, {"name": "x", "clientId": clients[i % 3]["id"] if i % 4 else None}))["id"]
        for i in range(14)
    ]
    for sort in ("client.name", "-client.name", "client.owner.name,-client.name"):
        seen = [one["id"] for page in await pages(api, f"/customers?sort={sort}&fields=id", 3) for one in page]
        assert sorted(seen) == sorted(ids), sort


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/customers", {"name": "x", "email": "a@x.io"}),
        ("/users", {"name": "x", "email": "a@x.io"}),
        ("/clients", {"name": "x", "domain": "acme.io"}),
        ("/clients", {"name": "x", "externalIds": {"erp": "1"}}),
    ],
)
async def test_complaint_a04_a05_deleted_records_keep_nothing_unique(api: Api, path: str, data: Json) -> None:
    first = await created(api, data, path)
    refused = await api.http.post(path, json=data)
    assert (refused.status_code, first["id"] in refused.json()["detail"]) == (409, True)
    for inside in ("_live", "index", "duplicate key", "UNIQUE", "external_ids", "constraint"):
        assert inside not in refused.text
    assert (await api.http.delete(f"{path}/{first['id']}")).status_code == 200
    second = await created(api, data, path)
    refused = await api.http.post(f"{path}/{first['id']}/restore")
    assert (refused.status_code, second["id"] in refused.json()["detail"]) == (409, True)
    assert (await api.http.delete(f"{path}/{second['id']}")).status_code == 200
    assert (await api.http.post(f"{path}/{first['id']}/restore")).json()["deletedAt"] is None


async def test_complaint_a06_further_addresses_leave_the_first_alone(api: Api) -> None:
    made = await created(api, {"email": "a@x.io", "additionalEmails": ["b@x.io"], "phone": "+14155550123"})
    path = f"/customers/{made['id']}"
    await api.http.patch(path, json={"additionalEmails": ["c@x.io"], "additionalPhones": ["+14155550124"]})
    text = """mutation($id: ID!) { updateCustomer(id: $id, input: {additionalEmails: ["d@x.io"]}) {
      email phone additionalEmails } }"""
    told = (await run(api, text, id=made["id"]))["updateCustomer"]
    assert told == {"email": "a@x.io", "phone": "+14155550123", "additionalEmails": ["d@x.io"]}
    cleared = (await api.http.patch(path, json={"email": None})).json()
    assert (cleared["email"], cleared["additionalEmails"]) == (None, ["d@x.io"])


async def test_complaint_a07_second_addresses_and_numbers_are_found(api: Api) -> None:
    made = await created(
        api,
        {"name": "José", "email": "A@X.io", "additionalEmails": ["B@X.io"], "additionalPhones": ["+1 (415) 555-0123"]},
    )
    for params in (
        {"email": "a@x.IO"},
        {"additionalEmails[has]": "b@x.IO"},
        {"q": "b@x.io"},
        {"q": "4155550123"},
        {"q": "+14155550123"},
        {"q": "555-0123"},
        {"q": "jose"},
        {"q": "JOSÉ"},
        {"name[contains]": "OSE"},
        {"additionalPhones[has]": "+1 415 555 0123"},
    ):
        hits = (await api.http.get("/customers", params=params)).json()["data"]
        assert [one["id"] for one in hits] == [made["id"]], params


async def test_complaint_a09_a_key_can_do_what_its_scopes_say(api: Api) -> None:
    reader = await api.as_key("customers:read")
    assert (await api.http.get("/customers", headers=reader)).status_code == 200
    refused = await api.http.post("/customers", json={"name": "x"}, headers=reader)
    assert (refused.status_code, refused.json()["detail"]) == (403, "The scope customers:write is needed.")
    body = {"query": 'mutation { createCustomer(input: {name: "x"}) { id } }'}
    (error,) = (await api.http.post("/graphql", json=body, headers=reader)).json()["errors"]
    assert error["message"] == refused.json()["message"]
    assert error["extensions"]["detail"] == refused.json()["detail"]
    listed = (await api.http.get("/api-keys?scopes[has]=customers:read")).json()["data"]
    assert [(one["scopes"], one["expiresAt"]) for one in listed] == [(["customers:read"], None)]
    assert not any("secret" in name.lower() for name in listed[0])


async def test_complaint_a10_a_wrong_path_is_404_and_a_bad_key_401(api: Api) -> None:
    assert (await api.http.get("/campanies")).status_code == 404
    assert (await api.http.get("/me")).json()["scopes"] == ["*"]
    expected = {"": 401, "Bearer": 401, "Bearer x": 401, "Basic eDp5": 401}
    for authorization, status in expected.items():
        found = await api.http.get("/me", headers={"Authorization": authorization})
        assert found.status_code == status
        assert found.headers["www-authenticate"].startswith('Bearer realm="cube"')


async def test_complaint_a11_a12_the_hint_names_what_would_be_right(api: Api) -> None:
    for data, path, hint in (
        ({"firstName": "A"}, "firstName", "givenName"),
        ({"lastname": "A"}, "lastname", "familyName"),
        ({"name": "x", "address": {"zip": "1"}}, "address.zip", "postalCode"),
        ({"name": "x", "adress": {}}, "adress", "address"),
        ({"name": "x", "status": "Active"}, "status", "LEAD, ACTIVE, INACTIVE, CHURNED"),
    ):
        refused = await api.http.post("/customers", json=data, headers={"Accept": "application/problem+json"})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [path])
        assert hint in refused.json()["detail"], refused.json()["detail"]
    refused = await api.http.get("/customers?status[is]=WRONG")
    assert refused.json()["detail"].startswith("status[is]: ")
    refused = await api.http.get("/customers?status=WRONG")
    assert refused.json()["detail"] == "status: must be one of LEAD, ACTIVE, INACTIVE, CHURNED"


async def test_complaint_a15_what_was_created_is_found_at_once(api: Api) -> None:
    text = "query($q: String) { customers(search: $q) { nodes { id } totalCount } }"
    for i in range(25):
        made = await created(api, {"email": f"neu{i}x@x.io"})
        for path in (f"/customers?q=neu{i}x", f"/customers?email=neu{i}x@x.io"):
            assert [one["id"] for one in (await api.http.get(path)).json()["data"]] == [made["id"]]
        assert (await run(api, text, q=f"neu{i}x@"))["customers"] == {"nodes": [{"id": made["id"]}], "totalCount": 1}
    puts = [api.http.put("/customers/email:once@x.io", json={"name": "Once"}) for _ in range(20)]
    answers: list[httpx.Response] = await asyncio.gather(*puts)
    assert Counter(one.status_code for one in answers) == {201: 1, 200: 19}
    assert len({one.json()["id"] for one in answers}) == 1


async def test_complaint_a18_related_lists_page_to_their_end(api: Api) -> None:
    client = await created(api, {"name": "Acme"}, "/clients")
    many = 125
    for i in range(many):
        await created(api, {"name": f"N{i}", "clientId": client["id"]})
    routed = await pages(api, f"/clients/{client['id']}/customers?fields=id", 50)
    assert [len(page) for page in routed] == [50, 50, 25]
    text = """query($id: ID!, $after: String) { client(id: $id) { customers(first: 60, after: $after) {
      totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    nested: list[str] = []
    after = None
    while True:
        page = (await run(api, text, id=client["id"], after=after))["client"]["customers"]
        assert page["totalCount"] == many
        nested += [one["id"] for one in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert nested == [one["id"] for page in routed for one in page]


async def test_complaint_b02_b03_null_omitted_and_unequal_are_three_things(api: Api) -> None:
    for title in (None, "a", "b"):
        await created(api, {"name": str(title), "title": title})
    text = "query($t: String, $in: [String!]) { customers(filter: {title: {ne: $t, notIn: $in}}) { totalCount } }"
    assert (await run(api, text, t="a"))["customers"]["totalCount"] == 2
    assert (await run(api, text, **{"in": ["a", "b"]}))["customers"]["totalCount"] == 1
    body = {"query": text, "variables": {"t": None}}
    (error,) = (await api.http.post("/graphql", json=body, headers=GRAPHQL)).json()["errors"]
    assert error["extensions"]["errors"] == {"filter.title.ne": ["must not be null; use isNull to test for null"]}
    text = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
    nothing: list[Json] = [{}, {"f": None}, {"f": {}}]
    for none in nothing:
        assert (await run(api, text, **none))["customers"]["totalCount"] == 3


async def test_complaint_b11_which_ends_a_page_has(api: Api) -> None:
    """Of five records, the page that a cursor and a size cut out, and whether more lie before and after it."""
    for i in range(5):
        await created(api, {"name": f"N{i}"})
    text = """query($first: Int, $after: String, $last: Int, $before: String) { customers(orderBy: [{field: NAME}],
      first: $first, after: $after, last: $last, before: $before) { edges { cursor node { name } }
      pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }"""
    cursors = [edge["cursor"] for edge in (await run(api, text))["customers"]["edges"]]
    for asked, names, previous, following in (
        ({"first": 5}, "01234", False, False),
        ({"first": 2}, "01", False, True),
        ({"first": 2, "after": cursors[1]}, "23", True, True),
        ({"first": 9, "after": cursors[2]}, "34", True, False),
        ({"first": 2, "after": cursors[4]}, "", True, False),
        ({"last": 2}, "34", True, False),
        ({"last": 2, "before": cursors[3]}, "12", True, True),
        ({"last": 3, "before": cursors[3]}, "012", False, True),
        ({"last": 2, "before": cursors[0]}, "", False, True),
        ({"first": 2, "before": cursors[3]}, "01", False, True),
        ({"last": 2, "after": cursors[1]}, "34", True, False),
    ):
        found = (await run(api, text, **asked))["customers"]
        info = found["pageInfo"]
        assert "".join(edge["node"]["name"][1:] for edge in found["edges"]) == names, asked
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (previous, following), asked
        ends = [edge["cursor"] for edge in found["edges"]] or [None]
        assert (info["startCursor"], info["endCursor"]) == (ends[0], ends[-1]), asked


async def test_complaint_b19_hints_name_only_what_the_key_may_see(api: Api) -> None:
    reader = await api.as_key("customers:read")
    for path in ("/customers?sort=client.name", "/customers?client.nam=x", "/customers?owner.email[startsWith]=a"):
        refused = await api.http.get(path, headers=reader)
        assert refused.status_code in (400, 403)
        assert "Acme" not in refused.text
    for filter_ in ('{"client":{"name":{"startsWith":"A"}}}', '{"not":{"owner":{"email":{"eq":"a"}}}}'):
        refused = await api.http.get("/customers", params={"filter": filter_}, headers=reader)
        assert refused.status_code == 403
    assert (await api.http.get("/customers/stats?by=client.name", headers=reader)).status_code == 403
