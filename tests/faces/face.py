"""The two faces of one directory: the same requests, put through REST or through GraphQL, with the same answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

import httpx
import orjson

from schema.resource import Kind, Resource, constant_case
from tests.faces.operations import BATCH, rest_result

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A page, as either face can ask for it."""

    filter: Json | None = None
    sort: str | None = None
    q: str | None = None
    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None
    deleted: str | None = None


@dataclass(frozen=True)
class Page:
    records: list[Json]
    next: str | None
    previous: str | None
    total: int


@dataclass(frozen=True)
class Refused(Exception):
    """What a face answered instead: the status that the problem has, its code and words."""

    status: int
    code: str
    message: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)


class Face(Protocol):
    name: str

    async def page(self, resource: Resource, asked: Asked = Asked()) -> Page: ...
    async def get(self, resource: Resource, ref: str, deleted: str | None = None) -> Json | None: ...
    async def create(self, resource: Resource, data: Json) -> Json: ...
    async def update(self, resource: Resource, ref: str, data: Json, version: int | None = None) -> Json: ...
    async def upsert(self, resource: Resource, ref: str, data: Json) -> tuple[Json, str]: ...
    async def delete(self, resource: Resource, ref: str, version: int | None = None) -> Json: ...
    async def restore(self, resource: Resource, ref: str) -> Json: ...
    async def stats(self, resource: Resource, by: list[str], filter_: Json | None = None) -> list[Json]: ...
    async def batch(self, *operations: Json, atomic: bool = True) -> list[Json]: ...


class Rest:
    """Through REST; refusals are read as application/problem+json, which carries the code."""

    name = "rest"

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Accept": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        content = orjson.dumps(body) if body is not None else None
        if content is not None:
            sent["Content-Type"] = "application/json"
        answer = await self.http.request(method, path, content=content, headers=sent)
        if answer.status_code >= 400:
            again = {"Accept": "application/problem+json"} | {k: v for k, v in sent.items() if k != "Accept"}
            told = (await self.http.request(method, path, content=content, headers=again)).json()
            short = answer.json()
            assert (told["status"], told["title"]) == (short["statusCode"], short["message"])
            raise Refused(told["status"], told["code"], told["title"], told.get("detail", ""), told.get("errors", {}))
        return answer

    async def page(self, resource: Resource, asked: Asked = Asked()) -> Page:
        if asked.last is not None and asked.before is None:
            return await self._query(resource, asked)
        return rest_page((await self.call("GET", f"/{resource.path}?{params(asked)}")).json())

    async def _query(self, resource: Resource, asked: Asked) -> Page:
        body = arguments(asked) | {"count": True}
        if "search" in body:
            body["q"] = body.pop("search")
        return rest_page((await self.call("QUERY", f"/{resource.path}", body)).json())

    async def get(self, resource: Resource, ref: str, deleted: str | None = None) -> Json | None:
        query = f"?deleted={deleted.lower()}" if deleted else ""
        try:
            return (await self.call("GET", f"{path(resource, ref)}{query}")).json()  # type: ignore[no-any-return]
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def create(self, resource: Resource, data: Json) -> Json:
        answer = await self.call("POST", f"/{resource.path}", data)
        assert answer.status_code == 201
        record: Json = answer.json()
        assert answer.headers["location"] == f"/{resource.path}/{record['id']}"
        assert answer.headers["etag"] == f'"{record["version"]}"'
        return record

    async def update(self, resource: Resource, ref: str, data: Json, version: int | None = None) -> Json:
        record: Json = (await self.call("PATCH", path(resource, ref), data, **_match(version))).json()
        return record

    async def upsert(self, resource: Resource, ref: str, data: Json) -> tuple[Json, str]:
        before = await self.get(resource, ref)
        answer = await self.call("PUT", path(resource, ref), data)
        record = answer.json()
        if answer.status_code == 201:
            return record, "CREATED"
        if before is None:
            return record, "RESTORED"
        return record, "UNCHANGED" if record["version"] == before["version"] else "UPDATED"

    async def delete(self, resource: Resource, ref: str, version: int | None = None) -> Json:
        record: Json = (await self.call("DELETE", path(resource, ref), **_match(version))).json()
        return record

    async def restore(self, resource: Resource, ref: str) -> Json:
        record: Json = (await self.call("POST", f"{path(resource, ref)}/restore")).json()
        return record

    async def stats(self, resource: Resource, by: list[str], filter_: Json | None = None) -> list[Json]:
        query = {"by": ",".join(by)} | ({"filter": orjson.dumps(filter_).decode()} if filter_ is not None else {})
        found: list[Json] = (await self.call("GET", f"/{resource.path}/stats?{urlencode(query)}")).json()["data"]
        return found

    async def batch(self, *operations: Json, atomic: bool = True) -> list[Json]:
        body: Json = (await self.call("POST", "/batch", {"operations": operations, "atomic": atomic})).json()
        assert list(body) == ["results"]
        return body["results"]  # type: ignore[no-any-return]


class Graphql:
    """Through GraphQL; every field of a record is asked for, in the declared order."""

    name = "graphql"

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def run(self, document: str, **variables: Any) -> Json:
        body = {"query": document, "variables": variables}
        headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        answer = (await self.http.post("/graphql", content=orjson.dumps(body), headers=headers)).json()
        if answer.get("errors"):
            first = answer["errors"][0]
            told = first["extensions"]
            words = (first["message"], told.get("detail", ""), told.get("errors", {}))
            raise Refused(told["statusCode"], told["code"], *words)
        data: Json = answer["data"]
        return data

    async def page(self, resource: Resource, asked: Asked = Asked()) -> Page:
        document = f"""query Page($filter: {resource.type}Filter, $orderBy: [{resource.type}Order!], $search: String,
          $deleted: Deleted, $first: Int, $after: String, $last: Int, $before: String) {{
          {resource.plural}(filter: $filter, orderBy: $orderBy, search: $search, deleted: $deleted,
            first: $first, after: $after, last: $last, before: $before) {{
            edges {{ cursor node {{ id }} }} nodes {{ {members(resource)} }} totalCount
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
        found = (await self.run(document, **arguments(asked)))[resource.plural]
        assert [edge["node"]["id"] for edge in found["edges"]] == [node["id"] for node in found["nodes"]]
        return graphql_page(found, found["nodes"])

    async def get(self, resource: Resource, ref: str, deleted: str | None = None) -> Json | None:
        asked = f"{resource.name}(id: $id, deleted: $deleted) {{ {members(resource)} }}"
        document = f"query Get($id: ID!, $deleted: Deleted) {{ {asked} }}"
        found: Json | None = (await self.run(document, id=ref, **({"deleted": deleted} if deleted else {})))[
            resource.name
        ]
        return found

    async def create(self, resource: Resource, data: Json) -> Json:
        return await self._write("create", resource, f"$input: {resource.type}Create!", "input: $input", input=data)

    async def update(self, resource: Resource, ref: str, data: Json, version: int | None = None) -> Json:
        kinds = f"$id: ID!, $input: {resource.type}Update!, $ifVersion: Int"
        return await self._write(
            "update",
            resource,
            kinds,
            "id: $id, input: $input, ifVersion: $ifVersion",
            id=ref,
            input=data,
            ifVersion=version,
        )

    async def upsert(self, resource: Resource, ref: str, data: Json) -> tuple[Json, str]:
        document = f"""mutation Upsert($id: ID!, $input: {resource.type}Update!) {{
          upsert{resource.type}(id: $id, input: $input) {{ outcome {resource.name} {{ {members(resource)} }} }} }}"""
        found = (await self.run(document, id=ref, input=data))[f"upsert{resource.type}"]
        return found[resource.name], found["outcome"]

    async def delete(self, resource: Resource, ref: str, version: int | None = None) -> Json:
        kinds = "$id: ID!, $ifVersion: Int"
        return await self._write("delete", resource, kinds, "id: $id, ifVersion: $ifVersion", id=ref, ifVersion=version)

    async def restore(self, resource: Resource, ref: str) -> Json:
        return await self._write("restore", resource, "$id: ID!", "id: $id", id=ref)

    async def _write(self, verb: str, resource: Resource, kinds: str, arguments: str, **variables: Any) -> Json:
        name = f"{verb}{resource.type}"
        found = await self.run(
            f"mutation Write({kinds}) {{ {name}({arguments}) {{ {members(resource)} }} }}", **variables
        )
        record: Json = found[name]
        return record

    async def stats(self, resource: Resource, by: list[str], filter_: Json | None = None) -> list[Json]:
        name = f"{resource.name}Stats"
        kinds = f"$by: [String!]!, $filter: {resource.type}Filter"
        document = f"query Stats({kinds}) {{ {name}(by: $by, filter: $filter) {{ by count }} }}"
        found: list[Json] = (await self.run(document, by=by, filter=filter_))[name]
        return found

    async def batch(self, *operations: Json, atomic: bool = True) -> list[Json]:
        """The results in the form that they have in REST."""
        found = (await self.run(BATCH, operations=operations, atomic=atomic))["batch"]
        return [rest_result(one) for one in found]


def params(asked: Asked) -> str:
    params = {
        "filter": orjson.dumps(asked.filter).decode() if asked.filter is not None else None,
        "sort": asked.sort,
        "q": asked.q,
        "limit": asked.first if asked.first is not None else asked.last,
        "after": asked.after,
        "before": asked.before,
        "deleted": asked.deleted.lower() if asked.deleted else None,
        "count": "true",
    }
    return urlencode({name: value for name, value in params.items() if value is not None})


def members(resource: Resource) -> str:
    """Every field, in the declared order, as GraphQL selects it."""
    spelt = []
    for owner in resource.fields:
        inner = " ".join(member.name for member in owner.members)
        spelt.append(f"{owner.name} {{ {inner} }}" if owner.kind is Kind.ADDRESS else owner.name)
    return " ".join(spelt)


def arguments(asked: Asked) -> Json:
    order = None
    if asked.sort is not None:
        keys = asked.sort.split(",")
        order = [
            {"field": constant_case(key.removeprefix("-")), "direction": "DESC" if key.startswith("-") else "ASC"}
            for key in keys
        ]
    named = {
        "filter": asked.filter,
        "orderBy": order,
        "search": asked.q,
        "deleted": asked.deleted,
        "first": asked.first,
        "last": asked.last,
        "after": asked.after,
        "before": asked.before,
    }
    return {name: value for name, value in named.items() if value is not None}


def graphql_page(found: Json, records: list[Json]) -> Page:
    info, edges = found["pageInfo"], found["edges"]
    if edges:
        assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
    next_ = info["endCursor"] if info["hasNextPage"] else None
    previous = info["startCursor"] if info["hasPreviousPage"] else None
    return Page(records, next_, previous, found["totalCount"])


def rest_page(body: Json) -> Page:
    assert list(body) == ["data", "nextCursor", "previousCursor", "totalCount"]
    return Page(body["data"], body["nextCursor"], body["previousCursor"], body["totalCount"])


def path(resource: Resource, ref: str) -> str:
    return f"/{resource.path}/{quote(ref, safe='')}"


def _match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If_Match": f'"{version}"'}
