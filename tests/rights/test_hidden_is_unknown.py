"""A hidden field is refused like one that does not exist, to the byte; and no document tells of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import pytest

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from schema.resources import CLIENT, CUSTOMER
from tests.app.keys import user
from tests.faces.face import Graphql, Rest
from tests.faces.histories import history_of
from tests.rights.keys import narrow_key, session
from tests.world import add

Json = dict[str, Any]

HIDDEN = ("customer.phone", "customer.clientId", "client.domain", "client.status")
# What stands in the place of a hidden name: as long, and as far from every name that is known.
UNKNOWN = {"phone": "zzzzz", "clientId": "zzzzzzzz", "client": "zzzzzz", "PHONE": "ZZZZZ", "customers": "zzzzzzzzz"}


_SUGGESTION = re.compile(r"; did you mean [^?]*\?")


@dataclass(frozen=True)
class Told:
    http: httpx.AsyncClient
    client: str
    customer: str
    key: str

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        path = path.replace("CLI", self.client).replace("CUS", self.customer).replace("OWN", self.key)
        answer = await self.http.request(method, path, json=body)
        told = orjson.loads(answer.content)
        trace = told.get("traceId") or told["extensions"]["traceId"]
        # What is near to one name may not be near to another: suggestions have a test of their own.
        return answer.status_code, _SUGGESTION.sub("", answer.text.replace(trace, ""))

    async def run(self, document: str, variables: Json | None = None) -> tuple[int, str]:
        document = document.replace("OWN", self.key)
        return await self("POST", "/graphql", {"query": document, "variables": variables or {}})


@pytest.fixture
async def told(db: Database, migrated_url: str) -> AsyncIterator[Told]:
    owner = await user(db)
    client = await add(db, CLIENT, {"name": "Acme", "domain": "acme.io", "externalIds": {"erp": "1"}})
    customer = await add(db, CUSTOMER, {"name": "Ada", "phone": "+551123456789", "clientId": client})
    secret = await narrow_key(db, owner, hidden=HIDDEN)
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, secret) as http:
        yield Told(http, client, customer, (await http.get("/me")).json()["id"])


KEY: Json = {"name": "x", "scopes": ["*"]}
IN_A_KEY: Json = {"customers": {"and": [{"title": {"eq": "1"}}, {"{}": {"eq": "1"}}]}}
REST: list[tuple[str, str, str, Any]] = [
    ("phone", "GET", "/customers?{}=%2B551123456789", None),
    ("phone", "GET", "/customers?{}[isNull]=true", None),
    ("phone", "GET", "/customers?{}[nothing]=true", None),
    ("phone", "GET", "/customers?sort=-{}", None),
    ("phone", "GET", "/customers?fields=id,{}", None),
    ("phone", "GET", '/customers?filter={{"{}":{{"eq":"1"}}}}', None),
    ("phone", "GET", '/customers?filter={{"not":{{"{}":{{"isNull":true}}}}}}', None),
    ("phone", "GET", "/users?customers.{}=1", None),
    ("phone", "GET", '/users?filter={{"customers":{{"{}":{{"eq":"1"}}}}}}', None),
    ("phone", "GET", "/customers/stats?by={}", None),
    ("phone", "GET", "/customers/stats?by=status&{}=1", None),
    ("phone", "GET", "/customers/CUS?fields={}", None),
    ("phone", "GET", "/customers/CUS?{}=1", None),
    ("phone", "QUERY", "/customers", {"filter": {"{}": {"eq": "1"}}}),
    ("phone", "QUERY", "/customers", {"fields": ["{}"]}),
    ("PHONE", "QUERY", "/customers", {"orderBy": [{"field": "{}"}]}),
    ("phone", "POST", "/customers", {"name": "x", "{}": "1"}),
    ("phone", "POST", "/customers", {"name": "x", "{}": 5}),
    ("phone", "PATCH", "/customers/CUS", {"{}": None}),
    ("phone", "PUT", "/customers/erp:9", {"{}": "1"}),
    ("clientId", "GET", "/customers?{}=CLI", None),
    ("clientId", "GET", "/customers?fields={}", None),
    ("clientId", "PATCH", "/customers/CUS", {"{}": "CLI"}),
    ("client", "GET", "/customers?expand={}", None),
    ("client", "GET", "/customers?expand={}.owner", None),
    ("client", "GET", "/customers?fields={}.name", None),
    ("client", "GET", "/customers?sort={}.name", None),
    ("client", "GET", "/customers?{}.name=Acme", None),
    ("client", "GET", "/customers/stats?by={}.industry", None),
    ("client", "PATCH", "/customers/CUS", {"{}": "CLI"}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"{}": {"eq": "1"}}}}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"{}": {"eq": 5}}}}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"{}": {"eqq": "1"}}}}),
    ("phone", "POST", "/tokens", {"filters": {"users": {"customers": {"not": {"{}": {"eq": "1"}}}}}}),
    ("client", "POST", "/tokens", {"filters": {"customers": {"{}": {"nmae": {"eq": "1"}}}}}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"and": [{"title": {"eq": "1"}}, {"{}": {"eq": "1"}}]}}}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"and": [{"and": [{"{}": {"eq": "1"}}]}]}}}),
    ("phone", "POST", "/tokens", {"filters": {"customers": {"{}": {"eq": "1"}}}, "hiddenFields": ["user.email"]}),
    ("phone", "POST", "/api-keys", {"name": "x", "scopes": ["*"], "filters": {"customers": {"{}": {"eqq": "1"}}}}),
    ("phone", "GET", "/customers/CUS/changes?field={}", None),
    ("phone", "GET", "/customers/CUS/changes?field[notIn]=name,{}", None),
    ("phone", "GET", "/customers/CUS/changes?{}=1", None),
    ("clientId", "GET", '/customers/CUS/changes?filter={{"not":{{"field":{{"eq":"{}"}}}}}}', None),
    ("phone", "POST", "/api-keys", {"name": "x", "scopes": ["*"], "filters": {"customers": {"and": [{"{}": 1}]}}}),
    ("phone", "POST", "/api-keys", {**KEY, "filters": {"customers": {"and": [{"not": {"{}": {"eq": "1"}}}]}}}),
    ("phone", "PATCH", "/api-keys/OWN", {"filters": {"customers": {"and": [{"{}": {"eq": "1"}}]}}}),
    ("phone", "PATCH", "/api-keys/none", {"filters": {"customers": {"{}": {"eq": "1"}}}}),
    ("customers", "GET", "/clients?{}.name=Ada", None),
    ("customers", "GET", "/clients?fields={}", None),
    ("customers", "GET", "/clients/CLI/{}", None),
    ("customers", "GET", "/clients/CLI/{}?limit=nothing", None),
]


@pytest.mark.parametrize(("name", "method", "path", "body"), REST)
async def test_rest(told: Told, name: str, method: str, path: str, body: Any) -> None:
    hidden, unknown = [await told(method, path.format(one), _named(body, one)) for one in (name, UNKNOWN[name])]
    assert hidden == (unknown[0], unknown[1].replace(UNKNOWN[name], name))
    assert hidden[0] == (404 if path.startswith("/clients/") else 400), hidden


def _named(body: Any, name: str) -> Any:
    return body and orjson.loads(orjson.dumps(body).replace(b"{}", name.encode()))


GRAPHQL: list[tuple[str, str, Json]] = [
    ("phone", "{{ customers {{ nodes {{ {} }} }} }}", {}),
    ("phone", '{{ customers(filter: {{{}: {{eq: "1"}}}}) {{ totalCount }} }}', {}),
    ("phone", "query($f: CustomerFilter) {{ customers(filter: $f) {{ totalCount }} }}", {"f": {"{}": {"eq": "1"}}}),
    ("PHONE", "{{ customers(orderBy: [{{field: {}}}]) {{ totalCount }} }}", {}),
    ("PHONE", "query($o: [CustomerOrder!]) {{ customers(orderBy: $o) {{ totalCount }} }}", {"o": [{"field": "{}"}]}),
    ("phone", '{{ customerStats(by: ["{}"]) {{ count }} }}', {}),
    ("phone", '{{ users(filter: {{customers: {{{}: {{eq: "1"}}}}}}) {{ totalCount }} }}', {}),
    ("phone", '{{ node(id: "CUS") {{ ... on Customer {{ {} }} }} }}', {}),
    ("phone", 'mutation {{ createCustomer(input: {{name: "x", {}: "1"}}) {{ id }} }}', {}),
    ("phone", "mutation($i: CustomerCreate!) {{ createCustomer(input: $i) {{ id }} }}", {"i": {"{}": "1"}}),
    ("phone", 'mutation {{ createCustomer(input: {{name: "x"}}) {{ {} }} }}', {}),
    (
        *("phone", "mutation($i: ApiKeyCreate!) {{ createApiKey(input: $i) {{ secret }} }}"),
        {"i": {**KEY, "filters": IN_A_KEY}},
    ),
    (
        *("phone", 'mutation($i: ApiKeyUpdate!) {{ updateApiKey(id: "OWN", input: $i) {{ id }} }}'),
        {"i": {"filters": IN_A_KEY}},
    ),
    ("clientId", "{{ customers {{ nodes {{ {} }} }} }}", {}),
    ("client", "{{ customers {{ nodes {{ {} {{ id }} }} }} }}", {}),
    ("customers", "{{ clients {{ nodes {{ {} {{ totalCount }} }} }} }}", {}),
    ("phone", '{{ customer(id: "CUS") {{ changes(filter: {{field: {{eq: "{}"}}}}) {{ totalCount }} }} }}', {}),
    (
        "clientId",
        "query($f: ChangeFilter) {{ customers {{ nodes {{ changes(filter: $f) {{ totalCount }} }} }} }}",
        {"f": {"field": {"in": ["name", "{}"]}}},
    ),
]


@pytest.mark.parametrize(("name", "document", "variables"), GRAPHQL)
async def test_graphql(told: Told, name: str, document: str, variables: Json) -> None:
    hidden, unknown = [await told.run(document.format(one), _named(variables, one)) for one in (name, UNKNOWN[name])]
    assert hidden[1].count(name) >= 1
    assert hidden == (unknown[0], unknown[1].replace(UNKNOWN[name], name))


@pytest.mark.parametrize("reference", ["domain:acme.io", "domain:none.io"])
async def test_no_reference_goes_by_a_hidden_field(told: Told, reference: str) -> None:
    status, text = await told("GET", f"/clients/{reference}")
    assert (status, f"There is no client with the id {reference}." in text) == (404, True)
    status, text = await told("PUT", f"/clients/{reference}", {"name": "x"})
    assert status == 404
    status, text = await told("GET", f"/clients?parentId={reference}")
    assert (status, "domain is no key of a reference here; use system:value" in text) == (400, True)


async def test_a_hidden_field_is_told_before_a_missing_scope(db: Database, migrated_url: str) -> None:
    secret = await narrow_key(db, await user(db), ["keys:write", "customers:read"], hidden=["customer.phone"])
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, secret) as http:
        for path, body in (("/tokens", {}), ("/api-keys", {"name": "x"})):
            for name in ("phone", "zzzzz"):
                sent = {**body, "scopes": ["admin"], "filters": {"customers": {name: {"eq": "1"}}}}
                answer = await http.post(path, json=sent)
                assert answer.status_code == 400
                assert answer.json()["detail"].startswith(f"filters.customers.{name}: is not a field of customer")


@pytest.mark.parametrize("reference", ["domain:acme.io", "domain:none.io"])
async def test_nor_in_a_filter_that_is_handed_on(told: Told, reference: str) -> None:
    for filters in ({"clients": {"id": {"eq": reference}}}, {"clients": {"parent": {"id": {"in": [reference]}}}}):
        for path, body in (("/tokens", {}), ("/api-keys", {"name": "x", "scopes": ["*"]})):
            status, text = await told("POST", path, {**body, "filters": filters})
            assert (status, "domain is no key of a reference here" in text) == (400, True)


async def test_suggestions_in_what_is_handed_on(told: Told) -> None:
    asked = [{"filters": {"customers": {"phonr": {"eq": "1"}}}}, {"hiddenFields": ["client.customer"]}]
    for body in asked:
        _, text = await told("POST", "/tokens", body)
        assert "is not a field" in text
        detail = (await told.http.post("/tokens", json=body)).json()["detail"]
        assert not re.search(r"did you mean (phone|client\.customers)", detail)


async def test_suggestions_name_only_what_is_known(told: Told) -> None:
    for near in ("phonr", "clientid", "cliemt", "clienr", "titel"):
        for path in ("/customers?{}=1", "/customers?fields={}", "/customers?sort={}", "/customers?expand={}"):
            detail = (await told.http.get(path.format(near))).json()["detail"]
            assert not {"phone", "clientId", "client"} & set(re.findall(r"\w+", detail.partition("did you mean")[2]))
        document = f"{{ customers {{ nodes {{ {near} }} }} }}"
        (error,) = (await told.http.post("/graphql", json={"query": document})).json()["errors"]
        assert not {"phone", "clientId", "client"} & set(re.findall(r"\w+", error["message"].partition("Did you")[2]))
    assert "did you mean title?" in (await told.http.get("/customers?titel=1")).json()["detail"]


async def test_documents_know_nothing_of_it(told: Told) -> None:
    http = told.http
    openapi = (await http.get("/openapi.json")).json()
    schemas = openapi["components"]["schemas"]
    for name in ("Customer", "CustomerCreate", "CustomerUpdate"):
        assert not {"phone", "clientId", "client"} & set(schemas[name]["properties"])
        assert "phone" not in str(schemas[name].get("examples"))
    assert "/clients/{ref}/customers" not in openapi["paths"]
    assert "/users/{ref}/customers" in openapi["paths"]
    parameters = {one["name"] for one in openapi["paths"]["/customers"]["get"]["parameters"]}
    assert "title" in parameters
    assert not {"phone", "clientId"} & parameters
    assert "domain:value" not in str(openapi["paths"]["/clients/{ref}"])
    sdl = (await http.get("/schema.graphql")).text
    customer = sdl.partition("type Customer implements")[2].partition("\n}")[0]
    assert "title: String" in customer
    assert "  phone: " not in customer
    assert "ClientStatus" not in sdl
    assert "CLIENT_NAME" not in sdl.partition("enum CustomerOrderField")[2].partition("}")[0]
    everybody = await httpx.AsyncClient(transport=http._transport, base_url="http://cube.test").get("/openapi.json")
    assert "phone" in everybody.json()["components"]["schemas"]["Customer"]["properties"]
    assert everybody.headers["vary"] == "Authorization, Accept-Encoding"


async def test_nothing_in_them_bears_a_hidden_name(db: Database, migrated_url: str) -> None:
    """Names that no other field has, so that any of them in the text is a leak."""
    secret = await narrow_key(db, await user(db), hidden=["client.taxId", "client.industry", "customer.clientId"])
    app = create_app(Settings.load({"CUBE_DATABASE_URL": migrated_url}, dotenv=None), db=db)
    async with session(app, secret) as http:
        asked = "{ __schema { types { name description fields { name } inputFields { name } enumValues { name } } } }"
        told = await http.post("/graphql", json={"query": asked})
        for text in ((await http.get("/openapi.json")).text, (await http.get("/schema.graphql")).text, told.text):
            assert "emailConsent" in text
            assert not re.findall(r"(?i)tax_?id|industry|client_?id", text)


async def test_introspection(told: Told) -> None:
    text = '{ __type(name: "Customer") { fields { name } } status: __type(name: "ClientStatus") { name } }'
    data = (await told.http.post("/graphql", json={"query": text})).json()["data"]
    names = {one["name"] for one in data["__type"]["fields"]}
    assert "title" in names
    assert not {"phone", "clientId", "client"} & names
    assert data["status"] is None


async def test_a_record_has_every_other_field(told: Told) -> None:
    record = (await told.http.get(f"/customers/{told.customer}")).json()
    assert list(record) == [f.name for f in CUSTOMER.fields if f.name not in ("phone", "clientId")]
    made = (await told.http.post("/customers", json={"name": "New"})).json()
    assert list(made) == list(record)
    assert made["status"] == "LEAD"
    changed = await told.http.patch(f"/customers/{told.customer}", json={"title": "Buyer"})
    assert list(changed.json()) == list(record)
    for face in (Rest(told.http), Graphql(told.http)):
        history = (await history_of(face, CUSTOMER, told.customer)).records
        assert [sorted(one["changes"]) for one in history] == [
            ["createdAt", "emailConsent", "name", "status"],
            ["title"],
        ]


async def test_what_is_hidden_stays_as_it_is(told: Told, db: Database) -> None:
    await told.http.patch(f"/customers/{told.customer}", json={"title": "Buyer", "name": None, "email": "a@x.io"})
    p = db.dialect.placeholder(1, "text")
    row = await db.fetch_row(f"SELECT phone, client_id, name FROM customers WHERE id = {p}", (told.customer,))
    assert row == ("+551123456789", told.client, "a@x.io")
    refused = await told.http.patch(f"/customers/{told.customer}", json={"email": None, "name": None})
    assert refused.status_code == 400  # a name is not made of what is hidden
    assert "name: is needed, or one of givenName, familyName, email" in refused.json()["detail"]
    assert "phone" not in refused.text


async def test_search_does_not_look_there(told: Told) -> None:
    for q, found in (("23456789", 0), ("ada", 1)):
        assert len((await told.http.get(f"/customers?q={q}")).json()["data"]) == found
    assert len((await told.http.get("/clients?q=acme.io")).json()["data"]) == 0
    assert len((await told.http.get("/clients?q=acme")).json()["data"]) == 1
