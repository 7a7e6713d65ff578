"""API keys through either door: made, read, changed, rotated and revoked by whichever key asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from app.services.database import Database
from schema.resources import API_KEY
from tests.app.keys import key, user
from tests.faces.face import Graphql, Json, Rest, members
from tests.faces.histories import history_of

ALL = members(API_KEY)


@dataclass(frozen=True)
class Desk:
    """A running Cube, its database, and the door through which its keys are asked about."""

    http: httpx.AsyncClient
    db: Database
    door: str
    owner: str

    async def user(self, name: str, role: str = "EDITOR") -> str:
        return await user(self.db, name, role)

    async def key(self, *scopes: str, owner: str | None = None, **more: Any) -> Caller:
        """A caller with a new key, made as the command line makes them."""
        issued = await key(self.db, owner or self.owner, *scopes, **more)
        return self.caller(issued.secret, issued.id)

    def caller(self, secret: str, id_: str = "") -> Caller:
        http = httpx.AsyncClient(
            transport=self.http._transport, base_url=self.http.base_url, headers={"Authorization": f"Bearer {secret}"}
        )
        return Caller(self, http, secret, id_)


@dataclass(frozen=True)
class Caller:
    """Who asks with a certain key or token."""

    desk: Desk
    http: httpx.AsyncClient
    secret: str
    id: str

    @property
    def rest(self) -> Rest:
        return Rest(self.http)

    @property
    def graphql(self) -> Graphql:
        return Graphql(self.http)

    @property
    def face(self) -> Rest | Graphql:
        return self.rest if self.desk.door == "rest" else self.graphql

    async def make(self, *scopes: str, **more: Any) -> tuple[Json, str]:
        """A new key and its secret."""
        data = {"name": "made", "scopes": list(scopes), **more}
        if self.desk.door == "rest":
            found: Json = (await self.rest.call("POST", "/api-keys", data)).json()
            return found, found.pop("secret")
        document = f"mutation($i: ApiKeyCreate!) {{ createApiKey(input: $i) {{ secret apiKey {{ {ALL} }} }} }}"
        made = (await self.graphql.run(document, i=data))["createApiKey"]
        return made["apiKey"], made["secret"]

    async def change(self, id_: str, **data: Any) -> Json:
        if self.desk.door == "rest":
            found: Json = (await self.rest.call("PATCH", f"/api-keys/{id_}", data)).json()
            return found
        document = f"mutation($id: ID!, $i: ApiKeyUpdate!) {{ updateApiKey(id: $id, input: $i) {{ {ALL} }} }}"
        changed: Json = (await self.graphql.run(document, id=id_, i=data))["updateApiKey"]
        return changed

    async def rotate(self, id_: str) -> str:
        """The new secret."""
        if self.desk.door == "rest":
            return str((await self.rest.call("POST", f"/api-keys/{id_}/rotate")).json()["secret"])
        document = "mutation($id: ID!) { rotateApiKey(id: $id) { secret } }"
        return str((await self.graphql.run(document, id=id_))["rotateApiKey"]["secret"])

    async def revoke(self, id_: str) -> Json:
        if self.desk.door == "rest":
            found: Json = (await self.rest.call("DELETE", f"/api-keys/{id_}")).json()
            return found
        revoked: Json = await self.graphql.run(f"mutation($id: ID!) {{ revokeApiKey(id: $id) {{ {ALL} }} }}", id=id_)
        return revoked["revokeApiKey"]  # type: ignore[no-any-return]

    async def get(self, id_: str) -> Json | None:
        if self.desk.door == "rest":
            answer = await self.http.get(f"/api-keys/{id_}")
            return None if answer.status_code == 404 else answer.raise_for_status().json()
        found: Json = await self.graphql.run(f"query($id: ID!) {{ apiKey(id: $id) {{ {ALL} }} }}", id=id_)
        return found["apiKey"]  # type: ignore[no-any-return]

    async def found(self, filter_: Json | None = None) -> list[str]:
        """The ids of the keys that are found; the total agrees."""
        if self.desk.door == "rest":
            query = urlencode({"count": "true", "filter": orjson.dumps(filter_ or {}).decode()})
            page: Json = (await self.rest.call("GET", f"/api-keys?{query}")).json()
            records, total = page["data"], page["totalCount"]
        else:
            document = "query($f: ApiKeyFilter) { apiKeys(filter: $f) { nodes { id } totalCount } }"
            page = (await self.graphql.run(document, f=filter_))["apiKeys"]
            records, total = page["nodes"], page["totalCount"]
        assert total == len(records)
        return [record["id"] for record in records]

    async def history(self, id_: str) -> list[Json]:
        """Its changes."""
        return (await history_of(self.face, API_KEY, id_)).records
