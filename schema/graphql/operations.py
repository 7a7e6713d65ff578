"""The types of a batch: its operations, and what each of them comes to."""

from __future__ import annotations

import strawberry

from schema.batch import BATCHED, Op
from schema.change import Outcome
from schema.graphql.enums import enum
from schema.graphql.making import Member, input_, list_of, optional, output
from schema.graphql.scalars import JSON

BatchOperation = enum(
    "BatchOperation",
    "What an operation does.",
    {
        Op.CREATE: "Makes a record.",
        Op.UPDATE: "Changes the record of a reference, or those that a filter finds.",
        Op.UPSERT: "Updates the record of a reference; restores it when it is deleted, makes it when there is none.",
        Op.DELETE: "Deletes the record of a reference, or those that a filter finds; ends a key.",
        Op.RESTORE: "Restores a deleted record.",
    },
)
BatchResource = enum(
    "BatchResource",
    "What an operation is about.",
    {plural: resource.doc for plural, resource in BATCHED.items()},
)
BatchOutcome = enum("BatchOutcome", "What an operation came to.", tuple(Outcome))
Operation = input_(
    "Operation",
    "One operation of a batch. `$a` stands for the record that an earlier one calls a in its `ref`.",
    [
        Member("op", BatchOperation, "What to do."),
        Member("resource", BatchResource, "With what."),
        Member("id", optional(strawberry.ID), "An id, a reference such as email:jane@x.io, or `$a`."),
        Member(
            "data", optional(JSON), "What the record is made of, or what to change, as in the resource's own input."
        ),
        Member("ifVersion", optional(int), "Refuse unless the record has this version."),
        Member("ref", optional(str), "A name for the record, by which later operations of the batch refer to it."),
        Member("filter", optional(JSON), "update, delete: which records, in place of id; as in the resource's list."),
        Member("atMost", optional(int), "How many records the filter may find, 1 where nothing is said."),
    ],
)
OperationError = output(
    "OperationError",
    "Why an operation was not done.",
    [
        Member("statusCode", int, "As of the answer to a single request."),
        Member("code", str, "The kind of problem."),
        Member("message", str, "What is wrong in general."),
        Member("detail", optional(str), "What is wrong here."),
        Member("errors", optional(JSON), "What is wrong by its path in the batch."),
        Member("traceId", str, "The trace of the request."),
    ],
)
OperationResult = output(
    "OperationResult",
    "What an operation came to; if the batch is not atomic, it may have failed.",
    [
        Member("statusCode", int, "201 for a new record, 200 for any other, or that of the error."),
        Member("outcome", optional(BatchOutcome), "What was done; null for a change by filter, and for an error."),
        Member("data", optional(JSON), "The record as it became; for a change by filter the list of records."),
        Member("error", optional(OperationError), "Why it was not done."),
    ],
)
ARGUMENTS = (
    Member("operations", list_of(Operation), "1 to 1,000 operations, done in this order."),
    Member("atomic", optional(bool), "All or nothing; else each by itself.", default=True),
)
