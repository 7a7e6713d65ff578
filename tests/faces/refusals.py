"""What a face refuses, and what each refusal must look like: its object, its other form, its headers."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import Any

import httpx
import orjson
import pytest

from app.middleware.cors import EXPOSED
from schema.problem import PROBLEMS, PUBLIC_CODES
from tests.faces.face import Refused

Json = dict[str, Any]

INSIDE = re.compile(
    r"\b(SELECT|INSERT|DELETE FROM|JOIN|sqlite|postgres|asyncpg|tortoise|pydantic|starlette|strawberry|uvicorn"
    r"|Traceback|[A-Za-z]+Error|Exception)\b|_live|_folded|_exact|_hash|external_ids|api_keys|\.py\b|0x[0-9a-f]{6}",
    re.IGNORECASE,
)


async def refused(work: Awaitable[object]) -> Refused:
    """What a face answers instead of doing the work."""
    with pytest.raises(Refused) as caught:
        await work
    return caught.value


def check_object(told: Json, code: str, message: str | None = None, detail: str | None = r".+") -> None:
    """The contract's four members, and nothing of the inside."""
    row = PROBLEMS[code]
    assert list(told) == ["statusCode", "traceId", "message", *(["detail"] if detail else [])], told
    assert told["statusCode"] == row.status
    assert told["message"] == (message or row.message)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]", told["traceId"])
    if detail:
        assert re.search(detail, told["detail"]), told
    assert not INSIDE.search(orjson.dumps(told).decode()), told


def check_details(told: Json, code: str, short: Json) -> None:
    """RFC 9457's form tells the same, with `code` and `errors`."""
    public = PUBLIC_CODES.get(code, code)
    names = ["type", "title", "status", "detail", "statusCode", "traceId", "message", "code", "errors"]
    assert [name for name in names if name in told] == list(told)
    assert told["code"] == public
    assert told["type"] == f"/docs/errors#{public}"
    assert told["title"] == PROBLEMS[code].message
    assert told["status"] == told["statusCode"] == short["statusCode"]
    assert (told["message"], told.get("detail")) == (short["message"], short.get("detail"))
    assert told.get("errors") != {}
    if code == "validation_failed" and told.get("errors"):
        pairs = [f"{path}: {text}" if path else text for path, texts in told["errors"].items() for text in texts]
        assert told["detail"] == "; ".join(pairs)
    assert None not in told.values()


def check_headers(headers: httpx.Headers, status: int, *, docs: bool = False, told: Json | None = None) -> None:
    """What every refusal has in its head, and what this one has to say there."""
    assert headers["cache-control"] == "no-store"
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert "server" not in headers
    assert headers.get_list("traceresponse") == [headers["traceresponse"]]
    assert headers["server-timing"].startswith(f'trace;desc="{headers["traceresponse"]}"')
    if docs:
        assert "access-control-allow-origin" not in headers
    else:
        assert headers.get_list("access-control-allow-origin") == ["*"]
        assert headers["access-control-expose-headers"] == EXPOSED
        assert "access-control-allow-credentials" not in headers
    for name, value in (told or {}).items():
        assert headers.get_list(name) == [value], (name, headers)
    needed = {401: "www-authenticate", 405: "allow", 415: "accept", 429: "retry-after", 503: "retry-after"}.get(status)
    assert needed is None or headers[needed]
