"""The requests that write a record: create, merge patch, PUT by a reference, delete, restore."""

from __future__ import annotations

from starlette.types import ASGIApp

from app.rest.answers import record_response
from app.rest.checks import Asked
from app.rest.preconditions import create_only, if_match
from app.services.read import Answer, read
from app.services.write import write
from schema.change import Change, Create, Delete, Outcome, Restore, Update, Upsert, Written
from schema.problem import problem
from schema.query_string import default_single, no_parameters
from schema.reference import Reference
from schema.resource import Resource
from schema.selection import Deleted


async def create_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`POST /customers`"""
    no_parameters(asked.params)
    return await _written(resource, asked, Create(resource, asked.body))


async def update_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`PATCH /customers/{ref}`: a merge patch"""
    no_parameters(asked.params)
    by, precondition = asked.reference(resource), if_match(asked.header("if-match"))
    return await _written(resource, asked, Update(resource, by, asked.body, precondition))


async def put_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`PUT /customers/{key:value}`: creates, restores or updates; with an id it only updates"""
    no_parameters(asked.params)
    by, precondition = asked.reference(resource), if_match(asked.header("if-match"))
    only_new = create_only(asked.header("if-none-match"))
    return await _written(resource, asked, Upsert(resource, by, asked.body, precondition, only_new))


async def delete_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`DELETE /customers/{ref}`: the record stays, with `deletedAt`; a key is revoked"""
    no_parameters(asked.params)
    by, precondition = asked.reference(resource), if_match(asked.header("if-match"))
    return await _written(resource, asked, Delete(resource, by, precondition))


async def restore_record(resource: Resource, asked: Asked) -> ASGIApp:
    """`POST /customers/{ref}/restore`"""
    takes_nothing(asked)
    by, precondition = asked.reference(resource), if_match(asked.header("if-match"))
    return await _written(resource, asked, Restore(resource, by, precondition))


async def _written(resource: Resource, asked: Asked, change: Change) -> ASGIApp:
    """Does the change and answers with the record as it now is."""
    written = await write(asked.db, change, asked.call, asked.guard)
    found = await read_back(resource, asked, written)
    if written.outcome is Outcome.CREATED:
        return record_response(found, 201, {"Location": location(resource, written)})
    return record_response(found)


async def read_back(resource: Resource, asked: Asked, written: Written) -> Answer:
    """The record as the write left it; where its JSON is not ready for this actor, as it stands."""
    if written.members is not None:
        return Answer(f"{{{written.members}}}".encode(), written.version)
    by = Reference(resource.name, "id", written.id)
    found = await read(asked.db, default_single(asked.known(resource), by, Deleted.INCLUDE), asked.actor)
    if found.body is None:  # in the meantime another has moved it out of sight
        raise problem("not_found", f"There is no {resource.name} with the id {written.id}.")
    return found


def location(resource: Resource, written: Written) -> str:
    return f"/{resource.path}/{written.id}"


def takes_nothing(asked: Asked) -> None:
    """For actions without arguments: no parameter, no member in the body."""
    no_parameters({**asked.params, **asked.body})
