"""The history of a record: what each change says, and its pages."""

import pytest

from schema.actor import actor_of
from schema.problem import Problem
from schema.resources import CLIENT, CUSTOMER
from tests.services.conftest import TRACE, Desk


async def test_each_write_makes_one_change(desk: Desk):
    id_ = await desk.create(CUSTOMER, {"name": "A", "metadata": {"b": 1, "a": 2}, "address": {"city": "Rome"}})
    await desk.update(CUSTOMER, id_, {"name": "B", "metadata": {"c": 3}, "address": {"city": None}})
    await desk.update(CUSTOMER, id_, {"name": "B"})
    await desk.delete(CUSTOMER, id_)
    await desk.restore(CUSTOMER, id_)
    changes = await desk.changes(id_)
    assert [c["action"] for c in changes] == ["CREATED", "UPDATED", "DELETED", "RESTORED"]
    assert [c["version"] for c in changes] == [1, 2, 3, 4]
    values = await desk.values(id_)
    first = changes[0]
    assert list(first) == [
        *("cursor", "at", "resource", "id", "action", "version", "changes", "actor", "source", "traceId"),
    ]
    assert (first["resource"], first["id"], first["source"], first["traceId"]) == ("CUSTOMER", id_, "CLI", TRACE)
    assert first["actor"] == {"keyId": None, "userId": None}
    assert first["at"] == values["createdAt"]
    assert first["changes"]["name"] == [None, "A"]
    assert first["changes"]["status"] == [None, "LEAD"]
    assert list(first["changes"]["metadata"][1]) == ["a", "b"]
    assert "email" not in first["changes"]
    assert set(changes[1]["changes"]) == {"name", "address", "metadata"}
    assert changes[1]["changes"]["metadata"] == [{"a": 2, "b": 1}, {"a": 2, "b": 1, "c": 3}]
    assert changes[1]["changes"]["address"][0]["city"] == "Rome"
    assert changes[1]["changes"]["address"][1] is None
    assert changes[2]["changes"] == {"deletedAt": [None, changes[2]["at"]]}
    assert changes[3]["changes"] == {"deletedAt": [changes[2]["at"], None]}
    assert changes[3]["at"] == values["updatedAt"]


async def test_pages_both_ways(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "0"})
    for i in range(1, 7):
        await desk.update(CLIENT, id_, {"name": str(i)})
    seen, after = [], None
    while True:
        page = await desk.history(id_, limit="3", **({"after": after} if after else {}))
        seen += [c["version"] for c in page["data"]]
        assert (page["previousCursor"] is None) == (page["data"][0]["version"] == 1)
        if page["nextCursor"] is None:
            break
        after = page["nextCursor"]
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    back = await desk.history(id_, limit="3", before=page["previousCursor"])
    assert [c["version"] for c in back["data"]] == [4, 5, 6]
    assert back["nextCursor"]
    start = await desk.history(id_, limit="3", before=back["previousCursor"])
    assert [c["version"] for c in start["data"]] == [1, 2, 3]
    assert start["previousCursor"] is None


async def test_beyond_the_ends_the_way_back_stands(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "0"})
    await desk.update(CLIENT, id_, {"name": "1"})
    first, last = [c["cursor"] for c in await desk.changes(id_)]
    page = await desk.history(id_, after=last)
    assert (page["data"], page["nextCursor"]) == ([], None)
    assert [c["version"] for c in await desk.changes(id_, before=page["previousCursor"])] == [1, 2]
    page = await desk.history(id_, before=first)
    assert (page["data"], page["previousCursor"]) == ([], None)
    assert [c["version"] for c in await desk.changes(id_, after=page["nextCursor"])] == [1, 2]


async def test_it_outlives_its_record_by_id(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A", "domain": "a.io"})
    assert len((await desk.history("domain:a.io", CLIENT))["data"]) == 1
    await desk.delete(CLIENT, id_)
    assert len((await desk.history(id_))["data"]) == 2
    for ref in ("domain:a.io", "cli_01m88azc52ev5s2438hcs665rh"):
        with pytest.raises(KeyError):
            await desk.history(ref, CLIENT)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"limit": "0"}, "validation_failed"),
        ({"limit": "1001"}, "validation_failed"),
        ({"limit": "x"}, "validation_failed"),
        ({"limt": "1"}, "validation_failed"),
        ({"after": "x"}, "invalid_cursor"),
        ({"after": "", "before": ""}, "validation_failed"),
    ],
)
async def test_bad_parameters(desk: Desk, params, code):
    id_ = await desk.create(CLIENT, {"name": "A"})
    with pytest.raises(Problem) as caught:
        await desk.history(id_, **params)
    assert caught.value.code == code


async def test_a_cursor_belongs_to_its_record(desk: Desk):
    ids = [await desk.create(CLIENT, {"name": "A"}) for _ in range(2)]
    (change,) = await desk.changes(ids[0])
    with pytest.raises(Problem) as caught:
        await desk.history(ids[1], after=change["cursor"])
    assert caught.value.code == "invalid_cursor"


async def test_it_needs_the_scope_to_read(desk: Desk):
    id_ = await desk.create(CLIENT, {"name": "A"})
    actor = actor_of("key_1", "usr_1", ["customers:read", "keys:read"], "ADMIN")
    narrow = Desk(desk.db, actor)
    with pytest.raises(Problem) as caught:
        await narrow.history(id_)
    assert caught.value.code == "insufficient_scope"
    with pytest.raises(KeyError):
        await narrow.history("key_01m88azc52ev5s2438hcs665rh")
