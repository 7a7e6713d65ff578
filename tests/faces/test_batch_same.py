"""A batch does what the same requests do, one after another."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.resources import CLIENT, CUSTOMER
from tests.faces.face import Asked, Json, Refused, Rest
from tests.faces.refusals import refused
from tests.faces.walking import everything

_ID = re.compile(r"(cus|cli)_[0-9a-z]{26}")
_NUMBERS = count()
_RESOURCES = {"customers": CUSTOMER, "clients": CLIENT}
_INSTANTS = ("createdAt", "updatedAt")

# Few values, so that operations meet: `~` stands for what keeps one run from another.
emails = st.sampled_from(["a@~.io", "b@~.io", "bad"])
ids = st.dictionaries(st.just("erp"), st.sampled_from(["1~", "2~"]), max_size=1)
names = st.sampled_from(["$x", "$y"])
customer_refs = st.one_of(names, st.sampled_from(["email:a@~.io", "email:b@~.io", "erp:1~"]))
client_refs = st.one_of(names, st.just("domain:~.io"))
customer = st.fixed_dictionaries(
    {"name": st.sampled_from(["A", "B"])},
    optional={"email": emails, "externalIds": ids, "clientId": client_refs, "title": st.sampled_from(["T", None])},
)
client = st.fixed_dictionaries({"name": st.just("C")}, optional={"domain": st.just("~.io")})
versions = st.one_of(st.none(), st.sampled_from([1, 2]))
named = st.one_of(st.none(), st.sampled_from(["x", "y"]))


def operation(op: str, resource: str, **members: Any) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries({"op": st.just(op), "resource": st.just(resource), **members})


def sensible(asked: list[Json]) -> list[Json]:
    """Those operations in which each name is given once, and used for its resource only after that."""
    made: dict[str, str] = {}
    kept = []
    for one in asked:
        texts = [(one.get("id"), one["resource"]), (one.get("data", {}).get("clientId"), "clients")]
        if any(made.get(text[1:]) != of for text, of in texts if text and text.startswith("$")):
            continue
        if name := one.get("ref"):
            if name in made:
                continue
            made[name] = one["resource"]
        kept.append(one)
    return kept


operations = (
    st.lists(
        st.one_of(
            operation("create", "customers", data=customer, ref=named),
            operation("create", "clients", data=client, ref=named),
            operation("update", "customers", id=customer_refs, data=customer, ifVersion=versions),
            operation("upsert", "customers", id=customer_refs, data=customer, ref=named),
            operation("delete", "customers", id=customer_refs, ifVersion=versions),
            operation("delete", "clients", id=client_refs),
            operation("restore", "customers", id=customer_refs),
            operation(
                "update",
                "customers",
                filter=st.fixed_dictionaries({"tags": st.just({"has": "~"}), "name": st.just({"eq": "A"})}),
                data=st.fixed_dictionaries({"title": st.sampled_from(["T", "U"])}),
                atMost=st.sampled_from([1, 5]),
            ),
        ),
        min_size=1,
        max_size=12,
    )
    .map(sensible)
    .filter(bool)
)


@given(operations)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_batch_is_its_operations_one_by_one(rest: Rest, asked: list[Json]) -> None:
    by_one, by_batch, whole = (f"run{next(_NUMBERS)}" for _ in range(3))
    single = await one_by_one(rest, marked(asked, by_one))
    batch = [plain_result(one) for one in await rest.batch(*marked(asked, by_batch), atomic=False)]
    assert alike(batch, by_batch) == alike(single, by_one)
    assert alike(await left(rest, by_batch), by_batch) == alike(await left(rest, by_one), by_one)
    failing = [status for status, _ in single if status >= 400]
    if failing:
        problem = await refused(rest.batch(*marked(asked, whole)))
        assert problem.status == (400 if 400 in failing else failing[0])
        assert await left(rest, whole) == []
    else:
        results = [plain_result(one) for one in await rest.batch(*marked(asked, whole))]
        assert alike(results, whole) == alike(single, by_one)


def marked(asked: Any, mark: str) -> Any:
    """The operations of one run; customers that are made are known by a tag."""
    if isinstance(asked, str):
        return asked.replace("~", mark)
    if isinstance(asked, list):
        return [marked(one, mark) for one in asked]
    if not isinstance(asked, dict):
        return asked
    found = {name: marked(value, mark) for name, value in asked.items()}
    return found | ({"tags": [mark]} if found.get("name") in ("A", "B", "C") else {})


async def one_by_one(rest: Rest, asked: list[Json]) -> list[tuple[int, Any]]:
    made: dict[str, str | None] = {}
    found = []
    for one in asked:
        try:
            result = await alone(rest, one, made)
        except KeyError:  # the record that it names was not made; what is wrong with itself is told first
            result = (400 if one.get("data", {}).get("email") == "bad" else 409, None)
        except Refused as problem:
            result = (problem.status, None)
        if one.get("ref") and result[0] < 400:
            made[one["ref"]] = result[1]["id"]
        found.append(result)
    return found


async def alone(rest: Rest, one: Json, made: dict[str, str | None]) -> tuple[int, Any]:
    """The operation as a request; KeyError for a name that stands for nothing."""

    def true(text: str) -> str:
        return made[text[1:]] or "" if text.startswith("$") else text

    resource, data = _RESOURCES[one["resource"]], dict(one.get("data", {}))
    if "clientId" in data:
        data["clientId"] = true(data["clientId"])
    match one["op"]:
        case "create":
            return 201, await rest.create(resource, data)
        case "update" if "filter" in one:
            records = (await rest.page(resource, Asked(filter=one["filter"], sort="id"))).records
            if len(records) > one["atMost"]:
                return 409, None
            return 200, [await rest.update(resource, record["id"], data) for record in records]
        case "update":
            return 200, await rest.update(resource, true(one["id"]), data, one["ifVersion"])
        case "upsert":
            record, outcome = await rest.upsert(resource, true(one["id"]), data)
            return 201 if outcome == "CREATED" else 200, record
        case "delete":
            return 200, await rest.delete(resource, true(one["id"]), one.get("ifVersion"))
        case _:
            return 200, await rest.restore(resource, true(one["id"]))


def plain_result(result: Json) -> tuple[int, Any]:
    return result["statusCode"], result.get("data")


async def left(rest: Rest, mark: str) -> list[Json]:
    """What a run has left, deleted records among it, in the order of its making."""
    asked = Asked(filter={"tags": {"has": mark}}, sort="id", deleted="INCLUDE")
    return [record for resource in (CLIENT, CUSTOMER) for record in await everything(rest, resource, asked)]


def alike(found: Any, mark: str) -> Any:
    """What was found in the form that is the same in every run: ids in the order of their coming, no instants."""
    seen: dict[str, str] = {}

    def form(value: Any) -> Any:
        if isinstance(value, dict):
            told = {name: form(one) for name, one in value.items() if name not in _INSTANTS}
            return told | {"deletedAt": bool(value.get("deletedAt"))} if "deletedAt" in value else told
        if isinstance(value, list | tuple):
            return [form(one) for one in value]
        if not isinstance(value, str):
            return value
        return _ID.sub(lambda match: seen.setdefault(match[0], f"id {len(seen)}"), value).replace(mark, "~")

    return form(found)
