"""The envelope of a GraphQL request: query, operationName, variables, extensions, by POST or by GET."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import Any, NamedTuple

from schema.json_text import strict_json
from schema.problem import invalid, problem
from schema.query_string import parameters
from schema.values.fault import Fault

_TYPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    "query": ((str, NoneType), "text"),
    "operationName": ((str, NoneType), "text"),
    "variables": ((dict, NoneType), "an object"),
    "extensions": ((dict, NoneType), "an object"),
}


class Envelope(NamedTuple):
    """What is to be run, and with which variables."""

    query: str
    operation_name: str | None
    variables: dict[str, Any]


def from_body(raw: bytes) -> Envelope:
    """The envelope in a JSON body; members that nobody knows are ignored, as the protocol asks."""
    try:
        value = strict_json(raw)
    except Fault as fault:
        raise problem("malformed_json", f"{fault.text[:1].upper()}{fault.text[1:]}.") from None
    if not isinstance(value, dict):
        raise problem("malformed_json", "The body must be a JSON object with the member query.")
    return _checked(value)


def from_query(raw: str) -> Envelope:
    """The envelope in a query string, its variables and extensions being JSON texts."""
    found: dict[str, Any] = {**parameters(raw)}
    for name in ("variables", "extensions"):
        if name in found:
            try:
                found[name] = strict_json(found[name].encode("utf-8", "surrogatepass"))
            except Fault as fault:
                raise invalid({name: f"is not valid JSON: {fault.text}"}) from None
    return _checked(found)


def _checked(members: Mapping[str, Any]) -> Envelope:
    faults = {
        name: f"must be {what}" for name, (types, what) in _TYPES.items() if not isinstance(members.get(name), types)
    }
    if members.get("query") is None:
        faults["query"] = "is needed: the GraphQL document"
    if faults:
        raise invalid(faults)
    return Envelope(members["query"], members.get("operationName"), members.get("variables") or {})
