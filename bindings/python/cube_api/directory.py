"""All that can be asked of Cube: `Cube` for plain code, `AsyncCube` for `async` code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from cube_api.call import Call, graphql_data_of, record_of, results_of
from cube_api.doors import Async, Sync
from cube_api.inputs import BatchOperation, ClientInput, CustomerInput, UserInput
from cube_api.manner import Answer, manner_of
from cube_api.methods import ApiKeys, DirectoryRecords
from cube_api.operation import D, Operation, Through
from cube_api.records import Client, Customer, Json, Me, Results, Token, User
from cube_api.request import Request, headers_of, params_of, said


class Directory(Through[D]):
    """All that can be asked of Cube."""

    def __init__(self, door: D) -> None:
        super().__init__(door)
        self.users: DirectoryRecords[D, User, UserInput] = DirectoryRecords(door, "users")
        self.clients: DirectoryRecords[D, Client, ClientInput] = DirectoryRecords(door, "clients")
        self.customers: DirectoryRecords[D, Customer, CustomerInput] = DirectoryRecords(door, "customers")
        self.api_keys: ApiKeys[D] = ApiKeys(door, "api-keys")

    @Operation
    def me(self) -> Call[Me]:
        """The key that asks, and its owner."""
        return Call(Request("GET", "/me"), record_of)

    @Operation
    def token(self, *, expires_in: int | None = None, scopes: Sequence[str] | None = None) -> Call[Token]:
        """A short-lived token for a browser, with at most the rights of this key."""
        body = dict(said(expiresIn=expires_in, scopes=scopes))
        return Call(Request("POST", "/tokens", body=body), record_of)

    @Operation
    def batch(
        self,
        operations: Sequence[BatchOperation],
        *,
        atomic: bool = True,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[Results]:
        """Up to 1000 writes in order: all or none, unless `atomic` is false."""
        body = {"atomic": atomic, "operations": operations}
        headers = headers_of(idempotency_key)
        return Call(Request("POST", "/batch", params_of(dryRun=dry_run), body, headers), results_of)

    @Operation
    def graphql(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        operation_name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Call[Json]:
        """The `data` of the answer; raises `GraphQLError` if it has errors."""
        body = {"query": document, **dict(said(variables=variables, operationName=operation_name))}
        accept = "application/graphql-response+json, application/problem+json;q=0.9, application/json;q=0.8"
        headers = {"Accept": accept, **headers_of(idempotency_key)}
        return Call(Request("POST", "/graphql", body=body, headers=headers), graphql_data_of)


class Cube(Directory[Sync]):
    """Cube for plain code; threads may share one.

    `timeout` is in seconds, for each try; `retries` is how often a request is sent again; `on_answer` is told of each
    answer. An `http` of your own brings proxies, certificates or limits along, and is not closed here.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        on_answer: Callable[[Answer], None] | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        manner = manner_of(url, key, retries, on_answer)
        asking = httpx.Client(timeout=timeout) if http is None else http
        self._own = asking if http is None else None
        super().__init__(Sync(manner, asking))

    def close(self) -> None:
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class AsyncCube(Directory[Async]):
    """Cube for `async` code: the same, awaited. `http` is an `httpx.AsyncClient`."""

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        on_answer: Callable[[Answer], None] | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        manner = manner_of(url, key, retries, on_answer)
        asking = httpx.AsyncClient(timeout=timeout) if http is None else http
        self._own = asking if http is None else None
        super().__init__(Async(manner, asking))

    async def close(self) -> None:
        if self._own is not None:
            await self._own.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()
