"""Field cases of tags: a record that has changed meanwhile is left alone, by every action."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.cases.conftest import created
from tests.rest.conftest import Api


async def test_fc_082_a_tag_from_any_view_serves_and_one_of_two_wins(api: Api) -> None:
    made = await created(api, {"name": "Ada"})
    path = f"/customers/{made['id']}"

    async def patch(match: str | None, **data: Any) -> int:
        headers = {"If-Match": match} if match is not None else {}
        return (await api.http.patch(path, json=data or {"title": match}, headers=headers)).status_code

    for view in (path, f"{path}?fields=id", f"{path}?expand=owner", f"{path}?deleted=include"):
        assert (await api.http.get(view, headers={"Accept-Encoding": "gzip"})).headers["etag"] == '"1"'
    assert await patch('W/"1"') == 412
    assert await patch('"2"') == 412
    assert await patch('"0", "1"') == 200
    assert await patch("*") == 200
    assert await patch(None, title="free") == 200
    assert await patch('"1"') == 412
    assert await patch("1") == 400
    tag = (await api.http.get(path)).headers["etag"]
    both = await asyncio.gather(*(patch(tag, title=f"T{i}") for i in range(6)))
    assert Counter(both) == {200: 1, 412: 5}
    refused = await api.http.patch(path, json={"title": "x"}, headers={"If-Match": tag})
    assert refused.headers["etag"] == f'"{int(tag.strip(chr(34))) + 1}"'


@pytest.mark.parametrize("door", ["tag", "none"])
async def test_fc_082_every_action_asks_for_the_tag(api: Api, door: str) -> None:
    """Each change of a record or of a key holds to If-Match, and to If-None-Match which asks for the opposite."""
    made = await created(api, {"name": "Ada", "externalIds": {"erp": "1"}})
    key = (await api.http.post("/api-keys", json={"name": "k", "scopes": ["customers:read"]})).json()
    customer, key_ = f"/customers/{made['id']}", f"/api-keys/{key['id']}"
    actions: list[tuple[str, str, Any]] = [
        ("PATCH", customer, {"title": "a"}),
        ("PUT", customer, {"title": "b"}),
        ("PUT", "/customers/erp:1", {"title": "c"}),
        ("DELETE", customer, None),
        ("POST", f"{customer}/restore", None),
        ("PATCH", key_, {"name": "l"}),
        ("POST", f"{key_}/rotate", None),
        ("DELETE", key_, None),
    ]
    for method, path, body in actions:
        current = (await api.http.get(path.removesuffix("/restore").removesuffix("/rotate") + _deleted(path))).headers
        tag = current["etag"]
        if door == "tag":
            wrong, right = {"If-Match": f'W/{tag}, "77"'}, {"If-Match": f'"77", {tag}'}
        elif method == "PUT":
            wrong, right = {"If-None-Match": "*"}, {"If-Match": "*"}
        else:
            wrong, right = {"If-None-Match": f"W/{tag}"}, {"If-None-Match": '"77"'}
        refused = await api.http.request(method, path, json=body, headers=wrong)
        assert (refused.status_code, refused.headers["etag"]) == (412, tag), (method, path)
        assert (await api.http.request(method, path, json=body, headers=right)).status_code == 200, (method, path)
        assert (await api.http.request(method, path, json=body, headers={"If-Match": "3"})).status_code == 400


def _deleted(path: str) -> str:
    return "?deleted=include" if path.endswith("/restore") else ""


async def test_fc_082_of_many_that_only_create_one_does(api: Api) -> None:
    async def put(i: int) -> httpx.Response:
        return await api.http.put("/customers/erp:1", json={"name": f"N{i}"}, headers={"If-None-Match": "*"})

    answers = await asyncio.gather(*(put(i) for i in range(20)))
    assert Counter(one.status_code for one in answers) == {201: 1, 412: 19}
    (made,) = [one.json() for one in answers if one.status_code == 201]
    assert (await api.http.get("/customers/erp:1")).json() == made
    assert {one.headers["etag"] for one in answers} == {'"1"'}
