"""Every field with every operator finds what the contract says, and the count equals the rows that are walked."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from app.services.database import Database
from app.services.read import read
from schema.actor import SYSTEM
from schema.filter import parse_filter
from schema.operators import MATCHING, ORDERING, Operator, operators_of
from schema.paging import Span, connection, search_words
from schema.problem import Problem
from schema.query_string import list_selection, page_shape, parameters
from schema.resource import Kind, Resource
from schema.resources import CUSTOMER, DIRECTORY
from schema.selection import Deleted
from tests.filters import nested, operands, some_filter
from tests.oracle import Directory
from tests.world import PLANS, TAGS, fill

Json = dict[str, Any]


async def find(
    db: Database, resource: Resource, filter_: Json | None, q: str = "", deleted: str = "EXCLUDE"
) -> list[str]:
    """The ids that a filter finds; the total must be the same number."""
    selection = connection(
        resource,
        page_shape(resource, "id", None, True),
        where=parse_filter(resource, filter_),
        search=search_words(q),
        span=Span(first=1000),
        deleted=Deleted(deleted),
    )
    answer = await read(db, selection, SYSTEM)
    assert answer.body is not None
    body = orjson.loads(answer.body)
    assert body["totalCount"] == len(body["data"])
    return [one["id"] for one in body["data"]]


async def check(
    db: Database, world: Directory, resource: Resource, filter_: Json | None, q: str = "", deleted: str = "EXCLUDE"
) -> None:
    expected = sorted(one["id"] for one in world.matching(resource, filter_, q, deleted))
    assert sorted(await find(db, resource, filter_, q, deleted)) == expected, (filter_, q)


@pytest.mark.parametrize("resource", DIRECTORY, ids=lambda r: r.name)
async def test_each_field_with_each_operator(db: Database, resource: Resource) -> None:
    world = await fill(db, random.Random(5))
    for path, owner in resource.scalars:
        for operator in operators_of(owner):
            if owner.kind in (Kind.TAGS, Kind.EMAILS, Kind.PHONES):
                for value in (*TAGS, "second3@x.IO", "+41446681800", "none"):
                    await check(db, world, resource, nested(path, {"has": value}))
            elif owner.kind is Kind.METADATA:
                await _each_metadata_value(db, world, resource, operator)
            elif owner.kind is Kind.EXTERNAL_IDS:
                one = (
                    True
                    if operator is Operator.IS_NULL
                    else ["3", "e4"]
                    if operator in (Operator.IN, Operator.NOT_IN)
                    else "3"
                )
                await check(db, world, resource, {"externalIds": {"erp": {operator: one}}})
            else:
                for value in operands(world, resource, path, owner, operator):
                    await check(db, world, resource, nested(path, {operator: value}))


async def _each_metadata_value(db: Database, world: Directory, resource: Resource, operator: Operator) -> None:
    for value in PLANS:
        if operator is Operator.IS_NULL:
            value = bool(value)
        elif operator in (Operator.IN, Operator.NOT_IN):
            value = [value, "pro"]
        test = {"metadata": {"plan": {operator: value}}}
        if (isinstance(value, bool) and operator in ORDERING) or (not isinstance(value, str) and operator in MATCHING):
            with pytest.raises(Problem):
                parse_filter(resource, test)
            continue
        await check(db, world, resource, test)
    if operator not in (
        Operator.IS_NULL,
        Operator.IN,
        Operator.NOT_IN,
        *(o for o in Operator if "ith" in o or o == "contains"),
    ):
        await check(db, world, resource, {"metadata": {"n": {operator: 2}}})


async def test_operators_that_do_not_fit_are_refused(db: Database) -> None:
    for resource in DIRECTORY:
        for path, owner in resource.scalars:
            for operator in Operator:
                if operator not in operators_of(owner):
                    key: Json = (
                        {"k": {operator: "x"}} if owner.kind in (Kind.METADATA, Kind.EXTERNAL_IDS) else {operator: "x"}
                    )
                    with pytest.raises(Problem) as refused:
                        parse_filter(resource, nested(path, key))
                    assert refused.value.code == "validation_failed"
                    assert path.split(".")[-1] in (refused.value.detail or "")


async def test_combinations(db: Database) -> None:
    world = await fill(db, random.Random(6))
    r = random.Random(7)
    for _ in range(150):
        resource = r.choice(DIRECTORY)
        await check(
            db, world, resource, some_filter(world, r, resource, 0), deleted=r.choice(("EXCLUDE", "INCLUDE", "ONLY"))
        )


async def test_search(db: Database) -> None:
    world = await fill(db, random.Random(8))
    for q in (
        "goncalves",
        "GONÇ",
        "gon alv",
        "mu",
        "strasse",
        "5551234",
        "555-1234",
        "0171",
        "171",
        "x.io",
        "customer3@x",
        "vip",
        "e1",
        "o'b",
        "50%",
        "li",
        "李",
        "zzz",
        "second1",
        "neu",
    ):
        for resource in DIRECTORY:
            await check(db, world, resource, None, q)
            await check(db, world, resource, None, q, "INCLUDE")


async def test_fc_068_wildcards_are_ordinary_characters(db: Database) -> None:
    world = await fill(db, random.Random(9))
    for text in ("%", "_", "100%", "a_b", "\\", "[a]", "'", '"', "50% o"):
        for operator in ("contains", "startsWith", "endsWith"):
            await check(db, world, CUSTOMER, {"name": {operator: text}})
            await check(db, world, CUSTOMER, {"not": {"name": {operator: text}}})


@pytest.mark.parametrize(
    ("query", "same_as"),
    [
        ("status=active", {"status": {"eq": "ACTIVE"}}),
        ("status[in]=lead,active", {"status": {"in": ["LEAD", "ACTIVE"]}}),
        ("createdAt[gte]=2022-01-01T00:00:00Z", {"createdAt": {"gte": "2022-01-01T00:00:00Z"}}),
        ("client.industry[startsWith]=sof", {"client": {"industry": {"startsWith": "sof"}}}),
        ("address.country=BR", {"address": {"country": {"eq": "BR"}}}),
        ("tags[has]=vip", {"tags": {"has": "vip"}}),
        ("metadata.plan=pro", {"metadata": {"plan": {"eq": "pro"}}}),
        ("metadata.plan=5", {"or": [{"metadata": {"plan": {"eq": "5"}}}, {"metadata": {"plan": {"eq": 5}}}]}),
        ("metadata.plan=true", {"or": [{"metadata": {"plan": {"eq": "true"}}}, {"metadata": {"plan": {"eq": True}}}]}),
        ("metadata.n[gte]=2", {"metadata": {"n": {"gte": 2}}}),
        ("externalIds.erp=e7", {"externalIds": {"erp": {"eq": "e7"}}}),
        ("email[isNull]=true", {"email": {"isNull": True}}),
        ("ownerId=email:USER1@x.io", {"ownerId": {"eq": "email:user1@x.io"}}),
        (
            'filter={"not":{"status":{"eq":"LEAD"}}}&title[isNull]=false',
            {"not": {"status": {"eq": "LEAD"}}, "title": {"isNull": False}},
        ),
    ],
)
async def test_the_query_string_says_the_same_as_json(db: Database, query: str, same_as: Json) -> None:
    world = await fill(db, random.Random(10))
    answer = await read(db, list_selection(CUSTOMER, parameters(f"{query}&fields=id&limit=1000")), SYSTEM)
    assert answer.body is not None
    found = sorted(one["id"] for one in orjson.loads(answer.body)["data"])
    assert found == sorted(one["id"] for one in world.matching(CUSTOMER, same_as))
