"""Holds an answer of GraphQL against those of the twins of its document, for what the document selects."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schema.resources.api_key import BESIDE
from tests.docs.twins import Answer, Asked, Below, Json, Twins

# Only /me tells these.
ALONE = {member.name for member in BESIDE}
_ID = re.compile(r"(usr|cli|cus|key)_[0-9a-z]{26}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SECRET = re.compile(r"cube_[0-9A-Za-z]{7,38}")


def exact(value: Any) -> Any:
    return value


def loose(value: Any) -> Any:
    """A value without what differs from one directory to another: ids, instants, secrets, and the door itself."""
    if isinstance(value, dict):
        return {name: "" if name in ("source", "traceId") else loose(one) for name, one in value.items()}
    if isinstance(value, list):
        return [loose(one) for one in value]
    if isinstance(value, str):
        for pattern in (_INSTANT, _SECRET, _ID):
            value = pattern.sub(lambda found: found[0][:4], value)
    return value


@dataclass
class Comparison:
    """Holds an answer of GraphQL against the twins of its document, whose requests it sends one after another."""

    twins: Twins
    like: Callable[[Any], Any] = exact

    def run(self, fields: Below, answer: Json, requests: list[Json]) -> None:
        """Every root field; where GraphQL has an error, REST's first answer has its status."""
        errors = {(one.get("path") or [None])[0]: one["extensions"]["statusCode"] for one in answer.get("errors", ())}
        for response, asked in fields.items():
            found = [one for one in requests if one["field"] == response]
            assert found, response
            status = errors.get(response, errors.get(None))
            if status is not None:
                assert self.twins.send(found[0]).status == status, found[0]["curl"]
            elif asked.name == "nodes":
                self.some(asked.below, answer["data"][response], found)
            else:
                (twin,) = found
                self.root(asked, answer["data"][response], twin)

    def root(self, asked: Asked, value: Any, twin: Json) -> None:
        gives = twin["gives"]
        if gives == "nothing":
            return
        if gives == "lists":
            self.members(asked.below, value, {}, twin["nested"], ())
            return
        answer = self.twins.send(twin)
        if value is None:
            assert answer.status == 404, twin["curl"]
            return
        assert answer.status < 300, f"{twin['curl']}\n{answer.json}"
        self.given(gives, asked, value, answer, twin)

    def given(self, gives: str, asked: Asked, value: Any, answer: Answer, twin: Json) -> None:
        match gives:
            case "page" | "history":
                self.page(asked.below, value, answer.json, twin)
            case "record":
                self.record(asked.below, value, answer.json, twin)
            case "payload":
                self.payload(asked.below, value, answer, twin)
            case "stats":
                self.groups(asked.below, value, answer.json["data"])
            case "results":
                self.results(asked.below, value, answer.json["results"])
            case _:
                raise AssertionError(gives)

    def page(self, fields: Below, value: Json, page: Json, twin: Json) -> None:
        data = page["data"]
        cut = twin.get("first") or twin.get("last")
        if cut:
            data = data[:cut] if twin.get("first") else data[-cut:]
        for response, one in value.items():
            asked = fields[response]
            if asked.name in ("nodes", "edges"):
                assert len(one) == len(data), twin["curl"]
                for mine, theirs in zip(one, data, strict=True):
                    self.node(asked, mine, theirs, twin)
            elif asked.name == "totalCount":
                assert one == page["totalCount"], twin["curl"]
            elif asked.name == "pageInfo" and not cut:
                ends = {"hasNextPage": "nextCursor", "hasPreviousPage": "previousCursor"}
                for end, flag in one.items():
                    if name := ends.get(asked.below[end].name):
                        assert flag == (page[name] is not None), twin["curl"]

    def node(self, asked: Asked, mine: Json, theirs: Json, twin: Json) -> None:
        if asked.name == "nodes":
            self.record(asked.below, mine, theirs, twin)
            return
        for response, one in mine.items():
            if asked.below[response].name == "node":
                self.record(asked.below[response].below, one, theirs, twin)

    def record(self, fields: Below, value: Json, record: Json, twin: Json) -> None:
        for one in twin["nested"]:
            if one.get("completes"):
                record = record | self.twins.send(one, record["id"]).json
        self.members(fields, value, record, twin["nested"], ())

    def members(self, fields: Below, value: Json, record: Json, nested: list[Json], under: tuple[str, ...]) -> None:
        for response, one in value.items():
            asked = fields[response]
            if asked.name == "__typename":
                continue
            if asked.name in ALONE and asked.name not in record:
                assert one is None
                continue
            found = [
                t for t in nested if t["field"] == response and tuple(t["under"]) == under and "completes" not in t
            ]
            if found:
                self.below(asked, one, record, found[0], under)
            elif isinstance(one, dict) and asked.below:
                self.members(asked.below, one, record[asked.name], nested, (*under, asked.name))
            else:
                mine, theirs = {asked.name: one}, {asked.name: record[asked.name]}
                assert self.like(mine) == self.like(theirs), response

    def below(self, asked: Asked, value: Any, record: Json, twin: Json, under: tuple[str, ...]) -> None:
        """What a request of its own gives; `from` begins at the record of the answer, and `under` leads here."""
        id_ = record[twin["each"]["from"].split(".")[-1]] if twin["each"] else None
        if twin["each"] and id_ is None:
            assert value is None
            return
        if twin["gives"] == "lists":
            self.members(asked.below, value, {}, twin["nested"], ())
            return
        answer = self.twins.send(twin, id_)
        assert answer.status == 200, f"{twin['curl']}\n{answer.json}"
        self.given(twin["gives"], asked, value, answer, twin)

    def payload(self, fields: Below, value: Json, answer: Answer, twin: Json) -> None:
        for response, one in value.items():
            asked = fields[response]
            if asked.name == "outcome":
                assert (one == "CREATED") == (answer.status == 201)
            elif asked.name == "secret":
                assert self.like(one) == self.like(answer.json["secret"])
            elif asked.below:
                self.record(asked.below, one, answer.json, twin)

    def groups(self, fields: Below, value: list[Json], data: list[Json]) -> None:
        named = [{fields[response].name: one for response, one in mine.items()} for mine in value]
        assert named == [{name: theirs[name] for name in mine} for mine, theirs in zip(named, data, strict=True)]

    def results(self, fields: Below, value: list[Json], results: list[Json]) -> None:
        for mine, theirs in zip(value, results, strict=True):
            for response, one in mine.items():
                name = fields[response].name
                if name in ("statusCode", "data"):
                    assert self.like(one) == self.like(theirs.get(name))
                elif name == "error":
                    assert (one is None) == ("message" not in theirs)
                    assert one is None or one.get("detail") == theirs.get("detail")

    def some(self, fields: Below, value: list[Json | None], twins: list[Json]) -> None:
        """Records of any resources, in whatever order REST has them."""
        there = {one["id"]: one for one in value if one}
        for twin in twins:
            for record in self.twins.send(twin).json["data"]:
                self.record(fields, there.pop(record["id"]), record, twin)
        assert not there
