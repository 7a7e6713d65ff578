"""What can be asked of the records of one resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from cube_api.call import Call, data_of, page_of, record_of, upserted_of
from cube_api.inputs import ApiKeyInput
from cube_api.operation import D, Lists, Operation, Through
from cube_api.records import ApiKey, Change, Page, Stats, Upserted
from cube_api.request import (
    Deleted,
    Names,
    Request,
    filter_of,
    headers_of,
    list_request,
    names_of,
    params_of,
    path_of,
    said,
)

R = TypeVar("R")
Input = TypeVar("Input", bound=Mapping[str, Any])


class Records(Through[D], Generic[D, R, Input]):
    """The records of one resource. `ref` is an id or a reference such as `email:jane@x.io`."""

    def __init__(self, door: D, path: str) -> None:
        super().__init__(door)
        self._path = path

    @Lists
    def list(
        self,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        q: str | None = None,
        sort: Names | None = None,
        limit: int | None = None,
        fields: Names | None = None,
        expand: Names | None = None,
        deleted: Deleted | None = None,
        count: bool = False,
        after: str | None = None,
        before: str | None = None,
        **where: Any,
    ) -> Call[Page[R]]:
        """Every record that matches, in pages of `limit`.

        `filter` is the filter grammar of the API. Any other keyword is a field and a condition on it: a value means
        equality, a list `in`, None that there is none, and a mapping is the grammar again:
        `list(status=["LEAD", "ACTIVE"], email=None, createdAt={"gte": "2026-01-01T00:00:00Z"})`.
        With `before` the pages go backwards from there.
        """
        params = params_of(q=q, limit=limit, deleted=deleted, count=count, after=after, before=before)
        params |= {name: names_of(given) for name, given in said(sort=sort, fields=fields, expand=expand)}
        return Call(list_request(path_of(self._path), params | filter_of(filter, where)), page_of)

    @Operation
    def get(
        self, ref: str, *, fields: Names | None = None, expand: Names | None = None, deleted: Deleted | None = None
    ) -> Call[R]:
        params = params_of(deleted=deleted) | {
            name: names_of(given) for name, given in said(fields=fields, expand=expand)
        }
        return Call(Request("GET", path_of(self._path, ref), params), record_of)

    @Operation
    def create(self, data: Input, *, idempotency_key: str | None = None, dry_run: bool = False) -> Call[R]:
        headers = headers_of(idempotency_key)
        return Call(Request("POST", path_of(self._path), params_of(dryRun=dry_run), data, headers), record_of)

    @Operation
    def update(
        self,
        ref: str,
        data: Input,
        *,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[R]:
        """Changes the fields that `data` has; None clears one. With `if_version`, only if nobody else was faster."""
        headers = headers_of(idempotency_key, if_version)
        return Call(Request("PATCH", path_of(self._path, ref), params_of(dryRun=dry_run), data, headers), record_of)

    @Operation
    def delete(
        self, ref: str, *, if_version: int | None = None, idempotency_key: str | None = None, dry_run: bool = False
    ) -> Call[R]:
        headers = headers_of(idempotency_key, if_version)
        return Call(Request("DELETE", path_of(self._path, ref), params_of(dryRun=dry_run), headers=headers), record_of)

    @Lists
    def history(
        self,
        ref: str,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        limit: int | None = None,
        count: bool = False,
        after: str | None = None,
        before: str | None = None,
        **where: Any,
    ) -> Call[Page[Change]]:
        """What was done to a record, oldest first; conditions as in `list`."""
        params = params_of(limit=limit, count=count, after=after, before=before) | filter_of(filter, where)
        return Call(Request("GET", path_of(self._path, ref, "changes"), params), page_of)


class DirectoryRecords(Records[D, R, Input]):
    """The records of users, clients or customers."""

    @Operation
    def upsert(
        self,
        ref: str,
        data: Input,
        *,
        if_version: int | None = None,
        create_only: bool = False,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[Upserted[R]]:
        """Changes the record that `ref` finds, or makes it: `record, created = cube.customers.upsert("erp:1", {…})`."""
        headers = headers_of(idempotency_key, if_version, create_only=create_only)
        return Call(Request("PUT", path_of(self._path, ref), params_of(dryRun=dry_run), data, headers), upserted_of)

    @Operation
    def restore(
        self, ref: str, *, if_version: int | None = None, idempotency_key: str | None = None, dry_run: bool = False
    ) -> Call[R]:
        headers = headers_of(idempotency_key, if_version)
        path = path_of(self._path, ref, "restore")
        return Call(Request("POST", path, params_of(dryRun=dry_run), {}, headers), record_of)

    @Operation
    def stats(
        self,
        by: Names,
        /,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - named as in the API
        q: str | None = None,
        deleted: Deleted | None = None,
        **where: Any,
    ) -> Call[Stats]:
        """How many records there are by the values of fields, most first; conditions as in `list`."""
        params = params_of(by=names_of(by), q=q, deleted=deleted) | filter_of(filter, where)
        return Call(Request("GET", path_of(self._path, "stats"), params), data_of)


class ApiKeys(Records[D, ApiKey, ApiKeyInput]):
    """API keys. `delete` revokes one; the answers to `create` and `rotate` alone have the `secret`."""

    @Operation
    def rotate(
        self,
        ref: str,
        *,
        overlap_seconds: int | None = None,
        if_version: int | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
    ) -> Call[ApiKey]:
        """Another secret; the one before is good for `overlap_seconds` more."""
        body = dict(said(overlapSeconds=overlap_seconds))
        headers = headers_of(idempotency_key, if_version)
        path = path_of(self._path, ref, "rotate")
        return Call(Request("POST", path, params_of(dryRun=dry_run), body, headers), record_of)
