"""A script of a page, with the token of who is signed in there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from app.services.database import Database
from tests.app.portal.browsing import EMAIL, ORIGIN, Reader

Json = dict[str, Any]


async def ask(reader: Reader, csrf: str | None = None, **headers: str) -> httpx.Response:
    """What a page's script is answered that asks for a token, as its browser sends it."""
    if csrf is None:
        csrf = (await reader.http.get("/docs/session")).json()["csrf"] or ""
    sent = {name: value for name, value in ({"Origin": ORIGIN} | headers).items() if value}
    return await reader.http.post("/docs/token", data={"csrf": csrf}, headers=sent)


@dataclass
class Script:
    """A script of the page, with its token."""

    reader: Reader
    made: Json

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.made['token']}"}
        return await self.reader.http.request(method, path, headers=headers, json=body)

    async def run(self, document: str) -> Json:
        answer: Json = (await self.call("POST", "/graphql", {"query": document})).json()
        return answer

    async def statuses(self) -> set[int]:
        """How reads are answered, which go by what is remembered, and requests that are not; through both doors."""
        asked = [("GET", "/customers"), ("POST", "/tokens"), ("POST", "/customers"), ("GET", "/customers")]
        bodies = [None, {}, {"name": "x"}, None]
        found = {(await self.call(*one, body)).status_code for one, body in zip(asked, bodies, strict=True)}
        return found | {(await self.call("POST", "/graphql", {"query": "{ users { totalCount } }"})).status_code}


async def jane(db: Database) -> str:
    row = await db.fetch_row(f"SELECT id FROM users WHERE email_exact = '{EMAIL}'")
    assert row is not None
    return str(row[0])
