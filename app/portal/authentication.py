"""The page `/docs/authentication`: signing in and out, and the keys of who is signed in, by forms without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.middleware.exchange import database, exchange
from app.middleware.rates import count_address, count_key
from app.portal.account import Account, account_of, said
from app.portal.actions import ACTIONS, Reply, Sent, signed_in
from app.portal.browser import from_this_site, give_token, sent_form, session_token, take_token
from app.portal.guides import Guide
from app.portal.key_form import KeyForm
from app.portal.page import HTML, POLICY, page
from app.services import sessions
from app.services.maintenance import Watch
from schema.problem import Problem, problem
from schema.values.instant import now

PATH = "/docs/authentication"
HERE = f"{PATH}#your-keys"
# A page that says `no-referrer` has its own forms sent with `Origin: null`.
HEADERS = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Cookie",
}
FOREIGN = "This form was not sent by a page of this site, so nothing was done."
ENDED = "You are no longer signed in. Sign in and try once more."
STALE = "This form belongs to an earlier sign-in, so nothing was done. Try once more."
CLOSED = "Signing in comes back when it is over."


def authentication_route(guide: Callable[[], Guide], base_url: str | None, watch: Watch) -> Route:
    """The page. Guides are served during maintenance, so what needs the database is closed here."""

    async def endpoint(request: Request) -> Response:
        try:
            if watch.now is not None:
                reply = _closed(request, watch.now.problem)
            elif request.method == "POST":
                reply = await _posted(request, base_url)
            else:
                reply = await _opened(request)
        except Problem as refusal:
            reply = _refused(refusal)
        return await _answered(request, reply, guide)

    return Route(PATH, endpoint, methods=["GET", "POST"])


async def _answered(request: Request, reply: Reply, guide: Callable[[], Guide]) -> Response:
    response: Response
    if reply.done:
        response = RedirectResponse(HERE, status_code=303, headers=HEADERS)
    else:
        trace = exchange(request.scope).trace_id if reply.status >= 400 else None
        text = await run_in_threadpool(lambda: page(guide(), replace(reply.account, trace=trace)))
        response = Response(text, reply.status, headers=HEADERS, media_type=HTML)
    response.headers["Content-Security-Policy"] = POLICY
    if reply.retry_after is not None:
        response.headers["Retry-After"] = reply.retry_after
    if reply.token is not None:
        give_token(request, response, reply.token)
    elif reply.signed_out:
        take_token(request, response)
    return response


def _closed(request: Request, maintenance: Problem) -> Reply:
    """During maintenance the page stands, without a look at the database, and takes no form."""
    account = Account(closed=f"{maintenance.text} {CLOSED}")
    return replace(_refused(maintenance), account=account) if request.method == "POST" else Reply(account)


def _refused(refusal: Problem) -> Reply:
    """A refusal that says nothing of who is signed in."""
    return Reply(Account(alert=said(refusal, {})), refusal.status, refusal.headers.get("Retry-After"))


async def _opened(request: Request) -> Reply:
    token, at = session_token(request), now()
    if token is None:
        return Reply()
    db = database(request.scope)
    session = await sessions.find(db, token, at)
    if session is None:
        await count_address(request.scope)
        return Reply(signed_out=True)
    await count_key(request.scope, session.actor)
    try:
        return Reply(await account_of(db, session, at, after=request.query_params.get("after")))
    except Problem as refusal:
        if refusal.status >= 500:
            raise
        return Reply(await account_of(db, session, at, refusal=refusal), refusal.status)


async def _posted(request: Request, base_url: str | None) -> Reply:
    """Does what the form's button says, if the form is of this site and, but to sign in, of this very session."""
    if not from_this_site(request, base_url):
        return Reply(Account(alert=FOREIGN), 403)
    sent = Sent(request, await sent_form(request), now(), session_token(request))
    action = sent.form.one("action")
    session = await sessions.find(sent.db, sent.token, sent.at) if sent.token and action != "sign-in" else None
    if session is None:
        await count_address(request.scope)
    else:
        await count_key(request.scope, session.actor)
    if action == "sign-in":
        return await signed_in(sent)
    if session is None:
        return Reply(Account(alert=ENDED), 403, signed_out=True)
    if not compare_digest(session.csrf.encode(), sent.form.one("csrf").encode()):
        account = await account_of(sent.db, session, sent.at)
        return Reply(replace(account, alert=STALE), 403)
    if action not in ACTIONS:
        raise problem("malformed_request", "The form does not say what to do.")
    form = KeyForm.filled(session.role, sent.form) if action == "make" else None
    try:
        return await ACTIONS[action](sent, session)
    except Problem as refusal:
        account = await account_of(sent.db, session, sent.at, form=form, refusal=refusal)
        return Reply(account, refusal.status, refusal.headers.get("Retry-After"))
