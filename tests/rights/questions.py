"""Random questions, as a caller may ask them from whom fields are hidden; each can be put to two directories."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from schema.history import change_of
from schema.narrowing import known, same_world, target
from schema.paths import countable, sortable
from schema.resource import Kind, Resource, constant_case
from schema.resources import DIRECTORY
from tests.filters import some_filter
from tests.oracle import Directory

Json = dict[str, Any]

KEY = "key_01h455vb4pex5vsknk084sn02q"
"""The key that wrote whatever was changed after it was made."""
AGES_AGO = "2020-01-01T00:00:00Z"

WORDS = (
    "a",
    "gon",
    "x.io",
    "vip",
    "e1",
    "cus",
    "5551",
    "4466",
    "0171",
    "second1",
    "customer3",
    "mü",
    "o'b",
    "acme",
    "c1",
)


class Questions:
    """`world` is all that there is: its unseen records are asked for too."""

    def __init__(self, world: Directory, r: random.Random, hidden: frozenset[str]) -> None:
        self.world, self.r, self.hidden = world, r, hidden
        self.ids = [one["id"] for many in world.records.values() for one in many]

    def rest(self) -> tuple[str, str, Any]:
        """Method, path and body."""
        resource = self._resource()
        ask: Callable[[Resource], tuple[str, str, Any]] = self.r.choice(
            [self._list, self._list, self._query, self._single, self._single, self._related, self._stats, self._history]
        )
        return ask(resource)

    def graphql(self) -> Json:
        """A document of several root fields, and its variables."""
        document = _Document(self)
        roots = " ".join(document.root(i) for i in range(self.r.randrange(1, 3)))
        heads = ", ".join(f"${name}: {type_}" for name, (type_, _) in document.variables.items())
        text = f"query Q{f'({heads})' if heads else ''} {{ {roots} }}"
        return {"query": text, "variables": {name: value for name, (_, value) in document.variables.items()}}

    # -- parts ------------------------------------------------------------------------------------------------------

    def _resource(self) -> Resource:
        return known(self.r.choice(DIRECTORY), self.hidden)

    def maybe(self, chance: float = 0.4) -> bool:
        return self.r.random() < chance

    def filter(self, resource: Resource) -> Json:
        pointing = [field for field in resource.fields if field.target]
        if not pointing or self.maybe(0.7):
            return some_filter(self.world, self.r, resource, 2)
        field = self.r.choice(pointing)
        other = same_world(resource, field.target)
        test: Json = {"isNull": self.maybe()}
        if self.maybe(0.7):
            operator, one = self.r.choice(("eq", "ne", "in", "notIn")), self._pointer(other)
            test = {operator: [one, self._pointer(other)] if operator.lower().endswith("in") else one}
        return {"not": {field.name: test}} if self.maybe() else {field.name: test}

    def _pointer(self, resource: Resource) -> str:
        """An id or a reference of a record, seen or not."""
        one = self.r.choice(self.world.records[resource.name])
        found = [one["id"], *(f"{name}:{one[name]}" for name in resource.references if one.get(name))]
        if resource.field("externalIds"):
            found += [f"{system}:{value}" for system, value in one["externalIds"].items()]
        return str(self.r.choice(found))

    def search(self) -> str:
        return " ".join(self.r.sample(WORDS, self.r.choice((1, 1, 2))))

    def sorts(self, resource: Resource) -> list[tuple[str, bool]]:
        paths = self.r.sample(sorted(sortable(resource)), self.r.randrange(1, 4))
        return [(path, self.maybe()) for path in paths]

    def orders(self, resource: Resource) -> list[Json]:
        keys = self.sorts(resource)
        return [{"field": constant_case(path), "direction": "DESC" if down else "ASC"} for path, down in keys]

    def reference(self, resource: Resource) -> str:
        """An id or another reference, of whatever is there, seen or not, or is not."""
        return str(
            self.r.choice([self._pointer(resource), self._pointer(resource), self.r.choice(self.ids), "nonsense"])
        )

    def _fields(self, resource: Resource, depth: int = 2) -> list[str]:
        names = self.r.sample([f.name for f in resource.fields], self.r.randrange(1, 5))
        if depth and resource.to_one and self.maybe():
            relation = self.r.choice(resource.to_one)
            names += [f"{relation.name}.{path}" for path in self._fields(target(resource, relation), depth - 1)]
        return names

    def _list(self, resource: Resource) -> tuple[str, str, Any]:
        return "GET", f"/{resource.path}?{urlencode(self._params(resource))}", None

    def _params(self, resource: Resource) -> Json:
        params: Json = {"fields": ",".join(self._fields(resource)), "limit": self.r.choice((1, 3, 50))}
        if self.maybe():
            params["filter"] = orjson.dumps(self.filter(resource)).decode()
        if self.maybe():
            params["sort"] = ",".join(f"{'-' if down else ''}{path}" for path, down in self.sorts(resource))
        if self.maybe():
            params["q"] = self.search()
        if self.maybe():
            params["deleted"] = self.r.choice(("include", "only"))
        if self.maybe():
            params["count"] = "true"
        return params

    def _query(self, resource: Resource) -> tuple[str, str, Any]:
        body: Json = {"first": 5, "filter": self.filter(resource), "orderBy": self.orders(resource)}
        body |= {"fields": self._fields(resource)} | ({"q": self.search()} if self.maybe(0.2) else {})
        return "QUERY", f"/{resource.path}", body

    def _single(self, resource: Resource) -> tuple[str, str, Any]:
        params = {"fields": ",".join(self._fields(resource)), "deleted": self.r.choice(("exclude", "include"))}
        return "GET", f"/{resource.path}/{quote(self.reference(resource), safe='')}?{urlencode(params)}", None

    def _related(self, resource: Resource) -> tuple[str, str, Any]:
        if not resource.to_many:
            return self._list(resource)
        relation = self.r.choice(resource.to_many)
        query = urlencode(self._params(target(resource, relation)))
        return "GET", f"/{resource.path}/{quote(self.reference(resource), safe='')}/{relation.name}?{query}", None

    def _stats(self, resource: Resource) -> tuple[str, str, Any]:
        params = {"by": ",".join(self.groups(resource))}
        if self.maybe():
            params["filter"] = orjson.dumps(self.filter(resource)).decode()
        if self.maybe(0.2):
            params["q"] = self.search()
        return "GET", f"/{resource.path}/stats?{urlencode(params)}", None

    def groups(self, resource: Resource) -> list[str]:
        return self.r.sample(sorted(countable(resource)), self.r.randrange(1, 3))

    def _history(self, resource: Resource) -> tuple[str, str, Any]:
        params: Json = {"limit": self.r.choice((1, 2, 50))}
        if self.maybe(0.7):
            params["filter"] = orjson.dumps(self.changes(resource)).decode()
        if self.maybe():
            params["count"] = "true"
        path = f"/{resource.path}/{quote(self.reference(resource), safe='')}/changes"
        return "GET", f"{path}?{urlencode(params)}", None

    def changes(self, resource: Resource) -> Json:
        """A filter of a history: by fields, by who wrote, seen or not, and all that would tell of what is not seen."""
        fields = change_of(resource).field("field")
        assert fields is not None
        pointing = [field.name for field in resource.fields if field.target] or ["name"]
        names = self.r.choice([pointing, self.r.sample(fields.choices, 3), ["deletedAt"]])
        names = [name for name in names if name in fields.choices] or ["createdAt"]
        test: Json = {"field": {self.r.choice(("in", "notIn")): names}}
        if self.maybe(0.5):
            who = self._pointer(same_world(resource, "user"))
            by_user = [{"eq": who}, {"ne": who}, {"in": [who]}, {"isNull": self.maybe()}]
            by_key = [{"eq": KEY}, {"notIn": [KEY]}, {"isNull": self.maybe()}]
            test = self.r.choice([{"userId": self.r.choice(by_user)}, {"keyId": self.r.choice(by_key)}])
        if self.maybe(0.3):
            test |= self.r.choice([{"action": {"ne": "CREATED"}}, {"source": {"eq": "CLI"}}, {"at": {"gt": AGES_AGO}}])
        return {"not": test} if self.maybe(0.2) else test


class _Document:
    """A document while it is put together; values go into variables, for an enum is no JSON."""

    def __init__(self, asking: Questions) -> None:
        self.asking, self.r = asking, asking.r
        self.variables: dict[str, tuple[str, Any]] = {}

    def root(self, number: int) -> str:
        resource = self.asking._resource()
        match self.r.choice(["list", "list", "single", "stats", "node", "nodes"]):
            case "list":
                return f"r{number}: {resource.plural}{self._list(resource)}"
            case "single":
                id_ = self._variable("ID!", self.asking.reference(resource))
                return f"r{number}: {resource.name}(id: {id_}, deleted: INCLUDE) {{ {self._members(resource, 2)} }}"
            case "stats":
                by = self._variable("[String!]!", self.asking.groups(resource))
                where = self._variable(f"{resource.type}Filter", self.asking.filter(resource))
                return f"r{number}: {resource.name}Stats(by: {by}, filter: {where}) {{ by count }}"
            case "node":
                id_ = self._variable("ID!", self.r.choice(self.asking.ids))
                return f"r{number}: node(id: {id_}) {{ __typename id {self._on_each()} }}"
            case _:
                ids = self._variable("[ID!]!", self.r.sample(self.asking.ids, 3))
                return f"r{number}: nodes(ids: {ids}) {{ id {self._on_each()} }}"

    def _on_each(self) -> str:
        each = [known(resource, self.asking.hidden) for resource in DIRECTORY]
        asked = [(resource.type, self._members(resource, 0, f"n{i}_")) for i, resource in enumerate(each)]
        return " ".join(f"... on {type_} {{ {members} }}" for type_, members in asked)

    def _variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = (type_, value)
        return f"${name}"

    def _list(self, resource: Resource, depth: int = 2) -> str:
        asking = self.asking
        arguments = [f"first: {self.r.choice((1, 2, 10))}"]
        if asking.maybe():
            arguments.append(f"filter: {self._variable(f'{resource.type}Filter', asking.filter(resource))}")
        if asking.maybe():
            order = self._variable(f"[{resource.type}Order!]", asking.orders(resource))
            arguments.append(f"orderBy: {order}")
        if asking.maybe(0.2):
            arguments.append(f"search: {self._variable('String', asking.search())}")
        total = "totalCount" if asking.maybe(0.6) else ""
        members = self._members(resource, depth)
        return (
            f"({', '.join(arguments)}) {{ {total} edges {{ cursor }} nodes {{ {members} }} "
            "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
        )

    def _members(self, resource: Resource, depth: int, prefix: str = "a") -> str:
        """Fields by aliases, so that no two of them are in each other's way."""
        found = ["__typename"]
        for i, field in enumerate(self.r.sample(resource.fields, self.r.randrange(1, 4))):
            inner = " { city country }" if field.kind is Kind.ADDRESS else ""
            found.append(f"{prefix}{i}: {field.name}{inner}")
        if depth and resource.relations and self.asking.maybe(0.6):
            relation = self.r.choice(resource.relations)
            other = target(resource, relation)
            inner = self._list(other, depth - 1) if relation.many else f" {{ {self._members(other, depth - 1)} }}"
            found.append(f"{prefix}x: {relation.name}{inner}")
        if self.asking.maybe(0.4):
            found.append(f"{prefix}h: changes{self._changes(resource)}")
        return " ".join(found)

    def _changes(self, resource: Resource) -> str:
        arguments = [self.r.choice(("first: 1", "first: 3", "last: 2"))]
        if self.asking.maybe(0.7):
            arguments.append(f"filter: {self._variable('ChangeFilter', self.asking.changes(resource))}")
        return (
            f"({', '.join(arguments)}) {{ totalCount edges {{ cursor node {{ at resource id action version changes "
            "actor { keyId userId } source traceId } } pageInfo { hasNextPage hasPreviousPage endCursor } }"
        )
