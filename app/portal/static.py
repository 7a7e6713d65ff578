"""The static files of the portal: which there are, each as a document, and the address under which it is kept."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from app.middleware.document import HASHED, REVALIDATED, Document
from schema.problem import problem

DIRECTORY = Path(__file__).parent / "static"

# The name that the bundler gives: a name, the hash of the contents, an ending.
HASHED_NAME = re.compile(r".+-[\w-]{8}\.[a-z]+")

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}


@cache
def _files() -> dict[str, Path]:
    """Every file by its path below the directory: a path that is not listed here can't be asked for."""
    return {path.relative_to(DIRECTORY).as_posix(): path for path in DIRECTORY.rglob("*") if path.suffix in MEDIA_TYPES}


@cache
def _document(path: Path) -> Document:
    hashed = path.parent.name == "assets" and HASHED_NAME.fullmatch(path.name)
    return Document(path.read_bytes(), MEDIA_TYPES[path.suffix], HASHED if hashed else REVALIDATED)


def static_document(name: str) -> Document:
    """A static file by its path below the directory; the 404 when there is none."""
    path = _files().get(name)
    if path is None:
        raise problem("not_found")
    return _document(path)


def kept_url(name: str) -> str:
    """The address of a static file by which browsers keep it for ever: it names what is inside."""
    return f"/docs/static/{name}?v={static_document(name).digest}"
