"""What the root field `batch` does: the operations through their service, the results in the members asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from app.graphql.answers import Caller, Step
from app.services.batch import Result, check_batch, perform_batch
from app.services.unit_of_work import UnitOfWork
from schema.change import Source
from schema.graphql.batching import BatchWrite, Names
from schema.problem import Problem


async def batch_step(caller: Caller, asked: BatchWrite) -> Step:
    """A batch as a step of a unit of work, checked before that; its changes are told to have come by a batch."""
    checked = await check_batch(asked.batch, caller.actor)

    async def done(work: UnitOfWork) -> bytes:
        results = await perform_batch(replace(work, call=work.call._replace(source=Source.BATCH)), checked)
        return orjson.dumps([_result(asked, one, caller.trace_id) for one in results])

    return done


def _result(asked: BatchWrite, result: Result, trace_id: str) -> dict[str, Any]:
    told: dict[str, Any] = {"__typename": "OperationResult"}
    if isinstance(result, Problem):
        error = _error(result, trace_id)
        told |= {"statusCode": result.status, "outcome": None, "data": None}
        return {name: _picked(asked.error[name], error) if of == "error" else told[of] for name, of in asked.members}
    told |= {"statusCode": result.status, "outcome": result.outcome, "data": orjson.Fragment(result.body)}
    return _picked(asked.members, told | {"error": None})


def _error(found: Problem, trace_id: str) -> dict[str, Any]:
    return {
        "statusCode": found.status,
        "code": found.code,
        "message": found.text,
        "detail": found.detail,
        "errors": found.errors or None,
        "traceId": trace_id,
        "__typename": "OperationError",
    }


def _picked(names: Names, told: Mapping[str, Any]) -> dict[str, Any]:
    return {response: told[name] for response, name in names}
