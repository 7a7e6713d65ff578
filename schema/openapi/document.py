"""The whole OpenAPI 3.1 document."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from schema.change import Action, Source
from schema.narrowing import NOTHING, known
from schema.openapi.batch import batch_operation, batch_schemas
from schema.openapi.operations import RATES, errors, named_headers, paths_of, token_operation
from schema.openapi.schemas import (
    ERROR,
    PROBLEM,
    create_schema,
    field_schema,
    page_schema,
    record_schema,
    update_schema,
)
from schema.problem import PROBLEMS
from schema.resource import Resource, constant_case
from schema.resources import API_KEY, RESOURCES
from schema.resources.api_key import BESIDE
from schema.resources.token import TOKEN

Json = dict[str, Any]

VERSION = "0.1.0"
_NULL_TEXT: Json = {"type": ["string", "null"]}


@lru_cache(maxsize=4)  # whoever serves it keeps the text
def document(hidden: frozenset[str] = NOTHING) -> Json:
    """The document as JSON-ready values, as those may see it from whom these fields are hidden."""
    resources = [known(resource, hidden) for resource in RESOURCES]
    paths: Json = {}
    for resource in resources:
        paths |= paths_of(resource)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cube",
            "version": VERSION,
            "summary": "A directory of users, customers and clients.",
            "description": "The same records are served by GraphQL at /graphql. Guides are at /docs.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "tags": [{"name": r.plural, "description": r.doc} for r in RESOURCES] + [{"name": "service"}],
        "paths": paths | _service(),
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, or a token of one."}
            },
            "schemas": _schemas(resources, hidden),
            "responses": _responses(),
            "headers": _headers(),
        },
    }


def print_openapi(hidden: frozenset[str] = NOTHING) -> str:
    """The printed document, as it is committed."""
    return orjson.dumps(document(hidden), option=orjson.OPT_INDENT_2).decode() + "\n"


def _schemas(resources: list[Resource], hidden: frozenset[str]) -> Json:
    found: Json = {"Error": ERROR, "Problem": PROBLEM}
    for resource in resources:
        found[resource.type] = record_schema(resource)
        found[f"{resource.type}Create"] = create_schema(resource)
        found[f"{resource.type}Update"] = update_schema(resource)
        found[f"{resource.type}Page"] = page_schema(resource)
    secret = {"secret": {"type": "string", "description": "Shown this once.", "pattern": "^cube_[0-9A-Za-z]{38}$"}}
    key = found[API_KEY.type]
    told = {field.name: field_schema(field, API_KEY, given=False) for field in BESIDE}
    found["Me"] = key | {"description": "The key that asks.", "properties": key["properties"] | told}
    found["TokenCreate"] = {k: v for k, v in create_schema(known(TOKEN, hidden)).items() if k != "minProperties"}
    found["Token"] = _token()
    found["ApiKeyWithSecret"] = key | {"properties": key["properties"] | secret, "required": ["secret"]}
    overlap = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 2_592_000,
        "default": 86400,
        "description": "Seconds that the old secret lives on.",
    }
    found["Rotation"] = {"type": "object", "properties": {"overlapSeconds": overlap}, "additionalProperties": False}
    found |= batch_schemas(resources)
    return found | {"Query": _query(), "Change": _change(), "ChangePage": _change_page(), "Stats": _stats()}


def _token() -> Json:
    scopes = next(field for field in TOKEN.fields if field.name == "scopes")
    properties: Json = {
        "token": {"type": "string", "description": "Shown this once.", "pattern": r"^cubet_[\w-]+\.[\w-]{43}$"},
        "expiresAt": {"type": "string", "format": "date-time"},
        "scopes": field_schema(scopes, TOKEN, given=False) | {"type": "array", "description": "What it may do."},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _query() -> Json:
    order = {
        "type": "object",
        "properties": {"field": {"type": "string"}, "direction": {"type": "string", "enum": ["ASC", "DESC"]}},
        "required": ["field"],
        "additionalProperties": False,
    }
    size = {"type": ["integer", "null"], "minimum": 1, "maximum": 1000}
    return {
        "type": "object",
        "description": "The arguments of the GraphQL connection, and count, fields and expand.",
        "properties": {
            "filter": {"type": ["object", "null"]},
            "orderBy": {"type": ["array", "null"], "items": order, "maxItems": 5},
            "q": _NULL_TEXT,
            "first": size,
            "last": size,
            "after": _NULL_TEXT,
            "before": _NULL_TEXT,
            "deleted": {"type": ["string", "null"], "enum": ["EXCLUDE", "INCLUDE", "ONLY", None]},
            "count": {"type": ["boolean", "null"]},
            "fields": {"type": ["string", "array", "null"], "items": {"type": "string"}},
            "expand": {"type": ["string", "array", "null"], "items": {"type": "string"}},
        },
        "additionalProperties": False,
    }


def _change() -> Json:
    actor = {
        "type": "object",
        "properties": {"keyId": _NULL_TEXT, "userId": _NULL_TEXT},
        "required": ["keyId", "userId"],
    }
    properties: Json = {
        "cursor": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
        "resource": {"type": "string", "enum": [constant_case(r.name) for r in RESOURCES]},
        "id": {"type": "string"},
        "action": {"type": "string", "enum": list(Action)},
        "version": {"type": "integer", "minimum": 1},
        "changes": {"type": "object", "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2}},
        "actor": actor,
        "source": {"type": "string", "enum": list(Source)},
        "traceId": {"type": "string"},
    }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _change_page() -> Json:
    properties: Json = {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}, "maxItems": 1000},
        "nextCursor": _NULL_TEXT,
        "previousCursor": _NULL_TEXT,
    }
    total = {"totalCount": {"type": "integer", "minimum": 0, "description": "With count=true."}}
    return {
        "type": "object",
        "properties": properties | total,
        "required": list(properties),
        "additionalProperties": False,
    }


def _stats() -> Json:
    group = {
        "type": "object",
        "properties": {"by": {"type": "object"}, "count": {"type": "integer", "minimum": 1}},
        "required": ["by", "count"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"data": {"type": "array", "items": group}},
        "required": ["data"],
        "additionalProperties": False,
    }


def _responses() -> Json:
    messages: dict[int, list[str]] = {}
    for problem in PROBLEMS.values():
        if problem.message not in messages.setdefault(problem.status, []):
            messages[problem.status].append(problem.message)
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    }
    found: Json = {
        str(status): {"description": " / ".join(texts), "content": content} for status, texts in messages.items()
    }
    found["429"]["headers"] = named_headers("Retry-After", *RATES)
    return found


def _headers() -> Json:
    docs = {
        "ETag": "The version of the record, in quotes.",
        "Location": "The path of the record.",
        "Idempotent-Replayed": "`true` if the request was done before, and this is what it was answered then.",
        "Cube-Dry-Run": "`true` if nothing was stored.",
        "Link": "The pages next, prev and first (RFC 8288).",
        "Retry-After": "The seconds to wait.",
        "RateLimit-Policy": "The quotas of the key, or of the address; absent where nothing is limited.",
        "RateLimit": "What is left of each quota, and the seconds until there is more.",
    }
    return {name: {"description": doc, "schema": {"type": "string"}} for name, doc in docs.items()}


def _service() -> Json:
    def get(name: str, summary: str, answers: Json, *, key: bool = False, type_: str = "application/json") -> Json:
        ok = {"200": {"description": summary, "content": {type_: {"schema": {}}}}}
        operation: Json = {"operationId": name, "tags": ["service"], "summary": summary, "responses": ok | answers}
        return {"get": operation if key else operation | {"security": []}}

    me = get("me", "The key that asks, with its owner.", errors(404), key=True)
    me["get"]["responses"]["200"]["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Me"}}}
    unavailable = {"503": {"$ref": "#/components/responses/503"}}
    return {
        "/batch": {"post": batch_operation()},
        "/me": me,
        "/tokens": {"post": token_operation()},
        "/health/live": get("live", "The process answers.", {}),
        "/health/ready": get("ready", "The database answers and is migrated.", unavailable),
        "/openapi.json": get("openapi", "This document.", {"429": {"$ref": "#/components/responses/429"}}),
        "/schema.graphql": get("schema", "The GraphQL schema.", errors(), key=True, type_="application/graphql"),
    }
