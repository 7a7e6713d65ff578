"""The batch in the OpenAPI document: its operations, its results and its path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schema.batch import BATCHED, MAX_OPERATIONS, MAX_RECORDS, NAME, Op
from schema.openapi.operations import ONCE, RATES, errors, named_headers
from schema.openapi.parameters import WRITE
from schema.resource import Resource

Json = dict[str, Any]


def batch_schemas(resources: Iterable[Resource]) -> Json:
    """What goes in and what comes out."""
    batch: Json = {
        "type": "object",
        "properties": {
            "atomic": {"type": ["boolean", "null"], "default": True, "description": "All or nothing."},
            "operations": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/Operation"},
                "minItems": 1,
                "maxItems": MAX_OPERATIONS,
            },
        },
        "required": ["operations"],
        "additionalProperties": False,
        "examples": [_example(resources)],
    }
    results = {"type": "array", "items": {"$ref": "#/components/schemas/OperationResult"}, "minItems": 1}
    return {
        "Batch": batch,
        "Operation": _operation(),
        "BatchResults": _object({"results": results}),
        "OperationResult": _result(resources),
    }


def batch_operation() -> Json:
    """The request of a batch."""
    reference = {"schema": {"$ref": "#/components/schemas/Batch"}}
    answer: Json = {
        "description": "What each operation came to, in their order.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/BatchResults"}}},
        "headers": named_headers(*RATES, *ONCE),
    }
    return {
        "operationId": "batch",
        "tags": ["service"],
        "summary": "Many writes in one transaction.",
        "description": "Each operation needs the scope that writes its resource.",
        "parameters": WRITE,
        "requestBody": {"required": True, "content": {"application/json": reference}},
        "responses": {"200": answer} | errors(404, 409, 412, 413, 415),
    }


_EXAMPLE: tuple[tuple[str, str | None, Json], ...] = (
    ("clients", "acme", {"name": "Acme"}),
    ("customers", None, {"name": "Ada", "clientId": "$acme"}),
)


def _example(resources: Iterable[Resource]) -> Json:
    """Two records, with those of their fields that exist for the reader."""
    known = {resource.path: {field.name for field in resource.fields} for resource in resources}
    operations = []
    for path, ref, data in _EXAMPLE:
        shown = {name: value for name, value in data.items() if name in known[path]}
        named = {"ref": ref} if ref else {}
        operations.append({"op": "create", "resource": path, **named, "data": shown})
    return {"operations": operations}


def _operation() -> Json:
    properties: Json = {
        "op": {"type": "string", "enum": list(Op), "description": "What to do."},
        "resource": {"type": "string", "enum": list(BATCHED), "description": "With what."},
        "id": {
            "type": ["string", "null"],
            "description": "A reference; `$a` is the record of an earlier operation that has the ref `a`.",
        },
        "data": {"type": ["object", "null"], "description": "As in the body of POST, PATCH or PUT."},
        "ifVersion": {"type": ["integer", "null"], "minimum": 1, "description": "The version that it must have."},
        "ref": {"type": ["string", "null"], "pattern": f"^{NAME}$", "description": "A name for the record."},
        "filter": {
            "type": ["object", "null"],
            "minProperties": 1,
            "description": "update, delete: which records, in place of id; as in the list's filter.",
        },
        "atMost": {
            "type": ["integer", "null"],
            "minimum": 1,
            "maximum": MAX_RECORDS,
            "description": "How many records the filter may find; 1 where nothing is said.",
        },
    }
    return {"type": "object", "properties": properties, "required": ["op", "resource"], "additionalProperties": False}


def _result(resources: Iterable[Resource]) -> Json:
    record: Json = {"anyOf": [{"$ref": f"#/components/schemas/{resource.type}"} for resource in resources]}
    status = {"type": "integer", "enum": [200, 201]}
    one, many = (_object({"statusCode": status, "data": data}) for data in (record, {"type": "array", "items": record}))
    many["description"] = "Of a change by filter."
    return {"anyOf": [one, many, {"$ref": "#/components/schemas/Error"}]}


def _object(properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
