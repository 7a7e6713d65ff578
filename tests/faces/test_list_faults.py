"""Nothing of a list's parameters is ignored: what is wrong is named, with what would be right."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import orjson

from schema.resources import CUSTOMER
from tests.faces.face import Asked, Graphql, Rest
from tests.faces.refusals import refused

UNKNOWN = [
    ("aftr=x", "aftr", "did you mean after?"),
    ("Limit=5", "Limit", "did you mean limit?"),
    ("famlyName=x", "famlyName", "did you mean familyName?"),
    ("clint.name=x", "clint.name", "did you mean client?"),
    ("client.nam=x", "client.nam", "did you mean name?"),
    ("address.contry=BR", "address.contry", "did you mean country?"),
    ("address=x", "address", "isNull"),
    ("client=x", "client", "client.id"),
    ("name[startWith]=x", "name[startWith]", "did you mean startsWith?"),
    ("status[like]=x", "status[like]", "eq, ne, in, notIn, isNull"),
    ("status[contains]=x", "status[contains]", "does not take contains"),
    ("status=actve", "status", "LEAD, ACTIVE, INACTIVE, CHURNED"),
    ("createdAt[gte]=yesterday", "createdAt[gte]", ""),
    ("createdAt[gte]=2024-01-01T00:00:00", "createdAt[gte]", "offset"),
    ("email[isNull]=yes", "email[isNull]", "true or false"),
    ("metadata=x", "metadata", "metadata.plan"),
    ("ownerId=nonsense", "ownerId", "usr_"),
    ("sort=familyNam", "sort", "did you mean familyName?"),
    ("sort=name,name", "sort", "twice"),
    ("sort=name,-name", "sort", "twice"),
    ("sort=", "sort", "empty"),
    ("sort=tags", "sort", "not sortable"),
    ("sort=a,b,c,d,e,f", "sort", ""),
    ("fields=id,nam", "fields", "did you mean name?"),
    ("fields=client.customers", "fields", "GET /clients/{ref}/customers"),
    ("expand=clint", "expand", "did you mean client?"),
    ("expand=client.customers", "expand", "GET /clients/{ref}/customers"),
    ("expand=client.parent.parent.parent.parent", "expand", "4"),
    ("count=yes", "count", "true or false"),
    ("deleted=all", "deleted", "exclude, include, only"),
    ("filter={", "filter", "JSON"),
    ("filter={}&filter={}", "filter", "more than once"),
    ("limit=1&limit=2", "limit", "more than once"),
    ("limit=1&%6cimit=2", "limit", "more than once"),
    ("q=1 2 3 4 5 6 7 8 9", "q", "8 words"),
    ("[]=x", "[]", ""),
    ("=x", "", ""),
]


async def test_nothing_is_ignored(rest: Rest) -> None:
    for query, path, hint in UNKNOWN:
        for base in ("/customers", "/clients/domain:acme.io/customers"):
            problem = await refused(rest.call("GET", f"{base}?{query.replace(' ', '+')}"))
            assert (problem.status, problem.code) == (400, "validation_failed"), query
            assert list(problem.errors) == [path], query
            assert hint in problem.detail, (query, problem.detail)


FILTERS: list[tuple[Any, str, str]] = [
    ({"famlyName": {"eq": "x"}}, "filter.famlyName", "familyName"),
    ({"name": {"startWith": "x"}}, "filter.name.startWith", "startsWith"),
    ({"name": "x"}, "filter.name", ""),
    ({"name": {"eq": None}}, "filter.name.eq", "isNull"),
    ({"name": {"eq": 5}}, "filter.name.eq", "text"),
    ({"status": {"eq": "active"}}, "filter.status.eq", "LEAD, ACTIVE, INACTIVE, CHURNED"),
    ({"and": []}, "filter.and", "at least one"),
    ({"or": []}, "filter.or", "at least one"),
    ({"or": [{}]}, "filter.or[0]", "empty"),
    ({"not": {}}, "filter.not", "empty"),
    ({"client": {}}, "filter.client", "empty"),
    ({"name": {}}, "filter.name", ""),
    ({"name": {"in": ["x"] * 1001}}, "filter.name.in", "1,000"),
    ({"name": {"in": {"a": 1}}}, "filter.name.in", "list"),
    ({"metadata": {"plan": "x"}}, "filter.metadata.plan", ""),
    ({"not": {"not": {"not": {"not": {"not": {"not": {"name": {"eq": "x"}}}}}}}}, "filter", "5 deep"),
    ({"or": [{"name": {"eq": "x"}}] * 51}, "filter", "50 conditions"),
]


async def test_bad_filters_are_named_by_path(rest: Rest, graphql: Graphql) -> None:
    for filter_, path, hint in FILTERS:
        query = urlencode({"filter": orjson.dumps(filter_).decode()})
        gets = (f"/customers?{query}", f"/customers/stats?by=status&{query}") if len(query) < 16_000 else ()
        calls = [rest.call("GET", one) for one in gets]
        for call in (*calls, rest.call("QUERY", "/customers", {"filter": filter_})):
            problem = await refused(call)
            assert (problem.code, list(problem.errors)) == ("validation_failed", [path]), filter_
            assert hint in problem.detail, (filter_, problem.detail)
        told = await refused(graphql.page(CUSTOMER, Asked(filter=filter_)))
        assert (told.status, told.code) == (400, "validation_failed"), filter_


async def test_sizes_that_are_no_numbers(rest: Rest) -> None:
    for text in ("", "x", "1.0", "1e1", "+1", " 1", "١", "null", "99999999999999999999", "0x10"):
        problem = await refused(rest.call("GET", f"/customers?limit={quote(text)}"))
        assert list(problem.errors) == ["limit"], text
