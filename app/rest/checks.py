"""What is asked of every request, in the order of the contract, before a handler sees it; and what a handler reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.types import ASGIApp

from app.middleware.authentication import answering, authenticated
from app.middleware.body import body_of
from app.middleware.exchange import database, exchange, header, header_lines
from app.middleware.finished import Finished
from app.middleware.idempotency import once, replayed
from app.middleware.media import JSON, MERGE_PATCH, PROBLEM, content_type, prefers_problem, takes_json
from app.middleware.problems import answer as told
from app.middleware.router import Handler
from app.rest.preconditions import conditions
from app.services.database import Database
from app.services.idempotency import kept_for_good
from app.services.read import Answer, read
from app.services.sql.guard import Guard
from app.services.unit_of_work import UnitOfWork, in_unit_of_work
from schema.actor import Actor
from schema.change import Call, Once, Precondition, Source
from schema.json_text import strict_json
from schema.narrowing import known
from schema.problem import Problem, problem
from schema.query_string import dry_run, parameters
from schema.reference import Reference, pointer
from schema.resource import Resource
from schema.selection import Selection
from schema.values.fault import Fault

NONE: tuple[str, ...] = ()
BODY = (JSON,)
PATCH = (MERGE_PATCH, JSON)


class Asked(NamedTuple):
    """A request that has passed the checks; if it writes, whether it is done once, or not at all."""

    request: Request
    actor: Actor
    body: dict[str, Any]
    guard: Guard | None = None
    once: Once | None = None
    dry_run: bool = False

    @property
    def db(self) -> Database:
        return database(self.request.scope)

    @property
    def query(self) -> str:
        """The query string as it was sent."""
        raw: bytes = self.request.scope["query_string"]
        return raw.decode("latin-1")

    @property
    def params(self) -> dict[str, str]:
        """The parameters; raises `validation_failed` for what is none."""
        return parameters(query) if (query := self.query) else {}

    @property
    def call(self) -> Call:
        """On whose behalf, and under which trace, a write is done."""
        return Call(self.actor, Source.REST, exchange(self.request.scope).trace_id, self.once, self.dry_run)

    @property
    def precondition(self) -> Precondition | None:
        """What the headers ask of the record that is to be changed."""
        return conditions(self.header("if-match"), self.header("if-none-match"))

    def header(self, name: str) -> str | None:
        return header(self.request.scope, name.encode())

    def read(self, selection: Selection) -> Awaitable[Answer]:
        """Reads as the actor, who is found to be still the one remembered if that is all that is known."""
        return read(self.db, selection, self.actor, self.guard)

    def known(self, resource: Resource) -> Resource:
        """The resource as this actor knows it: whatever is read of the request is read by it."""
        return known(resource, self.actor.hidden)

    def reference(self, resource: Resource) -> Reference:
        """The reference in the path."""
        return pointer(self.request.path_params["ref"], self.known(resource))


def checked(
    handler: Callable[[Asked], Awaitable[ASGIApp]],
    *scopes: str,
    takes: tuple[str, ...] = NONE,
    optional: bool = False,
    guarded: bool = False,
    writes: bool = False,
    exists: Callable[[Actor], bool] = lambda _: True,
) -> Handler:
    """A handler behind the checks. `takes` are the media types of its body, which may be left out if `optional`.
    A route that does not exist for the actor is answered as the router answers for one that nobody has.

    One that is `guarded` hands its guard to each read or to its one write: it may be run twice (see `answering`).
    One that `writes` takes no parameter but `dryRun`, and does once what is sent with an idempotency key.
    """

    async def answer(request: Request, actor: Actor, guard: Guard | None) -> ASGIApp:
        if not exists(actor):
            raise problem("not_found")
        sent = _check_media_types(request, takes, optional)
        for scope in scopes:
            actor.require(scope)
        body = await _body(request, takes, optional and not sent) if takes else {}
        asked = Asked(request, actor, body, guard)
        return await (_write(asked, handler) if writes else handler(asked))

    async def endpoint(request: Request) -> ASGIApp:
        if takes:
            # Before the key is asked for: whoever sends it slowly might have been shut out in the meantime.
            await body_of(request)
        if guarded:
            return await answering(request.scope, partial(answer, request))
        return await answer(request, await authenticated(request.scope), None)

    return endpoint


async def _write(asked: Asked, handler: Callable[[Asked], Awaitable[ASGIApp]]) -> ASGIApp:
    if dry_run(asked.params):
        return await handler(asked._replace(dry_run=True))  # it is no more than a look, which takes no key
    if asked.header("idempotency-key") is None:
        return await handler(asked)
    form = PROBLEM if prefers_problem(asked.header("accept")) else JSON
    once_ = await once(asked.request, asked.actor, form)
    return await (_write_once(asked._replace(once=once_), once_, handler) if once_ else handler(asked))


async def _write_once(asked: Asked, once_: Once, handler: Callable[[Asked], Awaitable[ASGIApp]]) -> ASGIApp:
    async def answer() -> Finished:
        try:
            done = await handler(asked)
        except Problem as refusal:
            if not kept_for_good(refusal):
                raise
            refused = told(asked.request.scope, refusal)
        else:
            assert isinstance(done, Finished)
            return done

        async def kept(work: UnitOfWork) -> Finished:
            return work.kept(refused)

        return await in_unit_of_work(asked.db, asked.call, kept, asked.guard)

    return await replayed(asked.db, once_, answer)


def _check_media_types(request: Request, takes: tuple[str, ...], optional: bool) -> bool:
    """Whether the body's type is told; raises 415 for a type that is not taken, 406 if JSON may not be sent."""
    lines = header_lines(request.scope, b"content-type") if takes else []
    if takes and not (optional and not lines) and (len(lines) != 1 or content_type(lines[0]) not in takes):
        raise _unsupported(request.method, takes)
    if not takes_json(header(request.scope, b"accept")):
        raise problem("not_acceptable", f"What can be sent is {JSON}.")
    return bool(lines)


def _unsupported(method: str, takes: tuple[str, ...]) -> Exception:
    types = ", ".join(takes)
    found = problem("unsupported_media_type", f"The body must be {' or '.join(takes)}, in UTF-8.", accept=types)
    if method in ("PATCH", "QUERY"):
        found.headers = {**found.headers, f"Accept-{method.title()}": types}
    return found


async def _body(request: Request, takes: tuple[str, ...], untyped: bool) -> dict[str, Any]:
    """The object in the body; a body without a type may only be empty or `{}`."""
    raw = await body_of(request)
    if untyped and raw.strip() not in (b"", b"{}"):
        raise _unsupported(request.method, takes)
    if not raw and untyped:
        return {}
    try:
        found = strict_json(raw)
    except Fault as fault:
        raise problem("malformed_json", f"{fault.text[:1].upper()}{fault.text[1:]}.") from None
    if not isinstance(found, dict):
        raise problem("malformed_json", "The body must be an object.")
    return found
