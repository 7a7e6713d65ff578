"""Mutations: each field is its own write, in order, and its error leaves the others alone."""

from __future__ import annotations

import asyncio
import re

from tests.graphql.asking import Asking


async def test_several_run_one_after_another_and_each_has_its_own_error(asking: Asking) -> None:
    told = await asking.run(
        """mutation {
          a: createCustomer(input: {email: "a@x.io"}) { id version name }
          b: createCustomer(input: {email: "A@x.io"}) { id }
        }"""
    )
    assert told["data"] is None  # Customer! is not null: the error bubbles up; the first write stands
    assert told["errors"][0]["path"] == ["b"]
    extensions = told["errors"][0]["extensions"]
    assert (extensions["code"], extensions["statusCode"]) == ("already_exists", 409)
    assert (await asking.data('{ customer(id: "email:a@x.io") { version name } }'))["customer"] == {
        "version": 1,
        "name": "a@x.io",
    }


async def test_the_life_of_a_record(asking: Asking) -> None:
    made = await asking.data(
        'mutation { createClient(input: {name: "Acme", tags: ["a", "a", "b"]}) { id version '
        "tags customers { totalCount } } }"
    )
    client = made["createClient"]
    assert (client["version"], client["tags"], client["customers"]) == (1, ["a", "b"], {"totalCount": 0})
    text = """mutation($id: ID!) { updateClient(id: $id, ifVersion: 1, input: {industry: "Software", metadata:
      {plan: "pro"}}) { version industry metadata }
      same: updateClient(id: $id, input: {industry: "Software"}) { version }
      deleteClient(id: $id, ifVersion: 2) { version deletedAt }
      restoreClient(id: $id) { version deletedAt } }"""
    found = await asking.data(text, id=client["id"])
    assert found["updateClient"] == {"version": 2, "industry": "Software", "metadata": {"plan": "pro"}}
    assert found["same"] == {"version": 2}
    assert found["deleteClient"]["version"] == 3
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["deleteClient"]["deletedAt"])
    assert found["restoreClient"] == {"version": 4, "deletedAt": None}
    told = await asking.run(
        "mutation($id: ID!) { updateClient(id: $id, ifVersion: 1, input: {name: null}) { id } }", id=client["id"]
    )
    assert told["errors"][0]["extensions"]["statusCode"] in (400, 412)


async def test_a_stale_version_is_a_failed_precondition(asking: Asking) -> None:
    made = await asking.data('mutation { createUser(input: {name: "U", email: "u@x.io"}) { id } }')
    text = 'mutation($id: ID!) { updateUser(id: $id, ifVersion: 7, input: {name: "V"}) { id } }'
    told = await asking.run(text, id=made["createUser"]["id"])
    extensions = told["errors"][0]["extensions"]
    assert (extensions["code"], extensions["statusCode"]) == ("precondition_failed", 412)


async def test_upsert_tells_its_outcome(asking: Asking) -> None:
    text = """mutation($input: CustomerUpdate!) { upsertCustomer(id: "erp:7", input: $input) {
      done: outcome customer { name externalIds } again: customer { version } __typename } }"""
    made = (await asking.data(text, input={"name": "Anna"}))["upsertCustomer"]
    assert list(made) == ["done", "customer", "again", "__typename"]
    assert made == {
        "done": "CREATED",
        "customer": {"name": "Anna", "externalIds": {"erp": "7"}},
        "again": {"version": 1},
        "__typename": "CustomerUpsert",
    }
    assert (await asking.data(text, input={"name": "Anna"}))["upsertCustomer"]["done"] == "UNCHANGED"
    assert (await asking.data(text, input={"name": "Ann"}))["upsertCustomer"]["done"] == "UPDATED"
    await asking.data('mutation { deleteCustomer(id: "erp:7") { id } }')
    assert (await asking.data(text, input={}))["upsertCustomer"]["done"] == "RESTORED"
    only = 'mutation { upsertCustomer(id: "erp:7", input: {}) { outcome } }'
    assert (await asking.data(only))["upsertCustomer"] == {"outcome": "UNCHANGED"}


async def test_all_faults_of_an_input_are_told_by_their_paths(asking: Asking) -> None:
    text = (
        'mutation { createCustomer(input: {email: "nonsense", address: {country: "Atlantis"}, '
        "metadata: {a: [1]}}) { id } }"
    )
    told = await asking.run(text)
    error = told["errors"][0]
    assert error["message"] == "One or more validation errors occurred."
    assert set(error["extensions"]["errors"]) == {"email", "address.country", "metadata.a"}
    assert all(path in error["extensions"]["detail"] for path in error["extensions"]["errors"])


async def test_fc_031_null_for_a_required_field_is_refused_in_all_its_forms(asking: Asking) -> None:
    made = (await asking.data('mutation { createClient(input: {name: "Acme"}) { id } }'))["createClient"]["id"]
    text = "mutation($id: ID!, $name: String) { updateClient(id: $id, input: {name: $name}) { name version } }"
    for literal, variables in (("null", {}), ("$name", {"name": None})):
        told = await asking.run(
            text.replace(", $name: String" if literal == "null" else "\0", "").replace(
                "name: $name", f"name: {literal}"
            ),
            id=made,
            **variables,
        )
        assert list(told["errors"][0]["extensions"]["errors"]) == ["name"]
    assert (await asking.data(text, id=made))["updateClient"] == {"name": "Acme", "version": 1}


async def test_keys_show_their_secret_once(asking: Asking) -> None:
    made = await asking.data(
        'mutation { createApiKey(input: {name: "k", scopes: ["customers:read"]}) { secret '
        "apiKey { id name prefix } __typename } }"
    )
    secret, key = made["createApiKey"]["secret"], made["createApiKey"]["apiKey"]
    assert secret.startswith(key["prefix"])
    own = Asking(asking.http, secret)
    assert (await own.data("{ me { name } }"))["me"] == {"name": "k"}
    text = "mutation($id: ID!) { rotateApiKey(id: $id, overlapSeconds: 0) { secret apiKey { version } } }"
    rotated = (await asking.data(text, id=key["id"]))["rotateApiKey"]
    assert rotated["secret"] != secret
    assert (await own.post({"query": "{ me { id } }"})).status_code == 401
    text = (
        'mutation($id: ID!) { updateApiKey(id: $id, input: {name: "l"}) { name } '
        "revokeApiKey(id: $id) { name revokedAt } }"
    )
    found = await asking.data(text, id=key["id"])
    assert (found["updateApiKey"], found["revokeApiKey"]["name"]) == ({"name": "l"}, "l")
    assert found["revokeApiKey"]["revokedAt"]
    assert (await Asking(asking.http, rotated["secret"]).post({"query": "{ me { id } }"})).status_code == 401


async def test_nothing_is_written_when_what_is_asked_back_may_not_be_read(asking: Asking, admin: str) -> None:
    made = await asking.data('mutation { createApiKey(input: {name: "w", scopes: ["customers:write"]}) { secret } }')
    writer = Asking(asking.http, made["createApiKey"]["secret"])
    told = await writer.run('mutation { createCustomer(input: {name: "x"}) { client { name } } }')
    assert told["errors"][0]["extensions"]["detail"] == "The scope clients:read is needed."
    told = await writer.run('mutation { createClient(input: {name: "x"}) { id } }')
    assert told["errors"][0]["extensions"]["code"] == "insufficient_scope"
    assert (await asking.data("{ customers { totalCount } clients { totalCount } }")) == {
        "customers": {"totalCount": 0},
        "clients": {"totalCount": 0},
    }


async def test_each_answer_tells_what_its_own_write_has_stored(asking: Asking) -> None:
    text = """mutation($id: ID!, $title: String!) { updateCustomer(id: $id, input: {title: $title}) {
      version title client { name } } }"""
    id_ = "email:a@x.io"
    await asking.data(
        """mutation { createClient(input: {name: "Acme", domain: "acme.io"}) { id }
        createCustomer(input: {email: "a@x.io", clientId: "domain:acme.io"}) { id } }"""
    )
    titles = [f"title {i}" for i in range(20)]
    found = await asyncio.gather(*(asking.data(text, id=id_, title=title) for title in titles))
    told = [one["updateCustomer"] for one in found]
    assert [one["title"] for one in told] == titles
    assert sorted(one["version"] for one in told) == list(range(2, 22))
    assert all(one["client"] == {"name": "Acme"} for one in told)
