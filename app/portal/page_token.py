"""What a script of a page asks for: who is signed in, with which key, and a short-lived token to call in their name."""

from __future__ import annotations

from hmac import compare_digest

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.auth import CHALLENGE
from app.middleware.exchange import database
from app.middleware.media import JSON
from app.middleware.rates import count_address, count_key
from app.portal.browser import from_this_site, sent_form, session_token
from app.portal.own_key import own_key
from app.services import sessions
from app.services.maintenance import Watch
from app.services.sessions import Session
from app.services.tokens import token_of_session
from schema.problem import Problem, problem
from schema.values.instant import now

HEADERS = {
    "Cache-Control": "no-store",
    "Vary": "Cookie",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
FOREIGN = "This was not asked by a page of this site."
NOBODY = "Nobody is signed in: sign in at /docs/authentication."
STALE = "What was sent belongs to another sign-in: ask GET /docs/session who is signed in now."


def page_token_routes(base_url: str | None, watch: Watch) -> list[BaseRoute]:
    """`GET /docs/session` and `POST /docs/token`. The cookie goes to no other place of the site."""

    async def who(request: Request) -> Response:
        session = await _session(request, watch)
        if session is None:
            return _answer({"user": None, "csrf": None, "key": None})
        user = {"id": session.user_id, "name": session.name, "email": session.email, "role": session.role}
        key = await own_key(database(request.scope), session, now())
        return _answer({"user": user, "csrf": session.csrf, "key": key})

    async def token(request: Request) -> Response:
        if not from_this_site(request, base_url):
            raise _refused(FOREIGN)
        form = await sent_form(request)
        session = await _session(request, watch)
        if session is None:
            raise _refused(NOBODY)
        if not compare_digest(session.csrf.encode(), form.one("csrf").encode()):
            raise _refused(STALE)
        made = await token_of_session(database(request.scope), session)
        return _answer({"token": made.text, "expiresAt": made.ends_at, "scopes": made.scopes}, 201)

    return [Route("/docs/session", who, methods=["GET"]), Route("/docs/token", token, methods=["POST"])]


async def _session(request: Request, watch: Watch) -> Session | None:
    """Who is signed in, for whom the request counts; the 503 under maintenance, which lets guides through alone."""
    if watch.now is not None:
        raise watch.now.problem
    token = session_token(request)
    session = await sessions.find(database(request.scope), token, now()) if token else None
    if session is None:
        await count_address(request.scope)
    else:
        await count_key(request.scope, session.actor)
    return session


def _refused(why: str) -> Problem:
    return problem("authentication_required", why, www_authenticate=CHALLENGE)


def _answer(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, HEADERS, JSON)
