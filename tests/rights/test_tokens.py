"""Short-lived tokens: at most the rights of their key, for a short time, and gone with it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from app import auth
from app.services.key_use import noted
from app.services.signing import signature, signing_secret
from schema.values.instant import now
from tests.faces.face import Json, Refused
from tests.rights.desk import Caller, Desk
from tests.rights.test_nobody_climbs import ACME, EVERYTHING, LEADS, does_not_exist, refused


async def token(caller: Caller, **data: Any) -> tuple[Caller, Json]:
    answer = await caller.rest.call("POST", "/tokens", data)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    made: Json = answer.json()
    assert list(made) == ["token", "expiresAt", "scopes"]
    return caller.desk.caller(made["token"], caller.id), made


async def status(caller: Caller) -> int:
    """How a read is answered, which goes by what is remembered of the caller, and a request that is not."""
    read, other = await caller.http.get("/customers"), await caller.http.get("/me")
    assert (read.status_code == 401) == (other.status_code == 401)
    return read.status_code


async def test_by_default_it_may_what_its_key_may(desk: Desk) -> None:
    key = await desk.key("customers:write", hiddenFields=["customer.phone"])
    bearer, made = await token(key)
    assert made["scopes"] == ["customers:read", "customers:write"]
    assert timedelta(seconds=890) < datetime.fromisoformat(made["expiresAt"]) - datetime.fromisoformat(now())
    assert await status(bearer) == 200
    assert (await bearer.http.post("/customers", json={"name": "Ada"})).status_code == 201
    assert (await desk.key("*")).secret != bearer.secret
    assert (await token(await desk.key("*")))[1]["scopes"] == ["*"]
    assert (await (await desk.key("clients:read")).http.post("/tokens")).status_code == 201, "no scope, and no body"


async def test_its_scopes_are_at_most_those_of_its_key(desk: Desk) -> None:
    key = await desk.key("customers:write", "clients:read")
    bearer, made = await token(key, scopes=["customers:read"])
    assert made["scopes"] == ["customers:read"]
    await refused(bearer.rest.call("POST", "/customers", {"name": "Ada"}), 403, "customers:write")
    for scope in ("users:read", "clients:write", "admin", "*"):
        await refused(key.rest.call("POST", "/tokens", {"scopes": [scope]}), 403, f"The scope {scope} is needed.")
        await refused(bearer.rest.call("POST", "/tokens", {"scopes": [scope]}), 403, f"The scope {scope} is needed.")
    await refused(bearer.rest.call("POST", "/tokens", {"scopes": ["customers:write"]}), 403, "customers:write")
    again, _ = await token(bearer)
    await refused(again.rest.call("POST", "/customers", {"name": "Ada"}), 403, "customers:write")


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"expiresIn": 86_401}, "expiresIn: must be a whole number from 1 to 86400"),
        ({"expiresIn": 0}, "expiresIn: must be a whole number from 1 to 86400"),
        ({"expiresIn": "900"}, "expiresIn: must be a whole number from 1 to 86400"),
        ({"expiresin": 900}, "expiresin: is not a field of token; did you mean expiresIn?"),
        ({"scopes": ["customer:read"]}, "scopes[0]: customer:read is not a scope; did you mean customers:read?"),
        ({"scopes": []}, "scopes: needs at least one scope"),
        ({"filters": {"customers": {"nmae": {"eq": "x"}}}}, "filters.customers.nmae: is not a field of customer; did"),
        ({"hiddenFields": ["customer.id"]}, "hiddenFields[0]: customer.id can't be hidden"),
        ({"filters": {"customers": {"name": {"in": ["x" * 200] * 60}}}}, "filters: are too long for a token"),
    ],
)
async def test_bad_tokens_to_ask_for(desk: Desk, data: Json, detail: str) -> None:
    await refused((await desk.key("*")).rest.call("POST", "/tokens", data), 400, detail)


async def test_it_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    key = await desk.key("*")
    bearer, made = await token(key, expiresIn=60)
    assert await status(bearer) == 200
    monkeypatch.setattr("app.services.tokens.now", lambda: made["expiresAt"])
    monkeypatch.setattr("app.auth.time", lambda: datetime.fromisoformat(made["expiresAt"]).timestamp())
    assert await status(bearer) == 401
    assert await status(key) == 200


async def test_it_outlives_neither_its_key_nor_the_token_that_asks(desk: Desk) -> None:
    soon = (datetime.fromisoformat(now()) + timedelta(hours=1)).isoformat()
    key = await desk.key("keys:write", "customers:read", expiresAt=soon)
    ends = (await key.get(key.id) or {})["expiresAt"]
    assert (await token(key, expiresIn=86_400))[1]["expiresAt"] == ends
    bearer, made = await token(key, expiresIn=60)
    assert (await token(bearer, expiresIn=86_400))[1]["expiresAt"] == made["expiresAt"]
    of_token, _ = await bearer.make("customers:read")
    assert of_token["expiresAt"] == made["expiresAt"]
    await refused(bearer.make("customers:read", expiresAt=ends), 400, "expiresAt: must not be after")


async def test_it_sees_no_key_that_may_more_not_even_its_own(desk: Desk) -> None:
    key = await desk.key(*EVERYTHING)
    for narrower in ({"scopes": ["keys:write"]}, {"filters": {"clients": ACME}}, {"hiddenFields": ["customer.phone"]}):
        bearer, _ = await token(key, **narrower)
        await does_not_exist(bearer, key.id)
        made, _ = await bearer.make("keys:read")
        assert made["filters"] == narrower.get("filters", {})
        assert made["hiddenFields"] == narrower.get("hiddenFields", [])
    as_much, _ = await token(key)
    assert await as_much.get(key.id) is not None
    await refused(as_much.rotate(key.id), 409, "The key lives on")
    reader, _ = await token(key, scopes=["customers:read"])
    await refused(reader.make("customers:read"), 403, "The scope keys:")


async def test_it_hands_on_what_bounds_it(desk: Desk) -> None:
    key = await desk.key(*EVERYTHING, filters={"clients": ACME})
    bearer, _ = await token(key, filters={"customers": LEADS}, hiddenFields=["customer.phone"])
    again, _ = await token(bearer, hiddenFields=["user.email"])
    made, _ = await again.make("customers:read")
    assert made["filters"] == {"clients": ACME, "customers": LEADS}
    assert made["hiddenFields"] == ["customer.phone", "user.email"]
    phone = {"customers": {"phone": {"isNull": False}}}
    detail = "filters.customers.phone: is not a field of customer"
    await refused(bearer.rest.call("POST", "/tokens", {"filters": phone}), 400, detail)


@pytest.mark.parametrize("end", ["revoke", "disable", "delete", "rotate"])
async def test_it_is_gone_with_its_key(desk: Desk, end: str) -> None:
    admin, owner = await desk.key("*"), await desk.user("owner")
    key = await desk.key("customers:read", owner=owner)
    bearer, _ = await token(key)
    assert await status(bearer) == 200
    if end == "revoke":
        await admin.revoke(key.id)
    elif end == "rotate":
        await admin.rotate(key.id)
        assert await status(bearer) == 200, "as long as the secret that it was made with"
        await admin.rest.call("POST", f"/api-keys/{key.id}/rotate", {"overlapSeconds": 0})
    elif end == "disable":
        await admin.rest.call("PATCH", f"/users/{owner}", {"status": "DISABLED"})
    else:
        await admin.rest.call("DELETE", f"/users/{owner}")
    assert await status(bearer) == 401


async def test_what_it_makes_does_not_outlive_a_key_that_is_shortened(desk: Desk) -> None:
    admin, key = await desk.key("*"), await desk.key("customers:read", "keys:write")
    bearer, _ = await token(key, expiresIn=86_400)
    soon = (datetime.fromisoformat(now()) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    await admin.change(key.id, expiresAt=soon)
    assert (await bearer.http.get("/me")).json()["tokenExpiresAt"] == soon
    made, _ = await bearer.make("customers:read")
    assert made["expiresAt"] == soon


async def test_what_narrows_its_key_narrows_it_at_once(desk: Desk) -> None:
    admin, owner = await desk.key("*"), await desk.user("owner")
    key = await desk.key("customers:write", "clients:read", "keys:write", owner=owner)
    bearer, _ = await token(key, scopes=["customers:write", "keys:write"])
    assert await status(bearer) == 200
    await admin.change(key.id, hiddenFields=["customer.phone"], filters={"clients": ACME})
    assert await status(bearer) == 200
    made, _ = await bearer.make("keys:read")
    assert (made["filters"], made["hiddenFields"]) == ({"clients": ACME}, ["customer.phone"])
    await admin.change(key.id, scopes=["clients:read"])
    assert await status(bearer) == 403
    await admin.change(key.id, scopes=["*"])
    assert await status(bearer) == 200
    assert (await bearer.http.get("/clients")).status_code == 403
    await admin.rest.call("PATCH", f"/users/{owner}", {"role": "VIEWER"})
    await refused(bearer.rest.call("POST", "/customers", {"name": "Ada"}), 403, "customers:write")


async def test_bad_ones_get_the_one_answer_of_every_bad_key(desk: Desk) -> None:
    key, other = await desk.key("*"), await desk.key("customers:read")
    bearer, _ = await token(key)
    body, _, by = bearer.secret.removeprefix("cubet_").partition(".")
    said = orjson.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    foreign = _encoded([other.id, *said[1:]])
    signed = signature(await signing_secret(desk.db), "token", foreign)
    bad = [
        *(
            bearer.secret[:-1],
            f"{bearer.secret}A",
            f"cubet_{body}",
            f"cubet_{body}.",
            f"cubet_.{by}",
            "cubet_",
            "cubet_.",
        ),
        *(
            f"cubet_{foreign}.{by}",
            f"cubet_{foreign}.{signed}",
            "cubet_" + "é" * 9,
            f"cube_{body}.{by}",
            "cubet_" + "A" * 20_000,
        ),
        f"cubet_{body}.{signature(await signing_secret(desk.db), 'other', body)}",
        f"cubet_{body}.{signature(b'x' * 32, 'token', body)}",
    ]
    for text in bad:
        headers = [(b"Authorization", b"Bearer " + text.encode())]
        for method, path in (("GET", "/customers"), ("GET", "/me"), ("POST", "/graphql")):
            answer = await key.http.request(method, path, headers=headers, json={"query": "{ me { id } }"})
            assert (answer.status_code, answer.json()["message"]) == (401, "The API key is not valid."), text[:80]
            assert answer.headers["www-authenticate"] == auth.INVALID
            assert set(answer.json()) == {"statusCode", "traceId", "message"}


def _encoded(said: list[Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(said)).rstrip(b"=").decode()


async def test_it_never_stands_in_a_url(desk: Desk) -> None:
    bearer, _ = await token(await desk.key("*"))
    for path in (f"/customers?q={bearer.secret}", f"/customers/{bearer.secret}"):
        with pytest.raises(Refused) as told:
            await bearer.rest.call("GET", path)
        assert told.value.code == "malformed_request"


async def test_me_tells_of_it(desk: Desk) -> None:
    key = await desk.key("customers:read", filters={"customers": LEADS}, hiddenFields=["customer.phone"])
    await key.http.get("/me")
    await noted()
    mine = (await key.http.get("/me")).json()
    limits = mine.pop("limits")
    assert mine == {**(await (await desk.key("*")).get(key.id) or {}), "owner": mine["owner"]}
    assert (mine["filters"], mine["hiddenFields"]) == ({"customers": LEADS}, ["customer.phone"])
    assert mine["owner"]["id"] == desk.owner
    bearer, made = await token(key, scopes=["customers:read"])
    by_token = (await bearer.http.get("/me")).json()
    assert by_token.pop("limits").keys() == limits.keys() == {"requests", "cost"}
    assert by_token == {**mine, "tokenExpiresAt": made["expiresAt"]}
    told = (await key.graphql.run("{ me { limits } }"))["me"]["limits"]
    assert told["requests"].keys() == {"quota", "window", "remaining"}
    assert 0 < told["requests"]["remaining"] <= told["requests"]["quota"] == limits["requests"]["quota"]
    document = "{ me { id filters hiddenFields until: tokenExpiresAt owner { id } } }"
    for caller, until in ((key, None), (bearer, made["expiresAt"]), (bearer, made["expiresAt"])):
        assert (await caller.graphql.run(document))["me"] == {
            "id": key.id,
            "filters": {"customers": LEADS},
            "hiddenFields": ["customer.phone"],
            "until": until,
            "owner": {"id": desk.owner},
        }
    listed = await (await desk.key("*")).graphql.run("{ apiKeys { nodes { tokenExpiresAt } } }")
    assert {one["tokenExpiresAt"] for one in listed["apiKeys"]["nodes"]} == {None}


async def test_the_signature_needs_no_statement(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    bearer, _ = await token(await desk.key("customers:read"))

    async def none(*_: object) -> None:
        raise AssertionError("the database was asked")

    for name in ("fetch", "fetch_row", "fetch_row_by_one_plan"):
        monkeypatch.setattr(desk.db, name, none)
    answer = await bearer.http.get("/me", headers={"Authorization": f"Bearer {bearer.secret[:-2]}"})
    assert answer.status_code == 401
