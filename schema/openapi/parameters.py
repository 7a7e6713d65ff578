"""The parameters and headers that requests of more than one operation take."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def text_parameter(name: str, doc: str, **schema: Any) -> Json:
    return {"name": name, "in": "query", "description": doc, "schema": {"type": "string"} | schema}


PATHS = r"^[A-Za-z][A-Za-z0-9.]*(,[A-Za-z][A-Za-z0-9.]*)*$"
TAGS = r'^(\*|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$'
FIELDS = text_parameter(
    "fields", "Replaces the default fields at each level that it names: `id,name,client.name`.", pattern=PATHS
)
EXPAND = text_parameter(
    "expand", "Adds to-one relations with their defaults, at most four deep: `client.owner`.", pattern=PATHS
)
DELETED = text_parameter(
    "deleted", "Whether deleted records are seen.", enum=["exclude", "include", "only"], default="exclude"
)
SEARCH = text_parameter("q", "At most 8 words, each the beginning of a word of the record.", maxLength=500)
FILTER = text_parameter("filter", "The GraphQL filter as JSON.", pattern=r"^\s*\{")
PAGE = [
    {
        "name": "limit",
        "in": "query",
        "description": "Records a page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50},
    },
    text_parameter("after", "A cursor: the page after it. Not beside `before`."),
    text_parameter("before", "A cursor: the page before it."),
    text_parameter("sort", "At most 5 keys, `-` for descending: `-createdAt,client.name`.", default="-createdAt"),
    {
        "name": "count",
        "in": "query",
        "description": "Adds totalCount.",
        "schema": {"type": "boolean", "default": False},
    },
]
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "ETags that the record may have, or `*`.",
    "schema": {"type": "string", "pattern": TAGS},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETags, or `*`.",
    "schema": {"type": "string", "pattern": TAGS},
}

IF_NONE_MATCH_ANY = IF_NONE_MATCH | {
    "description": "`*`: create only, 412 if there is such a record.",
    "schema": {"type": "string", "const": "*"},
}
DRY_RUN = {
    "name": "dryRun",
    "in": "query",
    "description": "Check and answer as if it were done, and store nothing.",
    "schema": {"type": "boolean", "default": False},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 255 visible ASCII characters, bare or quoted: the request is done once for it, and answered "
    "the same again. Not read beside `dryRun=true`.",
    "schema": {"type": "string", "pattern": r'^("([!#-\[\]-~]|\\["\\])+"|[!#-~]([!-~]*[!#-~])?)$', "maxLength": 512},
}
WRITE = [DRY_RUN, IDEMPOTENCY_KEY]
CHANGE = [*WRITE, IF_MATCH, IF_NONE_MATCH]
