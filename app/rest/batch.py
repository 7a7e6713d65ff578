"""`POST /batch`: many writes in one request."""

from __future__ import annotations

import orjson

from app.middleware.finished import Finished
from app.middleware.problems import error_object
from app.middleware.router import Route
from app.rest.answers import DRY_RUN, NONE, json_response
from app.rest.checks import BODY, Asked, checked
from app.services.batch import Result, check_batch, perform_batch
from app.services.timing import timed
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from schema.batch import read_batch
from schema.change import Source
from schema.problem import Problem


def batch_route() -> Route:
    """Each operation asks for the scope of its resource, so that the route asks for none."""
    return Route("/batch", {"POST": checked(batch, takes=BODY, guarded=True, writes=True)})


async def batch(asked: Asked) -> Finished:
    """Does the operations, and answers with what each came to."""
    call = asked.call._replace(source=Source.BATCH)
    with timed("plan"):
        checked_batch = await check_batch(read_batch(asked.body), asked.actor)

    async def answer(work: UnitOfWork) -> Finished:
        texts = [_text(one, call.trace_id) for one in await perform_batch(work, checked_batch)]
        body = b'{"results":[' + b",".join(texts) + b"]}"
        return work.kept(json_response(body, headers=DRY_RUN if asked.dry_run else NONE))

    with timed("db"):
        return await in_unit_of_work(asked.db, call, answer, asked.guard)


def _text(result: Result, trace_id: str) -> bytes:
    if isinstance(result, Problem):
        return orjson.dumps(error_object(result, trace_id))
    return b'{"statusCode":%d,"data":%b}' % (result.status, result.body)
