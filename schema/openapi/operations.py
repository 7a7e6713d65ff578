"""The operations of a resource, as its routes answer them."""

from __future__ import annotations

from typing import Any

from schema.history import change_of
from schema.narrowing import target
from schema.openapi.parameters import (
    CHANGE,
    DELETED,
    EXPAND,
    FIELDS,
    FILTER,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_NONE_MATCH_ANY,
    PAGE,
    SEARCH,
    WRITE,
    text_parameter,
)
from schema.operators import operators_of
from schema.problem import PROBLEMS
from schema.resource import LIST_KINDS, MAP_KINDS, Field, Kind, Resource
from schema.resources import API_KEY

Json = dict[str, Any]

MERGE_PATCH = "application/merge-patch+json"


ONCE = ("Idempotent-Replayed", "Cube-Dry-Run")
RATES = ("RateLimit-Policy", "RateLimit")


def errors(*codes: int) -> Json:
    """The refusals of an operation: those named, and those that any operation may give."""
    known = {problem.status for problem in PROBLEMS.values()}
    found = sorted({400, 401, 403, 406, 414, 429, 431, 500, 503, *codes} & known)
    return {str(code): {"$ref": f"#/components/responses/{code}"} for code in found}


def _body(schema: str, *types: str, required: bool = True) -> Json:
    reference = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"required": required, "content": dict.fromkeys(("application/json", *types), reference)}


def _json(description: str, schema: Json, *headers: str) -> Json:
    answer: Json = {"description": description, "content": {"application/json": {"schema": schema}}}
    return answer | {"headers": named_headers(*headers, *RATES)}


def named_headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _record(resource: Resource, description: str, *headers: str) -> Json:
    return _json(description, {"$ref": f"#/components/schemas/{resource.type}"}, "ETag", *headers)


def _written(resource: Resource, description: str, *headers: str) -> Json:
    return _record(resource, description, *headers, *ONCE)


def filter_parameters(resource: Resource) -> list[Json]:
    """Each field as a filter. Other operators stand in brackets: `status[in]=LEAD,ACTIVE`."""
    return [_filter_parameter(path, owner) for path, owner in resource.scalars if owner.kind not in MAP_KINDS]


def _filter_parameter(path: str, owner: Field) -> Json:
    operators = ", ".join(operators_of(owner))
    doc = f"{owner.doc} Operators, as in `{path}[{operators_of(owner)[0]}]`: {operators}."
    if owner.kind is Kind.INTEGER:
        return {"name": path, "in": "query", "description": doc, "schema": {"type": "integer", "format": "int64"}}
    name = f"{path}[has]" if owner.kind in LIST_KINDS else path
    instant = {"format": "date-time"} if owner.kind is Kind.INSTANT else {}
    return text_parameter(name, doc, **({"enum": list(owner.choices)} if owner.choices else {}), **instant)


def _operation(resource: Resource, verb: str, summary: str, scope: str, **parts: Any) -> Json:
    name = f"{verb}{resource.type}"
    return {
        "operationId": name[0].lower() + name[1:],
        "tags": [resource.plural],
        "summary": summary,
        "description": f"Needs the scope `{scope}`.",
        **parts,
    }


def paths_of(resource: Resource) -> dict[str, Json]:
    """Every path of a resource."""
    base = f"/{resource.path}"
    one = f"{base}/{{ref}}"
    found = {base: _collection(resource), one: _item(resource), f"{one}/changes": _changes(resource)}
    if resource.name == API_KEY.name:
        return found | {f"{one}/rotate": _rotate(resource)}
    found[f"{base}/stats"] = _stats(resource)
    found[f"{one}/restore"] = _restore(resource)
    for relation in resource.to_many:
        found[f"{one}/{relation.name}"] = _list_operation(target(resource, relation), relation.doc, nested_in=resource)
    return found


def _list_operation(resource: Resource, summary: str, nested_in: Resource | None = None) -> Json:
    verb = f"list{nested_in.type}" if nested_in else "list"
    operation = _operation(
        resource,
        verb,
        summary,
        resource.read_scope,
        parameters=[*PAGE, SEARCH, FIELDS, EXPAND, DELETED, FILTER, *filter_parameters(resource)],
        responses={"200": _json("A page.", {"$ref": f"#/components/schemas/{resource.type}Page"}, "Link")}
        | errors(404),
    )
    operation["operationId"] += "s"
    return ({"parameters": [reference_parameter(nested_in)]} if nested_in else {}) | {"get": operation}


def _collection(resource: Resource) -> Json:
    created = "ApiKeyWithSecret" if resource.name == API_KEY.name else resource.type
    answer = _json("The new record.", {"$ref": f"#/components/schemas/{created}"}, "ETag", "Location", *ONCE)
    create = _operation(
        resource,
        "create",
        f"Create: {resource.doc}",
        resource.write_scope,
        parameters=WRITE,
        requestBody=_body(f"{resource.type}Create"),
        responses={"201": answer} | errors(409, 413, 415),
    )
    query = _operation(
        resource,
        "query",
        "A page, asked for by a JSON body (RFC 10008).",
        resource.read_scope,
        requestBody=_body("Query"),
        responses={"200": _json("A page.", {"$ref": f"#/components/schemas/{resource.type}Page"})} | errors(413, 415),
    )
    return _list_operation(resource, f"A page of {resource.plural}.") | {"post": create, "x-query": query}


def reference_parameter(resource: Resource) -> Json:
    forms = "an id" + "".join(f", `{name}:value`" for name in resource.references)
    external = " or `system:id` of another system" if resource.deletable else ""
    return {
        "name": "ref",
        "in": "path",
        "required": True,
        "description": f"A reference: {forms}{external}; percent-encoded.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 400},
    }


def _item(resource: Resource) -> Json:
    read, write = resource.read_scope, resource.write_scope
    patch = _body(f"{resource.type}Update", MERGE_PATCH)
    gone = "The key, revoked." if resource.name == API_KEY.name else "The record, with deletedAt; it can be restored."
    found: Json = {
        "parameters": [reference_parameter(resource)],
        "get": _operation(
            resource,
            "get",
            "One record.",
            read,
            parameters=[FIELDS, EXPAND, DELETED, IF_NONE_MATCH],
            responses={"200": _record(resource, "The record."), "304": {"description": "Not modified."}} | errors(404),
        ),
        "patch": _operation(
            resource,
            "update",
            "Merge patch (RFC 7396): absent is unchanged, null is cleared.",
            write,
            parameters=CHANGE,
            requestBody=patch,
            responses={"200": _written(resource, "The record.")} | errors(404, 409, 412, 413, 415),
        ),
        "delete": _operation(
            resource,
            "delete",
            gone,
            write,
            parameters=CHANGE,
            responses={"200": _written(resource, gone)} | errors(404, 409, 412),
        ),
    }
    if resource.name != API_KEY.name:
        created = _written(resource, "The new record.", "Location")
        found["put"] = _operation(
            resource,
            "upsert",
            "Create or update by a reference; merges like PATCH.",
            write,
            parameters=[*WRITE, IF_MATCH, IF_NONE_MATCH_ANY],
            requestBody=_body(f"{resource.type}Update"),
            responses={"200": _written(resource, "The record."), "201": created} | errors(404, 409, 412, 413, 415),
        )
    return found


def _changes(resource: Resource) -> Json:
    page = {"$ref": "#/components/schemas/ChangePage"}
    operation = _operation(
        resource,
        "history",
        "The history of a record, oldest first.",
        resource.read_scope,
        parameters=[*PAGE[:3], PAGE[4], FILTER, *filter_parameters(change_of(resource))],
        responses={"200": _json("A page of changes.", page, "Link")} | errors(404),
    )
    return {"parameters": [reference_parameter(resource)], "get": operation}


def _stats(resource: Resource) -> Json:
    by = text_parameter(
        "by", "The fields to count by, parted by commas, also through relations: the names that `sort` takes."
    ) | {"required": True}
    operation = _operation(
        resource,
        "stats",
        "How many records there are for each combination of values, most first.",
        resource.read_scope,
        parameters=[by, SEARCH, DELETED, FILTER, *filter_parameters(resource)],
        responses={"200": _json("The groups.", {"$ref": "#/components/schemas/Stats"})} | errors(),
    )
    return {"get": operation}


def _restore(resource: Resource) -> Json:
    operation = _operation(
        resource,
        "restore",
        "Restore a deleted record.",
        resource.write_scope,
        parameters=CHANGE,
        responses={"200": _written(resource, "The record.")} | errors(404, 409, 412, 413, 415),
    )
    return {"parameters": [reference_parameter(resource)], "post": operation}


def _rotate(resource: Resource) -> Json:
    answer = _json("The key with its new secret.", {"$ref": "#/components/schemas/ApiKeyWithSecret"}, "ETag", *ONCE)
    operation = _operation(
        resource,
        "rotate",
        "A new secret; the old one lives on for the overlap.",
        resource.write_scope,
        parameters=CHANGE,
        requestBody=_body("Rotation", required=False),
        responses={"200": answer} | errors(404, 409, 412, 413, 415),
    )
    return {"parameters": [reference_parameter(resource)], "post": operation}


def token_operation() -> Json:
    """The request for a token."""
    return {
        "operationId": "createToken",
        "tags": ["service"],
        "summary": "A short-lived token with at most the rights of the key that asks; any key may ask.",
        "requestBody": _body("TokenCreate", required=False),
        "responses": {"201": _json("The token.", {"$ref": "#/components/schemas/Token"})} | errors(413, 415),
    }
