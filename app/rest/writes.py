"""The requests that write a record: create, merge patch, PUT by a reference, delete, restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from app.middleware.finished import Finished
from app.rest.answers import DRY_RUN, NO_STORE, record_response
from app.rest.checks import Asked
from app.rest.preconditions import create_only, if_match
from app.services.read import Answer, as_left
from app.services.unit_of_work import UnitOfWork
from app.services.write import write_and_answer
from schema.change import Change, Create, Delete, Outcome, Restore, Update, Upsert, Written
from schema.query_string import no_parameters
from schema.resource import Resource


async def create_record(resource: Resource, asked: Asked) -> Finished:
    """`POST /customers`"""
    return await written(resource, asked, Create(resource, asked.body))


async def update_record(resource: Resource, asked: Asked) -> Finished:
    """`PATCH /customers/{ref}`: a merge patch"""
    by, precondition = asked.reference(resource), asked.precondition
    return await written(resource, asked, Update(resource, by, asked.body, precondition))


async def put_record(resource: Resource, asked: Asked) -> Finished:
    """`PUT /customers/{key:value}`: creates, restores or updates; with an id it only updates"""
    by, precondition = asked.reference(resource), if_match(asked.header("if-match"))
    only_new = create_only(asked.header("if-none-match"))
    return await written(resource, asked, Upsert(resource, by, asked.body, precondition, only_new))


async def delete_record(resource: Resource, asked: Asked) -> Finished:
    """`DELETE /customers/{ref}`: the record stays, with `deletedAt`; a key is revoked"""
    by, precondition = asked.reference(resource), asked.precondition
    return await written(resource, asked, Delete(resource, by, precondition))


async def restore_record(resource: Resource, asked: Asked) -> Finished:
    """`POST /customers/{ref}/restore`"""
    takes_nothing(asked)
    by, precondition = asked.reference(resource), asked.precondition
    return await written(resource, asked, Restore(resource, by, precondition))


async def written(resource: Resource, asked: Asked, change: Change) -> Finished:
    """Does the change and answers with the record as it has become."""

    async def answer(work: UnitOfWork, done: Written) -> Finished:
        found = await as_left(work, resource, done)
        return work.kept(_response(resource, found, done, dry_run=asked.dry_run))

    return await write_and_answer(asked.db, change, asked.call, answer, asked.guard)


def _response(resource: Resource, found: Answer, done: Written, *, dry_run: bool) -> Finished:
    made = done.outcome is Outcome.CREATED
    headers: Mapping[str, str] = {"Location": f"/{resource.path}/{done.id}"} if made else {}
    if dry_run:
        headers = DRY_RUN
    if done.secret:
        found, headers = with_members(found, {"secret": done.secret}), {**headers, **NO_STORE}
    return record_response(found, 201 if made else 200, headers)


def with_members(found: Answer, more: Mapping[str, Any]) -> Answer:
    """The record and more members."""
    assert found.body is not None
    return found._replace(body=found.body[:-1] + b"," + orjson.dumps(more)[1:]) if more else found


def takes_nothing(asked: Asked) -> None:
    """For actions without arguments: no member in the body."""
    no_parameters(asked.body)
