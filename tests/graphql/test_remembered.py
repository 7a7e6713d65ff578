"""A key that is remembered: its reads check it themselves, and what has ended gets nothing."""

from __future__ import annotations

import threading

import pytest

from app.graphql import documents, run
from app.services.database import Database
from app.services.write import write
from schema.change import Create
from schema.graphql.narrowed import View, view
from schema.resources import API_KEY
from tests.graphql.asking import Asking
from tests.world import CALL

ME = "{ me { name } }"
TWO = "{ a: customers { totalCount } b: clients { totalCount } }"
KINDS = [
    ME,
    TWO,
    "{ __typename }",
    "{ __schema { queryType { name } } me { name } }",
    "{ nothing }",
    "{ customers(first: 0) { totalCount } }",
    'mutation { createClient(input: {name: "x"}) { name } }',
]


@pytest.mark.parametrize("document", KINDS)
async def test_every_kind_of_document_is_answered_the_same_when_the_key_is_remembered(
    asking: Asking, document: str
) -> None:
    answers = [(await asking.post({"query": document})).json() for _ in range(3)]
    for answer in answers:
        del answer["extensions"]["traceId"]
        for error in answer.get("errors", ()):
            del error["extensions"]["traceId"]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("document", KINDS)
async def test_a_key_that_has_ended_gets_nothing(asking: Asking, db: Database, admin: str, document: str) -> None:
    issued = await write(db, Create(API_KEY, {"name": "short", "scopes": ["*"], "ownerId": admin}), CALL)
    short = Asking(asking.http, issued.secret)
    for _ in range(2):
        assert (await short.post({"query": ME})).json()["data"] == {"me": {"name": "short"}}
        await short.post({"query": document})
    await asking.data("mutation($id: ID!) { revokeApiKey(id: $id) { id } }", id=issued.id)
    for _ in range(2):
        answer = await short.post({"query": document})
        assert answer.status_code == 401
        assert "data" not in answer.json()


async def test_a_write_is_done_once(asking: Asking) -> None:
    await asking.data(ME)
    await asking.data('mutation { createClient(input: {name: "x"}) { id } }')
    assert (await asking.data("{ clients { totalCount } }"))["clients"]["totalCount"] == 1


async def test_the_schema_of_a_key_that_knows_less_is_made_on_a_thread(
    asking: Asking, db: Database, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes as long as many requests, which would all wait; and it is made for nobody whose key has ended."""
    made_on: list[threading.Thread] = []

    def noted(hidden: frozenset[str]) -> View:
        made_on.append(threading.current_thread())
        return view(hidden)

    monkeypatch.setattr(documents, "_checked_view", noted)
    monkeypatch.setattr(run, "_worlds", documents.Worlds())
    data = {"name": "less", "scopes": ["*"], "ownerId": admin, "hiddenFields": ["customer.title"]}
    issued = await write(db, Create(API_KEY, data), CALL)
    less = Asking(asking.http, issued.secret)
    header = {"Authorization": f"Bearer {less.key}"}
    assert (await less.http.get("/customers", headers=header)).status_code == 200, "it is remembered"
    for _ in range(2):
        assert (await less.post({"query": "{ customers { nodes { title } } }"})).status_code == 400
        assert (await less.data("{ customers { totalCount } }"))["customers"] == {"totalCount": 0}
    (thread,) = made_on
    assert thread is not threading.main_thread()
    monkeypatch.setattr(run, "_worlds", documents.Worlds())
    await asking.data("mutation($id: ID!) { revokeApiKey(id: $id) { id } }", id=issued.id)
    assert (await less.post({"query": "{ customers { totalCount } }"})).status_code == 401
    assert made_on == [thread]
