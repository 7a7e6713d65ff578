"""The ways into each problem of the table, through every door."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

Json = dict[str, Any]

JSON = "application/json"


@dataclass(frozen=True)
class World:
    """What there is to be refused: keys, records, and a user who is the only admin."""

    key: str = ""
    reader: str = ""
    reader_id: str = ""
    expired: str = ""
    revoked: str = ""
    revoked_id: str = ""
    admin: str = ""
    ada: str = ""
    eve: str = ""
    gone: str = ""
    cursor: str = ""


@dataclass(frozen=True)
class Ask:
    """A request that is refused: what is said of it, and which headers say more."""

    method: str
    path: str
    body: bytes | None = None
    headers: Json = field(default_factory=dict)
    key: str | None = "full"
    detail: str | None = r".+"  # a pattern; None: there is no detail
    told: Json = field(default_factory=dict)  # header -> exact value
    docs: bool = False  # a page of the docs, which is for nobody's scripts
    forms: bool = True  # whether RFC 9457's form can be asked for


def posted(path: str, body: Any, **more: Any) -> Ask:
    return sent("POST", path, body, **more)


def sent(method: str, path: str, body: Any, **more: Any) -> Ask:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = {"Content-Type": JSON} | more.pop("headers", {})
    return Ask(method, path, content, headers=headers, **more)


ME = {"query": "{ me { id } }"}
WRITE = 'mutation { createClient(input: {name: "x"}) { id } }'
LARGE = b'{"name": "' + b"a" * 1024 * 1024 + b'"}'
CHALLENGE = 'Bearer realm="cube"'
COLLECTION = "GET, HEAD, QUERY, POST, OPTIONS"
NO_CUSTOMER = "cus_01h455vb4pex5vsknk084sn02q"


def scope(name: str) -> Json:
    return {
        "detail": f"The scope {name} is needed.",
        "told": {"www-authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{name}"'},
        "key": "reader",
    }


def asks(w: World) -> dict[str, list[Ask]]:
    """Each problem's requests to the REST routes, the GraphQL endpoint, the documents, health and docs."""
    invalid: Json = {"told": {"www-authenticate": f'{CHALLENGE}, error="invalid_token"'}, "detail": None}
    stale: Json = {"detail": "The record is at version 1.", "told": {"etag": '"1"'}}
    holder: Json = {"detail": f"email: ADA@x.io is taken by {w.ada}"}
    taken = {"name": "x", "email": "ADA@x.io"}
    guarded = ["/customers", "/customers/erp:1", "/clients", "/users", "/api-keys", "/me", "/schema.graphql"]
    return {
        "validation_failed": [
            posted(
                "/customers", {"name": "x", "email": "no", "address": {"country": "Nowhere"}}, detail="^email: .+; "
            ),
            sent("PATCH", f"/customers/{w.ada}", {"status": "LED"}, detail="status: .*LEAD, ACTIVE, INACTIVE, CHURNED"),
            sent("PUT", "/customers/erp:9", {"nam": "x"}, detail="nam: .*did you mean name"),
            sent("QUERY", "/customers", {"frist": 1}, detail="frist: .*did you mean first"),
            Ask("GET", "/customers?limit=0", detail="^limit: "),
            Ask("GET", f"/customers/{w.ada}?expnd=client", detail="did you mean expand"),
            Ask("GET", "/customers/stats", detail="^by: is needed"),
            Ask("GET", "/health/live?x=1", detail="^x: "),
            Ask("GET", "/openapi.json?x=1", detail="^x: "),
            posted("/api-keys", {"scopes": ["customers:raed"]}, detail="scopes"),
            posted("/graphql", {"query": 5}, detail="^query: must be text"),
            Ask("GET", "/graphql?variables={}", detail="^query: is needed"),
            sent("PATCH", f"/customers/{w.ada}?dryRun=yes", {}, detail="^dryRun: must be true or false"),
            Ask("DELETE", f"/customers/{w.ada}", headers={"Idempotency-Key": "a b"}, detail="^Idempotency-Key: "),
            posted("/graphql", {"query": WRITE}, headers={"Idempotency-Key": '""'}, detail="^Idempotency-Key: "),
            posted("/tokens", {}, headers={"Idempotency-Key": "k"}, detail="^Idempotency-Key: is not taken here"),
        ],
        "malformed_json": [
            posted("/customers", b"{", detail="position|line|column|end"),
            sent("PATCH", f"/customers/{w.ada}", b'{"a":NaN}'),
            sent("PUT", "/customers/erp:9", b"[]"),
            sent("QUERY", "/customers", b'{"a":1,"a":2}'),
            posted("/clients", b'{"name":"\xff"}'),
            posted(f"/customers/{w.gone}/restore", b"["),
            posted("/graphql", b"[" * 20_000),
            posted("/graphql", b'"text"'),
        ],
        "malformed_request": [
            Ask("GET", "/customers?access_token=x", detail="key must not stand in the URL"),
            Ask("GET", "/graphql?api_key=x", detail="key must not stand in the URL"),
            Ask("GET", "/health/live?token=x"),
            Ask("GET", "/docs?token=x", docs=True),
            Ask("GET", "/customers", headers={"Host": "a.example/public?x="}, detail="Host"),
        ],
        "invalid_cursor": [
            Ask("GET", "/customers?after=nonsense"),
            Ask("GET", f"/customers?before={w.cursor}&sort=name"),
            Ask("GET", f"/users?after={w.cursor}"),
            Ask("GET", f"/customers?after={w.cursor[:-4]}"),
            Ask("GET", f"/customers/{w.ada}/changes?after=x"),
            sent("QUERY", "/customers", {"after": w.cursor, "q": "ada"}),
        ],
        "idempotency_key_reused": [
            posted("/customers", {"name": "x"}, headers={"Idempotency-Key": "used"}, detail="^Idempotency-Key: "),
            posted("/clients", {"name": "Acme", "x": 1}, headers={"Idempotency-Key": '"used"'}),
            Ask("DELETE", f"/customers/{w.ada}", headers={"Idempotency-Key": "used"}),
            posted("/graphql", {"query": WRITE}, headers={"Idempotency-Key": "used"}),
        ],
        "in_flight": [
            posted("/customers", {"name": "x"}, headers={"Idempotency-Key": "busy"}, told={"retry-after": "1"}),
            Ask("DELETE", f"/customers/{w.ada}", headers={"Idempotency-Key": "busy"}, told={"retry-after": "1"}),
            posted("/graphql", {"query": WRITE}, headers={"Idempotency-Key": "busy"}, told={"retry-after": "1"}),
        ],
        "authentication_required": [
            *(Ask("GET", path, key=None, detail=None, told={"www-authenticate": CHALLENGE}) for path in guarded),
            posted("/graphql", ME, key=None, detail=None, told={"www-authenticate": CHALLENGE}),
            Ask("GET", "/me", key=None, headers={"Authorization": "Basic YTpi"}, detail=None),
            Ask("DELETE", f"/customers/{w.ada}", key=None, headers={"Authorization": "Bearer"}, detail=None),
        ],
        "invalid_key": [
            *(Ask("GET", "/customers", key=key, **invalid) for key in (w.expired, w.revoked, "x", w.key[:-1] + "!")),
            posted("/graphql", ME, key=w.revoked, **invalid),
            Ask("GET", "/schema.graphql", key="cube_" + "a" * 38, **invalid),
        ],
        "insufficient_scope": [
            posted("/customers", {"name": "x"}, **scope("customers:write")),
            Ask("DELETE", f"/customers/{w.ada}", **scope("customers:write")),
            Ask("GET", "/customers?expand=client", **scope("clients:read")),
            Ask("GET", "/customers?owner.name=x", **scope("users:read")),
            Ask("GET", "/api-keys", **scope("keys:read")),
        ],
        "not_found": [
            Ask("GET", f"/customers/{NO_CUSTOMER}"),
            Ask("GET", "/customers/email:nobody@x.io"),
            Ask("GET", f"/customers/{w.gone}"),
            sent("PATCH", f"/customers/{w.gone}", {"name": "x"}),
            sent("PUT", f"/customers/{NO_CUSTOMER}", {"name": "x"}),
            Ask("DELETE", "/customers/erp:none"),
            posted("/customers/erp:none/restore", {}),
            Ask("GET", f"/customers/{NO_CUSTOMER}/changes"),
            Ask("GET", "/clients/domain:none.io/customers"),
            posted("/api-keys/key_01h455vb4pex5vsknk084sn02q/rotate", {}),
            Ask("GET", "/nowhere", key=None, detail=None),
            Ask("GET", "/customers/", key=None, detail=None),
            Ask("GET", "/docs/nowhere", key=None, detail=None, docs=True),
            Ask("GET", "/docs/static/nothing.js", key=None, detail=None, docs=True),
            Ask("GET", "/health/nowhere", key=None, detail=None),
        ],
        "method_not_allowed": [
            sent("PUT", "/customers", {}, detail=COLLECTION, told={"allow": COLLECTION}),
            Ask("FOO", "/me", told={"allow": "GET, HEAD, OPTIONS"}),
            Ask("DELETE", "/graphql", told={"allow": "GET, HEAD, POST, OPTIONS"}),
            Ask("GET", "/graphql?query=mutation{deleteCustomer(id:%22x%22){id}}", told={"allow": "POST"}),
            Ask("POST", "/health/live", key=None, told={"allow": "GET, HEAD, OPTIONS"}),
            Ask("POST", "/docs", key=None, told={"allow": "GET, HEAD, OPTIONS"}, docs=True),
            Ask("POST", "/", key=None, told={"allow": "GET, HEAD, OPTIONS"}),
        ],
        "not_acceptable": [
            Ask("GET", "/customers", headers={"Accept": "image/png"}, detail=JSON, forms=False),
            Ask("GET", "/me", headers={"Accept": "application/json;q=0"}, detail=JSON, forms=False),
            posted("/graphql", ME, headers={"Accept": "image/png"}, detail="graphql-response", forms=False),
        ],
        "unsupported_media_type": [
            posted("/customers", {}, headers={"Content-Type": "text/plain"}, detail=JSON, told={"accept": JSON}),
            sent("PATCH", f"/customers/{w.ada}", {}, headers={"Content-Type": "text/json"}, detail="merge-patch"),
            posted("/graphql", ME, headers={"Content-Type": "xapplication/jsonx"}, detail=JSON, told={"accept": JSON}),
            Ask(
                "POST", "/clients", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, told={"accept": JSON}
            ),
        ],
        "already_exists": [
            posted("/customers", taken, **holder),
            sent("PATCH", f"/customers/{w.eve}", {"email": "ADA@x.io"}, **holder),
            sent("PUT", "/customers/erp:9", taken, **holder),
            posted(f"/customers/{w.gone}/restore", {}, detail=f"email: ada@x.io is taken by {w.ada}"),
            posted("/clients", {"name": "x", "domain": "acme.io"}, detail="domain: acme.io is taken by cli_"),
            posted("/customers", {"name": "x", "externalIds": {"erp": "1"}}, detail=f"externalIds.erp: 1 is .*{w.ada}"),
        ],
        "conflict": [
            Ask("DELETE", f"/users/{w.admin}", detail="last active admin"),
            sent("PATCH", f"/users/{w.admin}", {"status": "DISABLED"}, detail="last active admin"),
            sent("PATCH", f"/api-keys/{w.revoked_id}", {"name": "x"}, detail="revoked"),
            posted(f"/api-keys/{w.revoked_id}/rotate", {}, detail="revoked"),
        ],
        "precondition_failed": [
            sent("PATCH", f"/customers/{w.ada}", {"title": "x"}, headers={"If-Match": '"9"'}, **stale),
            sent("PUT", f"/customers/{w.ada}", {"title": "x"}, headers={"If-Match": 'W/"1"'}, **stale),
            sent("PUT", "/customers/erp:1", {"title": "x"}, headers={"If-None-Match": "*"}, **stale),
            Ask("DELETE", f"/customers/{w.ada}", headers={"If-Match": '"2", "3"'}, **stale),
            sent("PATCH", f"/customers/{w.ada}?dryRun=true", {"title": "x"}, headers={"If-None-Match": "*"}, **stale),
            Ask("POST", f"/customers/{w.ada}/restore", headers={"If-None-Match": 'W/"1", "7"'}, **stale),
            sent("PUT", "/customers/erp:9", {"name": "x"}, headers={"If-Match": "*"}, detail="no such record"),
        ],
        "too_large": [
            posted("/customers", LARGE, detail="1,048,576 bytes", told={"connection": "close"}),
            posted("/graphql", LARGE),
            posted("/nowhere", LARGE, key=None),
        ],
        "uri_too_long": [
            Ask("GET", "/customers?q=" + "a" * 17_000, detail="16,384 bytes", told={"connection": "close"}),
            Ask("GET", "/graphql?query=" + "a" * 17_000),
            Ask("GET", "/docs/" + "a" * 17_000, key=None, docs=True),
        ],
        "headers_too_large": [
            Ask(
                "GET", "/customers", headers={"X-A": "a" * 66_000}, detail="65,536 bytes", told={"connection": "close"}
            ),
            posted("/graphql", ME, headers={"X-A": "a" * 66_000}),
        ],
    }


def ways_to_fail(w: World) -> list[Ask]:
    """Requests that need the database: they fail with it."""
    return [
        Ask("GET", "/customers"),
        Ask("GET", f"/customers/{w.ada}"),
        Ask("GET", "/customers/stats?by=status"),
        Ask("GET", f"/customers/{w.ada}/changes"),
        Ask("GET", "/me"),
        Ask("GET", "/health/ready", key=None),
        posted("/customers", {"name": "x"}),
        Ask("DELETE", f"/customers/{w.ada}"),
        sent("QUERY", "/customers", {}),
    ]


@dataclass(frozen=True)
class Documents:
    """GraphQL fields that are refused while HTTP says 200, by the code of their error."""

    text: str
    variables: Json = field(default_factory=dict)
    key: str = "full"


def documents(w: World) -> dict[str, list[Documents]]:
    create = "mutation($input: CustomerCreate!) { createCustomer(input: $input) { id } }"
    update = 'mutation($id: ID!) { updateCustomer(id: $id, input: {title: "x"}, ifVersion: 9) { id } }'
    return {
        "validation_failed": [
            Documents(create, {"input": {"name": "x", "email": "no"}}),
            Documents("{ customers(first: 0) { nodes { id } } }"),
            Documents('{ customerStats(by: ["nothing"]) { count } }'),
        ],
        "invalid_cursor": [Documents('{ customers(after: "x") { nodes { id } } }')],
        "insufficient_scope": [
            Documents("{ users { nodes { id } } }", key="reader"),
            Documents(create, {"input": {"name": "x"}}, key="reader"),
        ],
        "not_found": [
            Documents('mutation { deleteCustomer(id: "erp:none") { id } }'),
            Documents("mutation($id: ID!) { updateCustomer(id: $id, input: {}) { id } }", {"id": w.gone}),
        ],
        "already_exists": [Documents(create, {"input": {"name": "x", "email": "ada@x.io"}})],
        "conflict": [Documents("mutation($id: ID!) { deleteUser(id: $id) { id } }", {"id": w.admin})],
        "precondition_failed": [
            Documents(update, {"id": w.ada}),
            Documents(update.replace("ifVersion", "dryRun: true, ifVersion"), {"id": w.ada}),
            Documents('mutation { upsertCustomer(id: "erp:1", input: {}, ifVersion: 9) { outcome } }'),
            Documents('mutation { upsertCustomer(id: "erp:9", input: {name: "x"}, ifVersion: 1) { outcome } }'),
            Documents("mutation($id: ID!) { restoreCustomer(id: $id, ifVersion: 9) { id } }", {"id": w.gone}),
            Documents("mutation($id: ID!) { rotateApiKey(id: $id, ifVersion: 9) { secret } }", {"id": w.reader_id}),
            Documents("mutation($id: ID!) { revokeApiKey(id: $id, ifVersion: 9) { id } }", {"id": w.reader_id}),
        ],
    }
