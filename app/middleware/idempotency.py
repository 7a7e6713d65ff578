"""The header Idempotency-Key: how it is read, what tells a request from another, and how its answer comes again."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from secrets import token_hex

from starlette.requests import Request

from app.auth import bearer
from app.middleware.body import body_of
from app.middleware.exchange import header, header_lines
from app.middleware.finished import Finished
from app.services.database import Database
from app.services.idempotency import Replayed, in_flight
from schema.actor import Actor
from schema.change import Once
from schema.problem import invalid
from schema.values.instant import later, now

MOST = 255
REPLAYED = (b"idempotent-replayed", b"true")

_BARE = re.compile(r"[\x21\x23-\x7e]|[\x21\x23-\x7e][\x21-\x7e]*[\x21\x23-\x7e]")
_QUOTED = re.compile(r'"((?:[\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_ESCAPED = re.compile(r'\\(["\\])')


def idempotency_key(request: Request) -> str | None:
    """What the header holds, bare or quoted (a string of RFC 8941); raises `validation_failed` for what is no key."""
    lines = header_lines(request.scope, b"idempotency-key")
    if not lines:
        return None
    line = lines[0].strip(" \t")
    quoted = _QUOTED.fullmatch(line)
    key = _ESCAPED.sub(r"\1", quoted[1]) if quoted else line if _BARE.fullmatch(line) else ""
    if len(lines) > 1 or not 1 <= len(key) <= MOST:
        raise invalid({"Idempotency-Key": f"must be one key of 1 to {MOST} visible ASCII characters, bare or quoted"})
    return key


async def once(request: Request, actor: Actor, form: str) -> Once | None:
    """The request as one that is done once, if it has a key. `form` is that of its answer.

    The answer is for these rights alone: a token of the same key, or the key once it is narrowed, may see less.
    """
    key = idempotency_key(request)
    holder = actor.key_id or actor.user_id
    if key is None or holder is None:
        return None
    scope = request.scope
    path = scope.get("raw_path") or scope["path"].encode()
    conditions = (header(scope, name) or "" for name in (b"if-match", b"if-none-match"))
    told = (scope["method"], form, *conditions, *sorted(actor.scopes), "", *sorted(actor.bounds))
    fingerprint = _digest([path, scope["query_string"], await body_of(request), *(one.encode() for one in told)])
    at = now()
    ends_at = later(at, scope["state"]["answers_kept"])
    return Once(holder, key, fingerprint, at, ends_at, bearer(header(scope, b"authorization")) or "", token_hex(16))


async def replayed(db: Database, asked: Once, answer: Callable[[], Awaitable[Finished]]) -> Finished:
    """The answer, or the one that the request was given before."""
    with in_flight(db, asked):
        try:
            return await answer()
        except Replayed as found:
            reply = found.reply
            return Finished(reply.status, [*reply.headers, REPLAYED], reply.body)


def _digest(parts: Iterable[bytes]) -> str:
    """One text for these parts: where one ends and the next begins is told by their lengths."""
    whole = sha256()
    for part in parts:
        whole.update(b"%d:" % len(part))
        whole.update(part)
    return whole.hexdigest()
