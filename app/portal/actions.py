"""What the forms of the key page do: sign in and out; make, rotate and revoke keys, by the services of every door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from app.middleware.exchange import address, database, exchange
from app.portal.account import Account, Secret, account_of
from app.portal.browser import Form
from app.portal.key_form import KeyForm
from app.services import sessions
from app.services.attempts import TooManyAttempts
from app.services.database import Database
from app.services.sessions import Session
from app.services.sign_in import sign_in
from app.services.write import write
from schema.change import Call, Create, Delete, Precondition, Rotate, Source
from schema.reference import pointer
from schema.resources import API_KEY

NOT_RIGHT = "E-mail or password is not right."


@dataclass(frozen=True, slots=True)
class Reply:
    """What a form came to: the page with this account or, when all is `done`, the way to a fresh one.

    A `token` goes into the session's cookie, which is taken away from who is `signed_out`.
    """

    account: Account = field(default_factory=Account)
    status: int = 200
    retry_after: str | None = None
    token: str | None = field(default=None, repr=False)
    signed_out: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came from this site, by whom."""

    request: Request
    form: Form
    at: str
    token: str | None = field(repr=False)

    @property
    def db(self) -> Database:
        return database(self.request.scope)

    def call(self, session: Session) -> Call:
        return Call(session.actor, Source.PORTAL, exchange(self.request.scope).trace_id)


async def signed_in(sent: Sent) -> Reply:
    """Signs in; whatever is not right gets the same answer."""
    email, password = sent.form.one("email"), sent.form.one("password")
    try:
        token = await sign_in(sent.db, email, password, address(sent.request.scope), sent.at, sent.token)
    except TooManyAttempts as wait:
        text = f"Too many attempts. Try again in {wait.seconds} second{'s' * (wait.seconds > 1)}."
        return Reply(Account(alert=text, email=email), 429, str(wait.seconds))
    if token is None:
        return Reply(Account(alert=NOT_RIGHT, email=email), 403)
    return Reply(token=token, done=True)


async def _sign_out(sent: Sent, session: Session) -> Reply:
    async with sent.db.transaction() as tx:
        await sessions.end(tx, sent.db.dialect, session.token_hash)
    return Reply(signed_out=True, done=True)


async def _make(sent: Sent, session: Session) -> Reply:
    form = KeyForm.filled(session.role, sent.form)
    return await _with_secret(sent, session, Create(API_KEY, form.data(sent.at)))


async def _rotate(sent: Sent, session: Session) -> Reply:
    # A form that is sent twice asks for a version that is gone: else a secret that nobody has seen would live on.
    held = Precondition((_whole(sent.form.one("version")) or 0,))
    overlap = sent.form.one("overlap")
    seconds = overlap if (whole := _whole(overlap)) is None else whole
    by = pointer(sent.form.one("key"), API_KEY)
    return await _with_secret(sent, session, Rotate(API_KEY, by, seconds, held))


async def _with_secret(sent: Sent, session: Session, change: Create | Rotate) -> Reply:
    written = await write(sent.db, change, sent.call(session))
    assert written.secret
    return Reply(await account_of(sent.db, session, sent.at, secret=Secret(written.id, written.secret)))


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


async def _revoke(sent: Sent, session: Session) -> Reply:
    await write(sent.db, Delete(API_KEY, pointer(sent.form.one("key"), API_KEY)), sent.call(session))
    return Reply(done=True)


ACTIONS: Mapping[str, Callable[[Sent, Session], Awaitable[Reply]]] = {
    "sign-out": _sign_out,
    "make": _make,
    "rotate": _rotate,
    "revoke": _revoke,
}
