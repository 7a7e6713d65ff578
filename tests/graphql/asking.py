"""How the tests send a document, and what they look at in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import orjson

GRAPHQL = "application/graphql-response+json"


@dataclass(frozen=True)
class Asking:
    """A caller with a key."""

    http: httpx.AsyncClient
    key: str

    async def post(self, body: Any, accept: str | None = GRAPHQL, **headers: str) -> httpx.Response:
        """A body as it is (bytes, text) or as JSON; headers are named with `_` for `-`."""
        content = body if isinstance(body, bytes | str) else orjson.dumps(body)
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-").title(): value for name, value in headers.items()}
        sent |= {"Accept": accept} if accept is not None else {"Accept": ""}
        return await self.http.post("/graphql", content=content, headers=sent)

    async def get(self, params: dict[str, str], accept: str = GRAPHQL) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.key}", "Accept": accept}
        return await self.http.get("/graphql", params=params, headers=headers)

    async def run(self, document: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of a document that was run."""
        answer = await self.post({"query": document, "variables": variables})
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def data(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data of a document in which nothing fails."""
        told = await self.run(document, **variables)
        assert "errors" not in told, told
        found: dict[str, Any] = told["data"]
        return found

    async def refused(self, document: str, **variables: Any) -> dict[str, Any]:
        """The first error of a document that is not run."""
        answer = await self.post({"query": document, "variables": variables})
        assert answer.status_code == 400, answer.text
        told = answer.json()
        assert "data" not in told
        first: dict[str, Any] = told["errors"][0]
        return first
