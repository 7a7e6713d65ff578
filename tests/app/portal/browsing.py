"""A reader without scripts: opens the key page, fills in its forms as they stand there, and sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx

from app.main import create_app
from app.services.database import Database
from app.settings import Settings
from tests.canaries import PASSWORD

PATH = "/docs/authentication"
ORIGIN = "http://cube.test"
EMAIL = "jane@cube.test"

Fields = list[tuple[str, str]]


@dataclass
class FoundForm:
    """A form of a page, as it is sent if nobody changes anything."""

    fields: Fields = field(default_factory=list)
    text: str = ""


class Forms(HTMLParser):
    """The forms of a page, and its whole text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[FoundForm] = []
        self.text = ""
        self._select: str | None = None
        self._textarea: str | None = None
        self._script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(FoundForm())
        if not self.forms:
            return
        fields = self.forms[-1].fields
        choice = given.get("type") in ("radio", "checkbox")
        if (tag == "input" and "name" in given and (not choice or "checked" in given)) or (
            tag == "button" and "name" in given
        ):
            fields.append((given["name"], given.get("value", "")))
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self._select and "selected" in given:
            fields.append((self._select, given["value"]))

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.forms:
            self.forms[-1].text += data

    def by(self, words: str, number: int = 0) -> FoundForm:
        """The form on which these words stand, the first or another one."""
        return [form for form in self.forms if words in form.text][number]


@dataclass
class Reader:
    """A browser with its cookies, on the page that it has seen last."""

    http: httpx.AsyncClient
    page: httpx.Response = field(default_factory=lambda: httpx.Response(200, text=""))

    @property
    def text(self) -> str:
        """What the page says, white space made one."""
        return " ".join(Forms(self.page.text).text.split())

    @property
    def secret(self) -> str:
        """The secret that the page shows."""
        return self.page.text.partition('<input id="secret" value="')[2].partition('"')[0]

    async def open(self, path: str = PATH) -> httpx.Response:
        self.page = await self.http.get(path)
        return self.page

    async def send(self, words: str, *, number: int = 0, **filled: str | list[str]) -> httpx.Response:
        """Sends the form with these words on it, some of its fields filled in, and goes where that leads."""
        form = Forms(self.page.text).by(words, number)
        fields = [(name, value) for name, value in form.fields if name not in filled]
        fields += [(n, v) for n, one in filled.items() for v in ([one] if isinstance(one, str) else one)]
        answer = await self.post(fields)
        if answer.status_code == 303:
            assert answer.headers["location"] == f"{PATH}#your-keys"
            return await self.open()
        self.page = answer
        return answer

    async def post(self, fields: Fields, **headers: str) -> httpx.Response:
        """Sends fields as a browser does; headers are replaced, or left out when empty."""
        sent = {"Origin": ORIGIN} | {name.replace("_", "-"): value for name, value in headers.items()}
        body: dict[str, Any] = {}
        for name, value in fields:
            body.setdefault(name, []).append(value)
        return await self.http.post(PATH, data=body, headers={n: v for n, v in sent.items() if v})

    async def sign_in(self, email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        await self.open()
        return await self.send("Password", email=email, password=password)

    @property
    def csrf(self) -> str:
        return dict(Forms(self.page.text).by("Sign out").fields)["csrf"]


def reader_at(db: Database, url: str, address: str = "192.0.2.1", **settings: str) -> Reader:
    """A reader who calls from this address."""
    app = create_app(Settings.load({"CUBE_DATABASE_URL": url, **settings}, dotenv=None), db)
    transport = httpx.ASGITransport(app, client=(address, 1234))
    return Reader(httpx.AsyncClient(transport=transport, base_url=ORIGIN))
