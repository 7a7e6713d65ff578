"""Rates at both doors: whom a request counts for, in which order, what the headers say, and what is never counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import http_sf
import httpx
import pytest

from app import auth
from app.main import create_app
from app.services.rates import WRITE_ROWS
from app.services.write import write
from app.settings import Settings
from schema.change import Delete, Update
from schema.reference import Reference
from schema.resources import API_KEY, USER
from tests.app.keys import CLI, key, user
from tests.app.keys import rotated as key_rotated
from tests.faces import refusals
from tests.rest.conftest import Api, opened

DOCUMENT = (
    "{ customers(first: 30) { nodes { id } } clients(first: 5) { nodes { customers(first: 2) { nodes { id } } } } }"
)
GRAPHQL = ("POST", "/graphql", {"query": DOCUMENT})
# Buckets that fill so slowly that what is left can be told exactly.
SLOW = "requests=1000/999h, cost=100000/999h, address=100/999h"


@asynccontextmanager
async def limited(url: str, rates: str = SLOW) -> AsyncIterator[Api]:
    async with opened(url, CUBE_RATE_LIMIT=rates) as found:
        yield found


def left(found: httpx.Response) -> dict[str, tuple[int, int]]:
    """What a `RateLimit` header says of each quota: what is left, and when there is more."""
    return {item: (parameters["r"], parameters["t"]) for item, parameters in parsed(found, "ratelimit").items()}


def parsed(found: httpx.Response, name: str) -> dict[str, dict[str, Any]]:
    (line,) = found.headers.get_list(name)
    items: Any = http_sf.parse(line.encode(), tltype="list")
    return dict(items)


async def spent(api: Api, method: str, path: str, body: Any = None) -> tuple[int, int, int]:
    """The requests and rows that a request took of the session's key, and its status."""
    before = left(await api.http.get("/schema.graphql"))
    found = await api.http.request(method, path, json=body)
    after = left(found)
    return before["requests"][0] - after["requests"][0], before["cost"][0] - after["cost"][0], found.status_code


async def test_headers_are_structured_fields(sqlite_url: str) -> None:
    async with limited(sqlite_url, "requests=6000/10m, cost=90/s, address=60/30m") as api:
        for method, path, body in (("GET", "/customers", None), GRAPHQL):
            found = await api.http.request(method, path, json=body)
            assert parsed(found, "ratelimit-policy") == {
                "requests": {"q": 6000, "w": 600},
                "cost": {"q": 90, "w": 1, "cube-unit": "rows"},
            }
            assert set(left(found)) == {"requests", "cost"}
            assert left(found)["requests"][1] == 1
        found = await api.http.get("/openapi.json", headers={"Authorization": ""})
        assert parsed(found, "ratelimit-policy") == {"address": {"q": 60, "w": 1800}}
        assert left(found) == {"address": (59, 30)}


@pytest.mark.parametrize(
    ("method", "path", "body", "rows"),
    [
        ("GET", "/customers?limit=70", None, 70),
        ("HEAD", "/customers?limit=70", None, 70),
        ("QUERY", "/customers", {"first": 9}, 9),
        ("GET", "/customers/email:ada@x.io", None, 1),
        ("GET", "/customers/email:nobody@x.io", None, 1),
        ("GET", "/customers/stats?by=status", None, 1),
        ("GET", "/customers/email:ada@x.io/changes?limit=30", None, 1 + 30),
        ("GET", "/me", None, 1),
        ("GET", "/customers?limit=0", None, 0),
        (*GRAPHQL, 30 + 5 + 10),
        ("POST", "/graphql", {"query": "{ __typename }"}, 0),
        ("POST", "/graphql", {"query": "{"}, 0),
        ("POST", "/graphql", {"query": "{ clients(first: 1000) { nodes { customers { nodes { id } } } } }"}, 0),
        ("POST", "/customers", {"name": "Bob"}, WRITE_ROWS),
        ("PATCH", "/customers/email:ada@x.io", {"title": "Dr"}, WRITE_ROWS),
        ("POST", "/customers", {"nam": "Bob"}, 0),
        ("POST", "/graphql", {"query": 'mutation { createCustomer(input: {name: "Bob"}) { id } }'}, WRITE_ROWS),
    ],
)
async def test_what_a_request_costs(sqlite_url: str, method: str, path: str, body: Any, rows: int) -> None:
    async with limited(sqlite_url) as api:
        await api.http.post("/customers", json={"name": "Ada", "email": "ada@x.io"})
        took, cost, _ = await spent(api, method, path, body)
        assert (took, cost) == (1, rows)


async def test_two_mutations_cost_two(sqlite_url: str) -> None:
    async with limited(sqlite_url) as api:
        twice = 'mutation { a: createUser(input: {name: "A", email: "a@x.io"}) { id } b: deleteUser(id: "e:x") { id } }'
        assert await spent(api, "POST", "/graphql", {"query": twice}) == (1, 2 * WRITE_ROWS, 200)


async def test_extensions_tell_what_is_taken(sqlite_url: str) -> None:
    async with limited(sqlite_url) as api:
        found = await api.http.post("/graphql", json={"query": DOCUMENT})
        assert found.json()["extensions"]["cost"]["rows"] == 100_000 - left(found)["cost"][0]


@pytest.mark.parametrize(("method", "path", "body"), [("GET", "/customers", None), ("GET", "/me", None), GRAPHQL])
@pytest.mark.parametrize(("rates", "name"), [("requests=1/h", "requests"), ("cost=1/h", "cost")])
async def test_a_used_up_quota(sqlite_url: str, rates: str, name: str, method: str, path: str, body: Any) -> None:
    """The refusal of either quota, at either door, is the contract's object, with the three headers."""
    async with limited(sqlite_url, rates) as api:
        assert (await api.http.get("/customers?limit=2")).status_code == 200
        found = await api.http.request(method, path, json=body, headers={"Origin": "https://a.test"})
        assert found.status_code == 429
        refusals.check_headers(found.headers, 429)
        refusals.check_object(found.json(), "rate_limited", detail=f'The quota "{name}" of 1 r')
        r, t = left(found)[name]
        assert (r, t) == (0, int(found.headers["retry-after"]))
        assert 3590 <= t <= 7200
        headers = {"Accept": "application/problem+json", "Origin": "https://a.test"}
        other = await api.http.request(method, path, json=body, headers=headers)
        refusals.check_details(other.json(), "rate_limited", found.json())
        assert "ratelimit" in other.headers["access-control-expose-headers"].lower()


async def test_a_document_begins_while_something_is_left_and_is_run_whole(sqlite_url: str) -> None:
    async with limited(sqlite_url, "cost=1/h") as api:
        found = await api.http.post("/graphql", json={"query": DOCUMENT})
        assert found.status_code == 200
        assert "errors" not in found.json()
        assert left(found)["cost"][0] == 0
        assert 40 * 3600 < left(found)["cost"][1] <= 45 * 3600
        found = await api.http.post("/graphql", json={"query": "{ __typename }"})
        assert (found.status_code, found.json()["message"]) == (429, "Too many requests.")


async def test_the_order_of_checks(sqlite_url: str) -> None:
    """What is wrong before the rate is told before it and not counted; what is wrong after it is not looked at."""
    async with limited(sqlite_url, "requests=1/h, address=2/h") as api:
        reader = await api.as_key("clients:read")
        wrong = {"Content-Type": "text/plain", "Accept": "image/png"}
        for method, path, status in (("POST", "/nowhere", 404), ("DELETE", "/customers", 405)):
            found = await api.http.request(method, path, headers=reader | wrong)
            assert found.status_code == status
            assert "ratelimit" not in found.headers
        for status in (415, 429):
            found = await api.http.post("/customers", content=b"{", headers=reader | wrong)
            assert found.status_code == status
        assert (await api.http.post("/customers", content=b"{", headers=wrong)).status_code == 415
        for status in (401, 401, 429):
            found = await api.http.post("/customers", content=b"{", headers=wrong | {"Authorization": "Bearer x"})
            assert found.status_code == status


async def test_many_keys_have_each_their_own(sqlite_url: str) -> None:
    async with limited(sqlite_url, "requests=2/h") as api:
        for header in [await api.as_key("customers:read") for _ in range(5)]:
            statuses = [(await api.http.get("/customers", headers=header)).status_code for _ in range(3)]
            assert statuses == [200, 200, 429]
        assert (await api.http.get("/customers")).status_code == 200


async def test_what_is_never_counted(sqlite_url: str) -> None:
    async with limited(sqlite_url, "requests=1/h, address=1/h") as api:
        nobody = {"Authorization": ""}
        preflight = {"Origin": "https://a.test", "Access-Control-Request-Method": "GET"}
        for _ in range(3):
            for path in ("/health/live", "/health/ready", "/docs", "/docs/errors", "/"):
                found = await api.http.get(path, headers=nobody)
                assert found.status_code == 200
                assert "ratelimit" not in found.headers
            assert (await api.http.options("/customers", headers=preflight | nobody)).status_code == 204
            assert (await api.http.get("/graphql", headers={"Accept": "text/html"} | nobody)).status_code == 200
        assert (await api.http.get("/openapi.json", headers=nobody)).status_code == 200
        assert (await api.http.get("/openapi.json", headers=nobody)).status_code == 429


async def test_off(sqlite_url: str) -> None:
    async with limited(sqlite_url, "off") as api:
        for path in ("/customers", "/openapi.json", "/me", "/graphql?query={__typename}"):
            found = await api.http.get(path)
            assert found.status_code == 200
            assert not [name for name in found.headers if name.startswith("ratelimit")]
        assert (await api.http.get("/me", headers={"Authorization": "Bearer x"})).status_code == 401


BAD = ["", "Basic x", "Bearer x", "Bearer cube_" + "a" * 38]


@pytest.mark.parametrize("bad", BAD)
async def test_failing_keys_slow_the_address_and_no_key_that_works(sqlite_url: str, bad: str) -> None:
    async with limited(sqlite_url, "requests=9/h, address=3/h") as api:
        await api.http.get("/customers")
        for i in (2, 1, 0):
            found = await api.http.get("/customers", headers={"Authorization": bad})
            assert found.status_code == 401
            assert left(found)["address"][0] == i
        found = await api.http.get("/customers", headers={"Authorization": bad})
        refusals.check_object(found.json(), "rate_limited", detail='The quota "address" of 3 requests')
        assert left(found) == {"address": (0, int(found.headers["retry-after"]))}
        for method, path, status in (("GET", "/customers", 200), ("POST", "/customers", 415), ("GET", "/me", 200)):
            assert (await api.http.request(method, path)).status_code == status, "it was known to work"
        fresh = await api.as_key("customers:read")
        assert (await api.http.get("/customers", headers=fresh)).status_code == 429, "nobody is looked up any more"


async def test_other_addresses_are_not_slowed(sqlite_url: str) -> None:
    async with limited(sqlite_url, "address=1/h") as api:
        app = create_app(
            Settings.load({"CUBE_RATE_LIMIT": "address=1/h", "CUBE_DATABASE_URL": sqlite_url}, dotenv=None), api.db
        )
        for host, status in (
            ("192.0.2.1", 401),
            ("192.0.2.1", 429),
            ("192.0.2.2", 401),
            ("2001:db8::1", 401),
            ("2001:db8::ffff:1", 429),
            ("2001:db8:0:1::1", 401),
        ):
            transport = httpx.ASGITransport(app, client=(host, 1234))
            async with httpx.AsyncClient(transport=transport, base_url="http://cube.test") as http:
                assert (await http.get("/me")).status_code == status, host


async def test_a_key_that_has_ended_counts_for_the_address(sqlite_url: str) -> None:
    """However it ended, and though it was remembered a moment ago."""
    async with limited(sqlite_url, "requests=9/h, address=9/h") as api:
        owner = await user(api.db, "owner", "EDITOR")
        revoked, rotated, disabled = [await key(api.db, owner, "customers:read") for _ in range(3)]
        headers = [{"Authorization": f"Bearer {one.secret}"} for one in (revoked, rotated, disabled)]
        for header in headers:
            assert set(left(await api.http.get("/customers", headers=header))) == {"requests", "cost"}
        await write(api.db, Delete(API_KEY, Reference(API_KEY.name, "id", revoked.id)), CLI)
        now = await key_rotated(api.db, rotated.id, 0, CLI)
        for header in headers[:2]:
            found = await api.http.get("/customers", headers=header)
            assert (found.status_code, set(left(found))) == (401, {"address"})
        for _ in range(6):
            await api.http.get("/customers", headers=headers[1])
        found = await api.http.get("/customers", headers={"Authorization": f"Bearer {now.secret}"})
        assert left(found)["requests"][0] >= 6
        await write(api.db, Update(USER, Reference("user", "id", owner), {"status": "DISABLED"}), CLI)
        found = await api.http.get("/customers", headers=headers[2])
        assert (found.status_code, left(found)["address"][0]) == (401, 0)
        assert auth.is_remembered(headers[2]["Authorization"]) is False
        assert (await api.http.get("/customers", headers=headers[2])).status_code == 429


async def test_a_key_that_has_changed_is_counted_once(sqlite_url: str) -> None:
    async with limited(sqlite_url) as api:
        issued = await key(api.db, api.admin, "customers:read")
        header = {"Authorization": f"Bearer {issued.secret}"}
        for times in (1, 2):
            found = left(await api.http.get("/customers", headers=header))
            assert (found["requests"][0], found["cost"][0]) == (1000 - times, 100_000 - 50 * times)
            by = Reference(API_KEY.name, "id", issued.id)
            await write(api.db, Update(API_KEY, by, {"name": f"another {times}"}), CLI)


async def test_an_answer_that_is_a_refusal_is_counted_too(sqlite_url: str) -> None:
    async with limited(sqlite_url) as api:
        reader = await api.as_key("customers:read")
        for i, (method, path, status) in enumerate(
            (("GET", "/clients", 403), ("GET", "/customers?x=1", 400), ("GET", "/customers/erp:1", 404)), 1
        ):
            found = await api.http.request(method, path, headers=reader)
            assert found.status_code == status
            assert left(found)["requests"][0] == 1000 - i


async def test_a_used_up_key_that_has_ended_is_told_of_its_end(sqlite_url: str) -> None:
    """The key comes before the rate, though it was remembered a moment ago."""
    async with limited(sqlite_url, "requests=1/h, address=9/h") as api:
        for method, path, body in (("GET", "/customers", None), GRAPHQL, ("POST", "/customers", {"name": "x"})):
            issued = await key(api.db, api.admin, "*")
            header = {"Authorization": f"Bearer {issued.secret}"}
            assert (await api.http.get("/customers", headers=header)).status_code == 200
            assert (await api.http.request(method, path, json=body, headers=header)).status_code == 429
            await write(api.db, Delete(API_KEY, Reference(API_KEY.name, "id", issued.id)), CLI)
            found = await api.http.request(method, path, json=body, headers=header)
            assert (found.status_code, set(left(found))) == (401, {"address"})
