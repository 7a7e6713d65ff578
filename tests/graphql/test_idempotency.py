"""Idempotency keys by GraphQL: a whole mutation is done once, its fields in one unit of work."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.services import making
from app.services.database import Database
from tests.graphql.asking import Asking

CREATE = 'mutation { createCustomer(input: {name: "Ana", email: "ana@x.io"}) { id version } }'
OWN = {"traceresponse", "server-timing", "ratelimit", "ratelimit-policy", "idempotent-replayed"}


async def keyed(asking: Asking, document: str, key: str = "k1", **variables: Any) -> httpx.Response:
    return await asking.post({"query": document, "variables": variables}, idempotency_key=key)


def assert_replay(first: httpx.Response, again: httpx.Response) -> None:
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (again.status_code, again.content) == (first.status_code, first.content)
    names = set(first.headers) - OWN
    assert {name: again.headers[name] for name in names} == {name: first.headers[name] for name in names}


async def count(db: Database, table: str) -> int:
    row = await db.fetch_row(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


async def test_a_mutation_is_done_once(asking: Asking, db: Database) -> None:
    first = await keyed(asking, CREATE)
    assert first.json()["data"]["createCustomer"]["version"] == 1
    assert_replay(first, await keyed(asking, CREATE))
    assert await count(db, "customers") == 1


async def test_several_fields_and_a_refusal_among_them(asking: Asking, db: Database) -> None:
    """A refused field undoes itself alone; as without a key those before it stay, and those after it are not done."""
    text = """mutation($second: String) {
      one: createCustomer(input: {email: "one@x.io"}) { id }
      two: createCustomer(input: {email: $second}) { id }
      three: upsertCustomer(id: "erp:3", input: {name: "Three"}) { outcome } }"""
    good = await keyed(asking, text, "good", second="two@x.io")
    assert list(good.json()["data"]) == ["one", "two", "three"]
    assert await count(db, "customers") == 3
    assert_replay(good, await keyed(asking, text, "good", second="two@x.io"))
    other = text.replace("one@", "four@")
    bad = await keyed(asking, other, "bad", second="two@x.io")
    assert bad.json()["data"] is None
    assert [(e["path"], e["extensions"]["code"]) for e in bad.json()["errors"]] == [(["two"], "already_exists")]
    assert await count(db, "customers") == 4
    await asking.data('mutation { deleteCustomer(id: "email:two@x.io") { id } }')
    assert_replay(bad, await keyed(asking, other, "bad", second="two@x.io"))
    assert await count(db, "customers") == 4
    assert await count(db, "changes WHERE record LIKE 'cus_%'") == 5


async def test_a_key_does_what_none_does(asking: Asking, db: Database) -> None:
    text = """mutation { a: createClient(input: {name: "A", domain: "a.io"}) { version }
      b: updateClient(id: "domain:a.io", input: {name: "B"}, ifVersion: 1) { version name }
      c: createCustomer(input: {name: "C", clientId: "domain:a.io"}) { client { name } } __typename }"""
    plain = await asking.data(text)
    await asking.data('mutation { deleteClient(id: "domain:a.io") { id } }')
    first = await keyed(asking, text)
    assert first.json()["data"] == plain
    assert_replay(first, await keyed(asking, text))
    assert await count(db, "clients") == 2


async def test_another_request_under_the_same_key(asking: Asking, db: Database) -> None:
    await keyed(asking, CREATE)
    for other in (CREATE.replace("Ana", "Eva"), CREATE + " "):
        refused = await keyed(asking, other)
        assert refused.status_code == 400
        assert refused.json()["message"] == "The idempotency key was used for another request."
    accept = await asking.post({"query": CREATE, "variables": {}}, "application/json", idempotency_key="k1")
    assert accept.status_code == 400
    assert await count(db, "customers") == 1


async def test_what_was_not_run_is_not_kept(asking: Asking, reader: Asking, db: Database) -> None:
    for text in ("mutation {", "mutation { nonsense }", "mutation A { __typename } mutation B { __typename }"):
        assert (await keyed(asking, text)).status_code == 400
    assert (await keyed(reader, CREATE)).json()["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert await count(db, "idempotency_keys") == 0
    assert (await keyed(asking, CREATE)).json()["data"] is not None


async def test_what_is_refused_for_good_is_kept(asking: Asking, db: Database) -> None:
    for i, text in enumerate(
        (
            'mutation { createCustomer(input: {email: "nonsense"}) { id } }',
            'mutation { deleteCustomer(id: "erp:none") { id } }',
            'mutation { updateCustomer(id: "a b", input: {}) { id } }',
        )
    ):
        first = await keyed(asking, text, f"k{i}")
        assert first.json()["data"] is None
        assert_replay(first, await keyed(asking, text, f"k{i}"))
    assert await count(db, "idempotency_keys") == 3


async def test_a_fault_of_cube_s_own_undoes_all(asking: Asking, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    text = 'mutation { createClient(input: {name: "A"}) { id } createCustomer(input: {name: "B"}) { id } }'
    with monkeypatch.context() as patched:
        patched.setitem(making.BECOME, "customer", broken)
        refused = await keyed(asking, text)
    assert (refused.status_code, refused.json()["message"]) == (500, "An unexpected error occurred.")
    assert (await count(db, "clients"), await count(db, "idempotency_keys")) == (0, 0)
    assert "errors" not in (await keyed(asking, text)).json()


async def test_a_query_does_not_mind_a_key(asking: Asking, db: Database) -> None:
    for _ in range(2):
        found = await keyed(asking, "{ customers { totalCount } }")
        assert found.json()["data"] == {"customers": {"totalCount": 0}}
        assert "idempotent-replayed" not in found.headers
        await asking.data('mutation { a: __typename upsertClient(id: "erp:1", input: {name: "A"}) { outcome } }')
    assert (await keyed(asking, "mutation { __typename }")).json()["data"] == {"__typename": "Mutation"}
    assert await count(db, "idempotency_keys") == 0


async def test_what_is_no_key(asking: Asking) -> None:
    refused = await keyed(asking, CREATE, "a b")
    assert (refused.status_code, refused.json()["detail"].split(":")[0]) == (400, "Idempotency-Key")


async def test_fc_080_twenty_at_once_make_one_record(asking: Asking, db: Database) -> None:
    for i in range(5):
        text = CREATE.replace("ana@", f"ana{i}@")
        answers = await asyncio.gather(*(keyed(asking, text, f"k{i}") for _ in range(20)))
        by_status = Counter(one.status_code for one in answers)
        assert set(by_status) <= {200, 409}
        assert {one.headers["retry-after"] for one in answers if one.status_code == 409} <= {"1"}
        made = {one.content for one in answers if one.status_code == 200}
        assert len(made) == 1
        assert {(await keyed(asking, text, f"k{i}")).content} == made
        assert await count(db, "customers") == i + 1


async def test_secrets_are_told_again_and_not_stored(asking: Asking, db: Database) -> None:
    make = 'createApiKey(input: {name: "k", scopes: ["customers:read"]}) { secret apiKey { id name } }'
    text = f"mutation {{ a: {make} b: {make} }}"
    first = await keyed(asking, text)
    secrets = [one["secret"] for one in first.json()["data"].values()]
    assert len(set(secrets)) == 2
    for secret in secrets:
        assert "errors" not in await Asking(asking.http, secret).run("{ customers { totalCount } }")
    stored = repr(await db.fetch("SELECT headers, body, secrets FROM idempotency_keys"))
    assert not any(secret[12:] in stored for secret in (*secrets, asking.key))
    assert_replay(first, await keyed(asking, text))
    rotate = "mutation($id: ID!) { rotateApiKey(id: $id) { secret } }"
    id_ = first.json()["data"]["a"]["apiKey"]["id"]
    rotated = await keyed(asking, rotate, "rotate", id=id_)
    assert rotated.json()["data"]["rotateApiKey"]["secret"] not in secrets
    assert_replay(rotated, await keyed(asking, rotate, "rotate", id=id_))


async def test_a_dry_run_takes_no_key(asking: Asking, db: Database) -> None:
    dry = CREATE.replace("(input", "(dryRun: true, input")
    for _ in range(2):
        found = await keyed(asking, dry)
        assert found.json()["data"]["createCustomer"]["version"] == 1
        assert "idempotent-replayed" not in found.headers
    assert (await count(db, "customers"), await count(db, "idempotency_keys")) == (0, 0)
    both = """mutation { dry: createCustomer(dryRun: true, input: {email: "a@x.io"}) { version }
      real: createCustomer(input: {email: "a@x.io"}) { version } }"""
    first = await keyed(asking, both)
    assert first.json()["data"] == {"dry": {"version": 1}, "real": {"version": 1}}
    assert await count(db, "customers") == 1
    assert_replay(first, await keyed(asking, both))


async def test_the_version_is_asked_for_by_every_change(asking: Asking) -> None:
    """ifVersion, as If-Match at the other door."""
    made = await asking.data("""mutation { createCustomer(input: {name: "A", externalIds: {erp: "1"}}) { id }
      createApiKey(input: {name: "k", scopes: ["customers:read"]}) { apiKey { id } } }""")
    customer, key = made["createCustomer"]["id"], made["createApiKey"]["apiKey"]["id"]
    for id_, field in (
        (customer, 'updateCustomer(id: $id, input: {title: "x"}, ifVersion: $v) { id }'),
        (customer, 'upsertCustomer(id: $id, input: {title: "x"}, ifVersion: $v) { outcome }'),
        ("erp:1", 'upsertCustomer(id: $id, input: {title: "y"}, ifVersion: $v) { outcome }'),
        (customer, "deleteCustomer(id: $id, ifVersion: $v) { id }"),
        (customer, "restoreCustomer(id: $id, ifVersion: $v) { id }"),
        (key, 'updateApiKey(id: $id, input: {name: "l"}, ifVersion: $v) { id }'),
        (key, "rotateApiKey(id: $id, ifVersion: $v) { apiKey { id } }"),
        (key, "revokeApiKey(id: $id, ifVersion: $v) { id }"),
    ):
        text = f"mutation($id: ID!, $v: Int) {{ {field} }}"
        told = await asking.run(text, id=id_, v=77)
        assert told["errors"][0]["extensions"]["code"] == "precondition_failed", field
        version = int(told["errors"][0]["extensions"]["detail"].rstrip(".").rpartition(" ")[2])
        assert "errors" not in await asking.run(text, id=id_, v=version), field
    nobody = 'mutation { upsertCustomer(id: "erp:none", input: {}, ifVersion: 1) { outcome } }'
    assert (await asking.run(nobody))["errors"][0]["extensions"]["code"] == "precondition_failed"


async def test_fc_004_documents_that_want_the_same_two_records(asking: Asking) -> None:
    """Each has its own key, so that each is one unit of work: a lost race begins the whole anew."""
    upsert = 'upsertClient(id: "erp:{0}", input: {{name: "{0}"}}) {{ outcome }}'
    text = f"mutation {{ a: {upsert.format(1)} b: {upsert.format(2)} }}"
    answers = await asyncio.gather(*(keyed(asking, text, f"k{i}") for i in range(20)))
    assert [one.text for one in answers if "errors" in one.json()] == []
    outcomes = Counter(field["outcome"] for one in answers for field in one.json()["data"].values())
    assert outcomes == {"CREATED": 2, "UNCHANGED": 38}
