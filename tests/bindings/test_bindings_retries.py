"""What a binding does when no answer comes, or one that says later: the same for all, and never a write twice."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.bindings.conftest import Place
from tests.bindings.players import PLAYERS, player
from tests.bindings.road import LOST, OPEN, UNANSWERED, Fate, Refused, Road, road
from tests.bindings.scenario import Json

LATER = Refused(503, {"Retry-After": "0"})
TOO_FAST = Refused(429, {"Retry-After": "0"})

GET = {"do": "get", "on": "customers", "ref": "erp:1"}
LIST = {"do": "firstPage", "on": "customers", "options": {"limit": 1}}
CREATE = {"do": "create", "on": "customers", "data": {"name": "Ana"}}
UPDATE = {"do": "update", "on": "customers", "ref": "erp:1", "data": {"title": "Buyer"}}
UPSERT = {"do": "upsert", "on": "customers", "ref": "erp:1", "data": {"name": "Bruno"}}
DELETE = {"do": "delete", "on": "customers", "ref": "erp:1"}
RESTORE = {"do": "restore", "on": "customers", "ref": "erp:1"}
TOKEN = {"do": "token", "data": {"expiresIn": 60, "scopes": ["customers:read"]}}
GRAPHQL = {"do": "graphql", "document": 'mutation { createCustomer(input: {name: "Carla"}) { name } }'}


@pytest.fixture
def way(place: Place) -> Iterator[Road]:
    with road(place) as found:
        yield found


@pytest.fixture(params=PLAYERS)
def play(request: pytest.FixtureRequest, way: Road, place: Place) -> object:
    """Has a binding play one step on a road with these fates."""
    playing = player(request, request.param)

    def one(step: Json, *fates: Fate) -> Json:
        way.fates[:] = fates
        way.seen.clear()
        (outcome,) = playing(Place(way.url, place.key), [step])
        assert not way.fates, "it asked less often than it should"
        return outcome

    return one


def test_what_may_be_done_again_is_asked_again(play, way: Road) -> None:
    assert play(UPSERT)["ok"]["record"]["name"] == "Bruno"
    for step, *fates in (
        (GET, LOST, LATER),
        (LIST, Refused(502)),
        (UPDATE, LOST, TOO_FAST),
        (UPSERT, LATER, Refused(504)),
        (CREATE, LOST),
        (GRAPHQL, LOST),
        (RESTORE, LATER),
        (DELETE, LOST, LATER),
    ):
        assert "ok" in play(step, *fates, OPEN), (step, fates)
        assert len(way.seen) == len(fates) + 1
        assert len(way.keys) == 1, "a request that is sent again keeps its idempotency key"
        assert (way.keys == {None}) is (way.methods[0] == "GET")


def test_what_was_done_is_not_done_again(play, way: Road) -> None:
    """The answer gets lost, and the second try gets the same."""
    name = uuid4().hex
    made = play({**CREATE, "data": {"name": name}}, UNANSWERED, OPEN)["ok"]
    by_name = {"do": "list", "on": "customers", "where": {"name": name}}
    assert play(by_name)["ok"] == [made]
    deleted = play({**DELETE, "ref": made["id"], "ifVersion": 1}, UNANSWERED, OPEN)["ok"]
    assert (deleted["id"], deleted["version"]) == (made["id"], 2)
    mutation = f'mutation {{ createCustomer(input: {{name: "{name}"}}) {{ id }} }}'
    (again,) = play({"do": "graphql", "document": mutation}, UNANSWERED, OPEN)["ok"].values()
    assert [one["id"] for one in play(by_name)["ok"]] == [again["id"]]
    assert len(way.keys) == 1


def test_what_cube_would_not_know_again_is_not_asked_again(play, way: Road) -> None:
    """A token takes no idempotency key; refused for its rate, it was surely not made."""
    assert play(TOKEN, LOST)["error"]["statusCode"] is None
    assert play(TOKEN, LATER)["error"]["statusCode"] == 503
    assert way.seen == [("POST", "/tokens", None)]
    assert "ok" in play(TOKEN, TOO_FAST, OPEN)


def test_patience_ends(play, way: Road) -> None:
    assert play(GET, *[LATER] * 4)["error"]["statusCode"] == 503
    assert play(GET, *[LOST] * 4)["error"]["statusCode"] is None


def test_a_long_wait_is_left_to_the_caller(play, way: Road) -> None:
    assert play(GET, Refused(429, {"Retry-After": "3600"}))["error"]["statusCode"] == 429
    assert len(way.seen) == 1


def test_what_would_come_back_is_not_asked_again(play, way: Road) -> None:
    for status in (404, 409, 500):
        assert play(UPDATE, Refused(status))["error"]["statusCode"] == status
    assert play(UPSERT, Refused(302, {"Location": "http://127.0.0.1:9/"}))["error"]["statusCode"] == 302


def test_a_first_try_that_is_still_being_done_is_waited_for(play, way: Road) -> None:
    assert play(UPSERT, OPEN)["ok"]["record"]["name"] == "Bruno"
    assert "ok" in play(UPDATE, Refused(409, {"Retry-After": "0"}), OPEN)
