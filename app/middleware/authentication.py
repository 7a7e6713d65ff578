"""Who asks: the actor behind the request's Authorization header, found once for each request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TypeVar

from starlette.types import Scope

from app.auth import authenticate, forget, is_remembered, remembered
from app.middleware.exchange import Exchange, database, exchange
from app.middleware.rates import check_address, count_address, count_key
from app.services.sql.guard import Guard, NotCurrent
from app.services.timing import timed, took
from schema.actor import Actor
from schema.problem import Problem, problem

T = TypeVar("T")


async def authenticated(scope: Scope) -> Actor:
    """The actor, whose request is counted; raises 400 for two headers, the 401s of `authenticate`, and 429.

    Bad keys count for the address that sends them. Once it has sent too many, no other that is not known to be good is
    looked up for it.
    """
    begun = exchange(scope)
    if begun.actor is None:
        sent = _header(begun)
        if not is_remembered(sent):
            await check_address(scope)
        try:
            with timed("auth"):
                begun.actor = await authenticate(database(scope), sent)
        except Problem as refusal:
            if refusal.status == 401:
                forget(sent)
                await count_address(scope)
            raise
        await count_key(scope, begun.actor)
    return begun.actor


async def answering(scope: Scope, do: Callable[[Actor, Guard | None], Awaitable[T]]) -> T:
    """What `do` answers, without a statement for authentication where the key is remembered.

    `do` hands the guard on to each `read()`, or to its one `write()`, which check by their own statements that the
    actor is still the one remembered. Only an answer that one has confirmed, and none denied, goes out. With any other
    the caller is authenticated afresh, and `do` runs once more with no guard: so nothing may be done without it, nor
    may a second write. What must not be done again stays as it came, and only the caller is authenticated.
    """
    begun = exchange(scope)
    looked = perf_counter()
    guard = remembered(_header(begun))
    took("auth", looked)
    if guard is not None:
        await _count(scope, guard)
        begun.actor = guard.actor
        try:
            answer = await do(guard.actor, guard)
        except (Problem, NotCurrent):
            if await _stands(scope, guard):
                raise
        else:
            if guard.current or await _stands(scope, guard):
                return answer
        begun.tab.rows = 0
    return await do(await authenticated(scope), None)


async def _count(scope: Scope, guard: Guard) -> None:
    """Counts the request for whoever is remembered; one who has nothing left is told so only if that still holds."""
    try:
        await count_key(scope, guard.actor)
    except Problem:
        await authenticated(scope)
        raise


async def _stands(scope: Scope, guard: Guard) -> bool:
    """Whether what came of a request is for its caller, or else must not be done again; raises as `authenticated`."""
    if not guard.current:
        exchange(scope).actor = None
        if guard.final:
            await authenticated(scope)
    return bool(guard.current or guard.final)


def _header(begun: Exchange) -> str | None:
    lines = begun.headers.get(b"authorization")
    if lines is None:
        return None
    if len(lines) > 1:
        raise problem("malformed_request", "There must be one Authorization header.")
    return lines[0].decode("latin-1")
