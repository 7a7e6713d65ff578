"""What a browser says: its session's cookie, whether a form comes from this very site, and what is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from app.middleware.body import body_of
from app.middleware.media import content_type
from schema.problem import problem

COOKIE = "cube_session"
COOKIE_PATH = "/docs"
FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form that was sent."""

    fields: Mapping[str, tuple[str, ...]] = field(repr=False)

    def one(self, name: str) -> str:
        """The value of a field; of one that is not there, the empty text."""
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        return self.fields.get(name, ())


async def sent_form(request: Request) -> Form:
    """Reads the form; raises 415 for another kind of body, 400 for one that can't be read."""
    if content_type(request.headers.get("content-type")) != FORM:
        raise problem("unsupported_media_type", f"The body must be {FORM}, in UTF-8.", accept=FORM)
    try:
        text = (await body_of(request)).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise problem("malformed_request", "The form can't be read.") from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        fields[name] = (*fields.get(name, ()), value)
    return Form(fields)


def from_this_site(request: Request, base_url: str | None) -> bool:
    """Whether a form was sent by a page of this site. A browser says so; who says nothing is not believed."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "").lower()
    host = request.headers.get("host", "").lower()
    # What came here by http may have left the browser by https; never the other way round.
    own = {f"https://{host}", f"{request.url.scheme}://{host}"}
    if base_url:
        known = urlsplit(base_url)
        own.add(f"{known.scheme}://{known.netloc}".lower())
    return bool(host) and origin in own


def session_token(request: Request) -> str | None:
    """The token in the session's cookie. Of several, none: somebody else may have set one of them."""
    parts = (part.strip().partition("=") for line in request.headers.getlist("cookie") for part in line.split(";"))
    found = [value for name, _, value in parts if name == COOKIE]
    return found[0] if len(found) == 1 else None


def give_token(request: Request, response: Response, token: str) -> None:
    """Sets the session's cookie, which no script sees and no other site sends. It goes when the browser closes."""
    response.set_cookie(COOKIE, token, path=COOKIE_PATH, httponly=True, samesite="strict", secure=_by_https(request))


def take_token(request: Request, response: Response) -> None:
    """Removes the session's cookie."""
    response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict", secure=_by_https(request))


def _by_https(request: Request) -> bool:
    """Whether the browser speaks https, to a proxy perhaps that is not believed: its own Origin tells."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
