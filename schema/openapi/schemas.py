"""The JSON Schemas of what goes in and comes out, one pair a resource."""

from __future__ import annotations

from typing import Any

from schema.actor import SCOPES
from schema.bounds import FILTERED, hideable
from schema.narrowing import target
from schema.problem import PROBLEMS, PUBLIC_CODES
from schema.resource import Field, Kind, Resource
from schema.resources import RESOURCES

Json = dict[str, Any]

_TEXTS: dict[Kind, Json] = {
    Kind.TEXT: {"type": "string"},
    Kind.EMAIL: {"type": "string"},
    Kind.PHONE: {"type": "string"},
    Kind.DOMAIN: {"type": "string"},
    Kind.WEBSITE: {"type": "string"},
    Kind.COUNTRY: {"type": "string"},
    Kind.LOCALE: {"type": "string"},
    Kind.TIME_ZONE: {"type": "string"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.INTEGER: {"type": "integer", "format": "int64", "minimum": 0},
}

QUOTA = ("quota", "window", "remaining")

_RIGHTS: dict[Kind, Json] = {
    Kind.SCOPES: {"type": "array", "items": {"type": "string", "enum": list(SCOPES)}, "minItems": 1},
    Kind.NAMES: {"type": "array", "items": {"type": "string", "enum": list(hideable())}},
    Kind.FILTERS: {
        "type": "object",
        "properties": {path: {"type": "object", "minProperties": 1} for path in FILTERED},
        "additionalProperties": False,
    },
    Kind.QUOTAS: {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "properties": {name: {"type": "integer"} for name in QUOTA},
            "required": list(QUOTA),
        },
    },
}
_METADATA: Json = {
    "type": "object",
    "maxProperties": 50,
    "propertyNames": {"minLength": 1, "maxLength": 40},
    "additionalProperties": {"type": ["string", "number", "boolean"], "maxLength": 500},
}
_EXTERNAL_IDS: Json = {
    "type": "object",
    "propertyNames": {"pattern": "^[a-z][a-z0-9_-]{0,39}$"},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 255},
}


def id_schema(resource: Resource) -> Json:
    return {"type": "string", "pattern": f"^{resource.prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"}


def field_schema(owner: Field, resource: Resource, *, given: bool) -> Json:
    """The schema of a field as it leaves, or (given) as it may be sent: null clears, maps take null to remove."""
    schema = _bare(owner, resource, given)
    if owner.nullable or given:
        schema = _or_null(schema)
    described = schema | {"description": owner.doc}
    # An example of rights may name what does not exist for those who know the resource without some fields.
    shown = owner.example is not None and not (resource.hidden and owner.kind in _RIGHTS)
    return described | {"examples": [owner.example]} if shown else described


def _bare(owner: Field, resource: Resource, given: bool) -> Json:
    match owner.kind:
        case Kind.ID if owner.target:
            return {"type": "string", "maxLength": 400} if given else id_schema(_resource(owner.target))
        case Kind.ID:
            return id_schema(resource)
        case Kind.ENUM:
            return {"type": "string", "enum": list(owner.choices)}
        case Kind.TAGS | Kind.EMAILS | Kind.PHONES:
            return {"type": "array", "items": {"type": "string", "minLength": 1}, "maxItems": 100}
        case Kind.NAMES if resource.hidden:
            return {"type": "array", "items": {"type": "string"}}
        case Kind.SCOPES | Kind.NAMES | Kind.FILTERS | Kind.QUOTAS:
            return dict(_RIGHTS[owner.kind])
        case Kind.METADATA:
            return _merged(_METADATA) if given else dict(_METADATA)
        case Kind.EXTERNAL_IDS:
            return _merged(_EXTERNAL_IDS) if given else dict(_EXTERNAL_IDS)
        case Kind.ADDRESS:
            return _address(owner, resource, given)
        case Kind.INTEGER if owner.maximum is not None:
            return _TEXTS[owner.kind] | {"minimum": owner.minimum, "maximum": owner.maximum}
        case Kind.INTEGER | Kind.INSTANT:
            return dict(_TEXTS[owner.kind])
        case _:
            # What is sent is normalised first: white space and alternative spellings may make it longer.
            return _TEXTS[owner.kind] | ({} if given else {"maxLength": owner.max_length})


def _address(owner: Field, resource: Resource, given: bool) -> Json:
    members = {m.name: field_schema(m, resource, given=given) for m in owner.members}
    required = {} if given else {"required": list(members)}
    return {"type": "object", "properties": members, "additionalProperties": False} | required


def _merged(schema: Json) -> Json:
    """A map as a merge patch has it: null removes a key."""
    inner = dict(schema["additionalProperties"])
    kinds = inner["type"] if isinstance(inner["type"], list) else [inner["type"]]
    return {k: v for k, v in schema.items() if k != "maxProperties"} | {
        "additionalProperties": inner | {"type": [*kinds, "null"]}
    }


def _or_null(schema: Json) -> Json:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    enum = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [*kinds, "null"]} | enum


def _resource(name: str) -> Resource:
    return next(r for r in RESOURCES if r.name == name)


def record_schema(resource: Resource) -> Json:
    """A record as it leaves. Nothing is required: `fields` may leave anything out; by default every field is there."""
    properties = {f.name: field_schema(f, resource, given=False) for f in resource.fields}
    for relation in resource.to_one:
        reference = {"$ref": f"#/components/schemas/{target(resource, relation).type}"}
        properties[relation.name] = {
            "anyOf": [reference, {"type": "null"}],
            "description": f"{relation.doc} With expand.",
        }
    return {"type": "object", "description": resource.doc, "properties": properties, "additionalProperties": False}


def create_schema(resource: Resource) -> Json:
    required = [f.name for f in resource.fields if f.required]
    properties = {f.name: field_schema(f, resource, given=True) for f in resource.writable}
    for name in required:
        properties[name] = field_schema(next(f for f in resource.fields if f.name == name), resource, given=False) | (
            {"maxLength": 2000} if "maxLength" in properties[name] else {}
        )
        properties[name].pop("maxLength", None)
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    schema |= {"required": required} if required else {"minProperties": 1}
    return schema | ({"examples": [dict(resource.example)]} if resource.example else {})


def update_schema(resource: Resource) -> Json:
    fields = [f for f in resource.writable if f.access == "write"]
    properties = {f.name: field_schema(f, resource, given=True) for f in fields}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def page_schema(resource: Resource) -> Json:
    cursor = {"type": ["string", "null"]}
    return {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{resource.type}"}, "maxItems": 1000},
            "nextCursor": cursor | {"description": "Null exactly when nothing comes after."},
            "previousCursor": cursor | {"description": "Null exactly when nothing comes before."},
            "totalCount": {"type": "integer", "minimum": 0, "description": "With count=true."},
        },
        "required": ["data", "nextCursor", "previousCursor"],
        "additionalProperties": False,
    }


ERROR: Json = {
    "type": "object",
    "description": "What every answer of 400 or more is.",
    "properties": {
        "statusCode": {"type": "integer", "minimum": 400, "maximum": 599},
        "traceId": {"type": "string", "pattern": "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"},
        "message": {"type": "string"},
        "detail": {"type": "string"},
    },
    "required": ["statusCode", "traceId", "message"],
    "additionalProperties": False,
}

PROBLEM: Json = {
    "type": "object",
    "description": "The same facts by RFC 9457, for `Accept: application/problem+json`.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted({PUBLIC_CODES.get(code, code) for code in PROBLEMS})},
        "traceId": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["title", "status", "code", "traceId"],
}
